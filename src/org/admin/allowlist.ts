/** `/apps/NAME/refresh-token-ip-allowlist`: the whole list at once, in force with the reply (SF-139, SF-146). */
import type { FastifyInstance } from 'fastify'
import { allowlistUse, parseAllowlist, type Allowlist } from '../../ip/allowlist.ts'
import { readRangeRow, startIpAddress, writeRangeRow } from '../../ip/range-spelling.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import type { JsonSchema, Schema } from '../../values/schema.ts'
import { flattenFields, withAllowlist } from '../metadata/app-object.ts'
import type { OrgParts } from '../parts.ts'
import type { TokenIpRange } from '../rules/fields.ts'
import { storedApp } from '../settings/compile.ts'
import { findApp, type AppRow } from '../store/apps.ts'
import { listLimits } from './app-view.ts'
import { noApp } from './apps.ts'
import { invalid } from '../../http/problem.ts'
import type { Problem } from './problems.ts'
import { addRoute, type Call, type Outcome } from './api.ts'
import { saveList } from './save-list.ts'
import { actor, staleEditor, untilSaved } from './saving.ts'

type Row = { readonly startIpAddress?: string; readonly endIpAddress?: string; readonly description?: string }
type Body = { readonly enforce: boolean; readonly ranges: readonly Row[]; readonly confirmEmpty?: boolean }

const rowSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    startIpAddress: { type: 'string', maxLength: 255 },
    endIpAddress: { type: 'string', maxLength: 255, description: 'The same as the start for a single address.' },
    description: { type: 'string', maxLength: 2000 },
  },
}
const bodySchema: Schema<Body> = {
  type: 'object',
  additionalProperties: false,
  required: ['enforce', 'ranges'],
  properties: {
    enforce: { type: 'boolean', description: 'Enforce Refresh Token IP Allowlist' },
    ranges: { type: 'array', items: rowSchema, maxItems: 1000 },
    confirmEmpty: { type: 'boolean', description: 'Needed to enforce an empty list, which refuses everyone (SF-142).' },
  },
}
const count: JsonSchema = { type: 'integer' }
const answers: JsonSchema = {
  type: 'object',
  properties: {
    enforce: { type: 'boolean' },
    ranges: { type: 'array', items: rowSchema },
    use: {
      type: 'object',
      properties: { ranges: count, addresses: count, mostRanges: count, mostAddresses: count },
    },
    warnings: { type: 'array', items: { type: 'string' } },
  },
  required: ['enforce', 'ranges', 'use'],
}

export function registerAllowlist(scope: FastifyInstance, parts: OrgParts): void {
  const url = '/apps/:name/refresh-token-ip-allowlist'
  const tag = 'refresh token IP allowlist'
  addRoute(scope, {
    ...{ method: 'GET', url, tag, summary: 'Read the list, with its ETag', answers },
    handle: ({ param }) => show(parts, param('name')),
  })
  addRoute(scope, {
    ...{ method: 'PUT', url, tag, summary: 'Replace the list; in force with the reply', ifMatch: 'taken', answers },
    body: bodySchema,
    handle: (call) => replace(parts, call),
  })
}

async function show(parts: OrgParts, name: string): Promise<Outcome> {
  const row = await parts.storage.read(() => findApp(name))
  if (row === undefined) return fault(noApp(name))
  const { enforce, ranges } = listOf(row)
  return ok({ status: 200, body: view(enforce, ranges), etag: String(row.listVersion) })
}

/** Left out, the switch is on where an External Client App has ranges (fact book, 24a). */
function listOf({ kind, content }: AppRow): { readonly enforce: boolean; readonly ranges: readonly TokenIpRange[] } {
  const { enforceRefreshTokenIpAllowlist: given, tokenIpRanges: ranges = [] } = flattenFields(storedApp(kind, content))
  return { enforce: given ?? (kind === 'externalClientApp' && ranges.length > 0), ranges }
}

function view(enforce: boolean, ranges: readonly TokenIpRange[]): Readonly<Record<string, unknown>> {
  const parsed = parseAllowlist(ranges.map((row) => readRangeRow(row, startIpAddress)))
  const use = parsed.ok ? allowlistUse(parsed.value) : { ranges: ranges.length, addresses: 0 }
  const empty = enforce && ranges.length === 0
  const warnings = empty ? ['The list is empty and enforced: every redemption is refused.'] : []
  return { enforce, ranges, use: { ...use, ...listLimits }, warnings }
}

async function replace(parts: OrgParts, { body, param, ifMatch }: Call<Body, unknown>): Promise<Outcome> {
  const name = param('name')
  const wanted = checkList(body, name)
  if (!wanted.ok) return wanted
  const ranges = wanted.value.rows.map((range) => writeRangeRow(range, startIpAddress))
  const saved = await untilSaved(async () => {
    const row = await parts.storage.read(() => findApp(name))
    if (row === undefined) return fault(noApp(name))
    const stale = staleEditor(ifMatch, String(row.listVersion))
    if (stale !== undefined) return fault(stale)
    const list = { enforceRefreshTokenIpAllowlist: body.enforce, tokenIpRanges: ranges }
    const by = { action: 'updateRefreshTokenIpAllowlist', actor }
    return await saveList(parts, row, { after: withAllowlist(storedApp(row.kind, row.content), list), by })
  })
  if (!saved.ok) return saved
  return ok({ status: 200, body: view(body.enforce, ranges), etag: saved.value.etag })
}

function checkList({ enforce, ranges, confirmEmpty }: Body, name: string): Result<Allowlist, Problem> {
  const parsed = parseAllowlist(ranges.map((row) => readRangeRow({ ...row }, startIpAddress)))
  if (!parsed.ok) {
    const faults = parsed.fault.map(({ row, message }) => ({
      path: `ranges[${row - 1}]`,
      message,
      next: 'Change that row.',
      row,
    }))
    return fault(invalid('ALLOWLIST_INVALID', faults))
  }
  if (!enforce || ranges.length > 0 || confirmEmpty === true) return parsed
  return fault({
    code: 'EMPTY_ALLOWLIST_NOT_CONFIRMED',
    detail: `With an empty list that is enforced, every redemption of ${name} is refused.`,
    next: ['List the addresses that may redeem, or send "confirmEmpty": true.'],
  })
}
