/** What stands in no listening line: the way out, what is configured, and once in the life of the data the token. */
import { join } from 'node:path'
import { tokenFileName } from '../../keeper/token-file.ts'
import type { RunningKeeper } from '../../system.ts'
import type { KeeperRequest } from './keeper-request.ts'

export function keeperStartLines(
  { way, configuration, folder }: KeeperRequest,
  { keeper, token }: RunningKeeper,
): string[] {
  const { apps, tenants } = configuration
  return [
    way.proxy === 'direct'
      ? 'Calls to Salesforce leave directly, as keeper.direct says.'
      : `Calls to Salesforce leave by ${keeper.route}, as ${way.from} says.`,
    ...(apps.length === 0 ? [] : [`Apps of the configuration: ${apps.map(({ name }) => name).join(', ')}.`]),
    ...(tenants.length === 0 ? [] : [`Tenants: default, ${tenants.map(({ name }) => name).join(', ')}.`]),
    tokenLine(token, join(folder, tokenFileName)),
  ]
}

function tokenLine({ token, origin }: RunningKeeper['token'], file: string): string {
  switch (origin) {
    case 'given':
      return 'Token of the keeper: as given in keeper.token.'
    case 'kept':
      return `Token of the keeper: kept in ${file} by an earlier start.`
    case 'new':
      return `Token of the keeper: ${token.expose()}\n  It is kept in ${file} and is not printed again.`
  }
}
