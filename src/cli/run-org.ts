/** `sallyport org`: starts the org and says on standard error what it found. */
import { join } from 'node:path'
import { adminTokenFileName } from '../org/admin-token.ts'
import type { Applied } from '../org/metadata/apply.ts'
import { openLog } from './log.ts'
import { loadSettings } from './settings.ts'
import { orgRequest, type OrgFlags } from './org-request.ts'
import { serve } from './serve.ts'
import { serveOrg } from './serve-org.ts'
import type { OrgRequest, StartedOrg } from './start-org.ts'
import type { Terminal } from './terminal.ts'

export async function runOrg(terminal: Terminal, flags: OrgFlags): Promise<void> {
  const request = orgRequest(loadSettings(terminal, flags.config), flags, openLog(terminal))
  await serve(terminal, async (house) => {
    const org = await serveOrg(terminal, request, house)
    for (const line of startLines(request, org)) terminal.err(line)
  })
}

/** What stands in no listening line: what was applied, how tokens rotate, and once in the life of the data the admin token. */
export function startLines(request: OrgRequest, org: StartedOrg): string[] {
  return [
    ...appliedLines(org),
    rotationLine(request),
    ...clockLines(org),
    ...(request.testing
      ? ['Testing plane: on, under /testing/v1. Whoever has the admin token can move the clock.']
      : []),
    adminTokenLine(org),
  ]
}

export function appliedLines({ applied: { applied, kept, vanished } }: StartedOrg): string[] {
  return [
    ...(applied.length === 0 ? [] : [`Applied from the org file: ${applied.join(', ')}.`]),
    ...(kept.length === 0
      ? []
      : [`Kept as the admin API left it: ${kept.map(keptWords).join('; ')}. --reapply takes the org file instead.`]),
    ...(vanished.length === 0 ? [] : [`No longer in the org file, and kept: ${vanished.join(', ')}.`]),
  ]
}

function keptWords({ object, differences }: Applied['kept'][number]): string {
  const paths = differences.map(({ path }) => path).filter((path) => path !== '')
  return paths.length === 0 ? object : `${object} (${paths.join(', ')})`
}

/** A forgotten test clock makes tokens expire that should live: it is said at every start. */
export function clockLines({ clockAhead }: StartedOrg): string[] {
  if (clockAhead === 0) return []
  const length = clockAhead >= 86_400_000 ? `${(clockAhead / 86_400_000).toFixed(1)} days` : `${clockAhead / 1000} s`
  return [
    `Warning: the clock of this org is ${length} ahead of the machine's, put there by a test and stored with the data.`,
    'Try: start with --testing and POST {"reset":true} to /testing/v1/clock, with the admin token.',
  ]
}

/** L-21 */
export function rotationLine({ configuration: { rotationMode, overlapSeconds } }: OrgRequest): string {
  switch (rotationMode) {
    case 'strict':
      return 'Rotation mode: strict. A rotated refresh token is spent at once, as at Salesforce.'
    case 'overlap':
      return `Rotation mode: overlap. A rotated refresh token answers with the same successor for ${overlapSeconds} s; Salesforce does not do this.`
    case 'until-used':
      return 'Rotation mode: until-used. A rotated refresh token works until its successor is used; Salesforce does not do this.'
  }
}

function adminTokenLine({ adminToken, adminTokenOrigin, folder }: StartedOrg): string {
  const path = folder === undefined ? undefined : join(folder, adminTokenFileName)
  switch (adminTokenOrigin) {
    case 'given':
      return 'Admin token: as given in SALLYPORT_ADMIN_TOKEN.'
    case 'kept':
      return `Admin token: kept in ${path} by an earlier start.`
    case 'new': {
      const kept = path === undefined ? 'It ends with this process.' : `It is kept in ${path} and is not printed again.`
      return `Admin token: ${adminToken.expose()}\n  ${kept}`
    }
  }
}
