/** `token`: a live access token, alone on standard output, for `$(…)`. */
import { isRecord } from '../../documents/words.ts'
import type { Terminal } from '../terminal.ts'
import { connectionPath, keeperOf, type KeeperClientFlags } from './keeper-address.ts'

export async function printToken(terminal: Terminal, connection: string, flags: KeeperClientFlags): Promise<void> {
  const keeper = keeperOf(terminal, flags)
  const { body } = await keeper.ask('POST', `${connectionPath(connection)}/access-token`)
  if (!isRecord(body) || typeof body['access_token'] !== 'string')
    throw new Error(`${keeper.url} sent an answer without an access token`)
  terminal.out(flags.json ? JSON.stringify(body) : body['access_token'])
}
