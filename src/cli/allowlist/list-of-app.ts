/** An app's allowlist over the admin API, read and saved as a whole. */
import { allowlistLimits, allowlistUse, parseAllowlist, type Allowlist } from '../../ip/allowlist.ts'
import { readRangeRow, startIpAddress, writeRangeRow } from '../../ip/range-spelling.ts'
import { formatRange } from '../../ip/range.ts'
import { isRecord } from '../../documents/words.ts'
import { openAdminClient, type AdminClient } from '../admin-client.ts'
import { findAdminToken, findOrgUrl } from '../org-address.ts'
import { loadSettings } from '../settings.ts'
import { table } from '../table.ts'
import type { Terminal } from '../terminal.ts'

export type AllowlistFlags = { readonly config?: string; readonly json?: boolean; readonly org?: string }

export type StoredList = {
  readonly enforce: boolean
  readonly list: Allowlist
  readonly etag: string | undefined
}

/** The configuration is judged first, and its warnings go to standard error. */
export function adminOf(terminal: Terminal, flags: AllowlistFlags): AdminClient {
  const loaded = loadSettings(terminal, flags.config)
  return openAdminClient(findOrgUrl(loaded, flags.org), findAdminToken(loaded))
}

export const appPath = (app: string): string => `/apps/${encodeURIComponent(app)}`
const pathOf = (app: string): string => `${appPath(app)}/refresh-token-ip-allowlist`

export async function readList(admin: AdminClient, app: string): Promise<StoredList> {
  const { body, etag } = await admin.ask('GET', pathOf(app))
  const rows = isRecord(body) && Array.isArray(body['ranges']) ? body['ranges'].filter(isRecord) : undefined
  const parsed = rows && parseAllowlist(rows.map((row) => readRangeRow(row, startIpAddress)))
  if (!isRecord(body) || parsed?.ok !== true) throw new Error(`${admin.url} sent an allowlist that cannot be read`)
  return { enforce: body['enforce'] === true, list: parsed.value, etag }
}

export type Save = StoredList & { readonly confirmEmpty: boolean }

/** `stale` where somebody else saved in between (412). */
export async function saveList(admin: AdminClient, app: string, save: Save): Promise<'saved' | 'stale'> {
  const ranges = save.list.rows.map((row) => writeRangeRow(row, startIpAddress))
  const { status } = await admin.ask('PUT', pathOf(app), {
    body: { enforce: save.enforce, ranges, ...(save.confirmEmpty ? { confirmEmpty: true } : {}) },
    ifMatch: save.etag,
    accept: [412],
  })
  return status === 412 ? 'stale' : 'saved'
}

export function listLines(title: string, { enforce, list }: Pick<StoredList, 'enforce' | 'list'>): string[] {
  const rows = list.rows.map((row) => ['', formatRange(row), row.description ?? ''])
  return [
    `${title}: ${useOf(list)}, ${enforce ? 'enforced' : 'not enforced'}`,
    ...(rows.length === 0 ? ['  (empty)'] : table(rows)),
  ]
}

function useOf(list: Allowlist): string {
  const { ranges, addresses } = allowlistUse(list)
  return `${ranges} of ${allowlistLimits.ranges} ranges, ${addresses} of ${allowlistLimits.addresses} addresses`
}

export const jsonOf = (app: string, { enforce, list }: Pick<StoredList, 'enforce' | 'list'>): string => {
  const ranges = list.rows.map((row) => writeRangeRow(row, startIpAddress))
  const { ranges: used, addresses } = allowlistUse(list)
  const use = {
    ranges: used,
    mostRanges: allowlistLimits.ranges,
    addresses,
    mostAddresses: Number(allowlistLimits.addresses),
  }
  return JSON.stringify({ app, enforce, ranges, use })
}
