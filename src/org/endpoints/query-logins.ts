/** SOQL on LoginHistory: one's own, or everybody's for who may see it (SF-319). */
import type { Program } from '../../storage/program.ts'
import { parseSalesforceId } from '../../values/salesforce-id.ts'
import { seesLoginHistory } from '../rules/permissions.ts'
import type { SoqlCondition, SoqlQuery } from '../rules/soql.ts'
import { countLogins, findLogins, findNewestLogin, type LoginQuery } from '../store/logins.ts'
import { findPermissions } from '../store/permissions.ts'
import { loginFields, loginPrefix, type RecordFields } from './records.ts'

/** Where a page ends, for the next to go on from: ids, so that what is written meanwhile shifts nothing. */
export type LoginEdge = { readonly newest: number; readonly beyond: number; readonly count: number }
export type LoginsAsked = { readonly asker: string; readonly limit: number; readonly edge: LoginEdge | undefined }
export type FoundLogins = {
  readonly count: number
  readonly records: readonly RecordFields[]
  readonly edge: LoginEdge
}

export function* findLoginRecords(query: SoqlQuery, { asker, limit, edge }: LoginsAsked): Program<FoundLogins> {
  const newest = edge?.newest ?? (yield* findNewestLogin())
  const nothing = { count: 0, records: [], edge: { newest, beyond: 0, count: 0 } }
  const asked = loginQueryOf(query.where)
  if (asked === 'nothing') return nothing
  const only = seesLoginHistory(yield* findPermissions(asker)) ? asked.userId : asker
  if (asked.userId !== undefined && asked.userId !== only) return nothing
  const where = { ...asked, userId: only, newest }
  const count = edge?.count ?? (yield* countLogins(where))
  const descending = query.order === 'descending'
  const rows = yield* findLogins({ ...where, descending, limit, beyond: edge?.beyond })
  return { count, records: rows.map(loginFields), edge: { newest, count, beyond: rows.at(-1)?.id ?? 0 } }
}

/** Comparisons that contradict each other find nothing. */
function loginQueryOf(where: readonly SoqlCondition[]): LoginQuery | 'nothing' {
  let query: LoginQuery = { from: 0, to: Number.MAX_SAFE_INTEGER }
  for (const condition of where) {
    const next = 'at' in condition ? withInstant(query, condition) : withText(query, condition)
    if (next === 'nothing') return next
    query = next
  }
  return query
}

function withInstant(
  { from, to, ...rest }: LoginQuery,
  { operator, at }: SoqlCondition & { readonly at: number },
): LoginQuery {
  const lowest = operator === '>' ? at + 1 : operator === '>=' || operator === '=' ? at : 0
  const highest = operator === '<' ? at - 1 : operator === '<=' || operator === '=' ? at : to
  return { ...rest, from: Math.max(from, lowest), to: Math.min(to, highest) }
}

function withText(
  query: LoginQuery,
  { field, value }: { readonly field: string; readonly value: string },
): LoginQuery | 'nothing' {
  if (field === 'LoginType')
    return query.loginType === undefined || query.loginType === value ? { ...query, loginType: value } : 'nothing'
  if (field === 'UserId')
    return query.userId === undefined || query.userId === value ? { ...query, userId: value } : 'nothing'
  const id = parseSalesforceId(value, loginPrefix)
  const number = id.ok ? parseInt(id.value.slice(3, 15), 36) : undefined
  if (number === undefined || (query.id !== undefined && query.id !== number)) return 'nothing'
  return { ...query, id: number }
}
