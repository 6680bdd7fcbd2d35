/** What `up` prints of its demonstration: where it is, who may enter, and the commands that show what it is for. */
import { join } from 'node:path'
import type { RunningGateway } from '../../gateway/gateway.ts'
import { tokenFileName } from '../../keeper/token-file.ts'
import { adminTokenFileName } from '../../org/admin-token.ts'
import type { RunningKeeper } from '../../system.ts'
import type { Secret } from '../../values/secret.ts'
import { gatewayTokenFile } from '../gateway/gateway-address.ts'
import { pathFromHere } from '../paths.ts'
import type { OrgRequest, StartedOrg } from '../start-org.ts'
import { appliedLines, clockLines, rotationLine } from '../run-org.ts'
import { table } from '../table.ts'
import type { Paint } from '../terminal.ts'
import { urlRows } from '../org-urls.ts'
import type { DemonstrationCommands, DemonstrationPlace } from './commands.ts'
import type { Demonstration } from './files.ts'
import { demonstrationApp, demonstrationUser } from './names.ts'

export type Shown = {
  readonly org: StartedOrg
  readonly gateway: RunningGateway
  readonly keeper: RunningKeeper | undefined
  readonly request: OrgRequest
  readonly demonstration: Demonstration
  readonly place: DemonstrationPlace
  readonly commands: DemonstrationCommands
}

export function demonstrationText({ bold, dim, red, green }: Paint, shown: Shown): string[] {
  const { commands, demonstration, org, request, place } = shown
  const { pair, wrong } = place.addresses
  return [
    '',
    bold(
      `A demonstration org, gateway and keeper, with their files in ${pathFromHere(demonstration.folder)}. Ctrl-C stops them.`,
    ),
    '',
    ...table([
      ...urlRows(org.url),
      ...gatewayRows(shown),
      ...keeperRows(shown),
      ['', '', ''],
      ...credentialRows(shown),
    ]),
    '',
    ...appliedLines(org),
    rotationLine(request),
    ...clockLines(org),
    'Testing plane: on, under /testing/v1, because this is a demonstration. `sallyport org` has it off.',
    '',
    `Refresh tokens of ${demonstrationApp} may be redeemed from the addresses of its allowlist only: those that the gateway leaves from.`,
    'In another terminal, in this folder:',
    '',
    `${bold('1')} ${red('Refused')}: directly, from ${wrong}, which is not in the list. The token is not spent.`,
    `  ${commands.refused}`,
    `${bold('2')} ${green('Accepted')}: through the gateway, from ${pair.join(' or ')}. The token is spent, and its successor kept for the next time.`,
    `  ${commands.accepted}`,
    `${bold('3')} Why: the decision on the first, as an admin sees it.`,
    `  ${commands.explained}`,
    '',
    'The address that a request through the gateway comes from, as the far side sees it:',
    `  ${commands.seen}`,
    '',
    ...keptLines(commands),
    dim(
      'And a thief, after 2: a token that was spent comes back, so the whole family is revoked. Then 2 fails until the next start.',
    ),
    `  ${commands.replayed}`,
    '',
  ]
}

const gatewayRows = ({ gateway: { url, adminUrl } }: Shown): string[][] => [
  ['', 'Gateway', url],
  ['', 'Gateway admin API', `${adminUrl}/admin/v1`],
]

const keeperRows = ({ keeper }: Shown): string[][] => (keeper === undefined ? [] : [['', 'Keeper', `${keeper.url}/v1`]])

function keptLines({ kept }: DemonstrationCommands): string[] {
  if (kept === undefined) return []
  return [
    `What the keeper keeps alive, through the gateway, and a live access token of it, for as long as the keeper runs:`,
    `  ${kept.connections}`,
    `  ${kept.token}`,
    '',
  ]
}

function credentialRows({ org, gateway, keeper, request, demonstration, place }: Shown): string[][] {
  const { adminToken: token, adminTokenOrigin: origin, folder } = org
  const file = folder === undefined ? undefined : join(folder, adminTokenFileName)
  return [
    ['', 'User', demonstrationUser],
    ['', 'Password', demonstration.password.expose()],
    ['', 'Consumer key', demonstration.consumerKey],
    ['', 'Consumer secret', demonstration.consumerSecret.expose()],
    ['', 'Connection URL', place.connectionUrl],
    ['', 'Admin token', adminTokenWords({ token, origin, file })],
    ['', 'Gateway admin token', adminTokenWords({ ...gateway.adminToken, file: gatewayTokenFile(request.storage) })],
    ...(keeper === undefined ? [] : [['', 'Keeper token', keeperTokenWords(keeper, folder)]]),
  ]
}

type Token = { readonly token: Secret; readonly origin: 'given' | 'kept' | 'new'; readonly file: string | undefined }

const keeperTokenWords = ({ token }: RunningKeeper, folder: string | undefined): string =>
  adminTokenWords({ ...token, file: folder && join(folder, tokenFileName) }, 'SALLYPORT_KEEPER_TOKEN')

function adminTokenWords({ token, origin, file }: Token, variable = 'SALLYPORT_ADMIN_TOKEN'): string {
  const path = file === undefined ? '' : pathFromHere(file)
  switch (origin) {
    case 'given':
      return `as given in ${variable}`
    case 'kept':
      return `kept in ${path} by an earlier start`
    case 'new':
      return `${token.expose()} (printed this once; kept in ${path})`
  }
}
