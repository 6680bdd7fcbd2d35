/** What `up` prints of its demonstration: where it is, who may enter, and three commands that show what it is for. */
import { join } from 'node:path'
import { adminTokenFileName } from '../../org/admin-token.ts'
import { pathFromHere } from '../paths.ts'
import type { OrgRequest, StartedOrg } from '../start-org.ts'
import { appliedLines, clockLines, rotationLine } from '../run-org.ts'
import { table } from '../table.ts'
import type { Paint } from '../terminal.ts'
import { urlRows } from '../org-urls.ts'
import type { DemonstrationCommands } from './commands.ts'
import type { Demonstration } from './files.ts'
import { demonstrationApp, demonstrationUser } from './names.ts'

export type Shown = {
  readonly org: StartedOrg
  readonly request: OrgRequest
  readonly demonstration: Demonstration
  readonly commands: DemonstrationCommands
}

export function demonstrationText({ bold, dim, red, green }: Paint, shown: Shown): string[] {
  const { commands, demonstration, org, request } = shown
  return [
    '',
    bold(`A demonstration org, with its files in ${pathFromHere(demonstration.folder)}. Ctrl-C stops it.`),
    '',
    ...table([...urlRows(org.url), ['', '', ''], ...credentialRows(shown)]),
    '',
    ...appliedLines(org),
    rotationLine(request),
    ...clockLines(org),
    'Testing plane: on, under /testing/v1, because this is a demonstration. `sallyport org` has it off.',
    '',
    `Refresh tokens of ${demonstrationApp} may be redeemed from its allowlist only. In another terminal, in this folder:`,
    '',
    `${bold('1')} ${red('Refused')}: from an address that is not in the list. The token is not spent.`,
    `  ${commands.refused}`,
    `${bold('2')} ${green('Accepted')}: from an address of the list. The token is spent, and its successor kept for the next time.`,
    `  ${commands.accepted}`,
    `${bold('3')} Why: the decision on the first, as an admin sees it.`,
    `  ${commands.explained}`,
    '',
    dim(
      'And a thief, after 2: a token that was spent comes back, so the whole family is revoked. Then 2 fails until the next start.',
    ),
    `  ${commands.replayed}`,
    '',
  ]
}

function credentialRows({ org, demonstration }: Shown): string[][] {
  return [
    ['', 'User', demonstrationUser],
    ['', 'Password', demonstration.password.expose()],
    ['', 'Consumer key', demonstration.consumerKey],
    ['', 'Consumer secret', demonstration.consumerSecret.expose()],
    ['', 'Admin token', adminTokenWords(org)],
  ]
}

function adminTokenWords({ adminToken, adminTokenOrigin, folder }: StartedOrg): string {
  const path = folder === undefined ? '' : pathFromHere(join(folder, adminTokenFileName))
  switch (adminTokenOrigin) {
    case 'given':
      return 'as given in SALLYPORT_ADMIN_TOKEN'
    case 'kept':
      return `kept in ${path} by an earlier start`
    case 'new':
      return `${adminToken.expose()} (printed this once; kept in ${path})`
  }
}
