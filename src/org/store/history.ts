/** Login history: what is written beside each decision, in the same transaction (SF-231 to SF-233). */
import { all, one, run, type Program, type SqlValue } from '../../storage/program.ts'
import { idAt } from './record-ids.ts'

/** One row; addresses and traces as text. Nothing in it is a secret. */
export type HistoryEntry = {
  /** From `openRecordIds`: rises with time, and the next seven are free for records that belong to this one. */
  readonly id: number
  /** Milliseconds on the store's clock. */
  readonly at: number
  /** `Remote Access 2.0` for OAuth, `Application` for a browser login (SF-232). */
  readonly loginType: string
  /** The flow: `refresh_token`, `authorization_code`, `browser`, … */
  readonly subType: string
  readonly app: string | null
  readonly userId: string | null
  readonly grantId: string | null
  readonly sourceIp: string
  /** What a client claimed in a forwarding header, whether or not it was believed; never decides anything (L-107). */
  readonly forwardedFor: string | null
  readonly userAgent: string | null
  readonly status: string
  readonly decision: string
  /** JSON of the trace lines. */
  readonly trace: string | null
}

const insert = `INSERT INTO login_history
  (id, at, login_type, sub_type, app, user_id, grant_id, source_ip, forwarded_for, user_agent, status, decision, trace)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

export function* recordHistory(entry: HistoryEntry): Program<void> {
  yield* recordHistoryValues(historyValues(entry))
}

export function* recordHistoryValues(values: readonly SqlValue[]): Program<void> {
  yield* run(insert, ...values)
}

/** In the order of the insert's columns. */
export function historyValues(entry: HistoryEntry): readonly SqlValue[] {
  return [
    entry.id,
    entry.at,
    entry.loginType,
    entry.subType,
    entry.app,
    entry.userId,
    entry.grantId,
    entry.sourceIp,
    entry.forwardedFor,
    entry.userAgent,
    entry.status,
    entry.decision,
    entry.trace,
  ]
}

export type HistoryRow = HistoryEntry & { readonly username: string | null }
export type HistoryQuery = {
  readonly since?: number | undefined
  readonly app?: string | undefined
  readonly username?: string | undefined
  readonly status?: string | undefined
  readonly decision?: string | undefined
  /** Only entries with a lower id: the cursor of the page before. */
  readonly below?: number | undefined
  readonly limit: number
}

/** Newest first. */
export function* findHistory(query: HistoryQuery): Program<HistoryRow[]> {
  const { where, params } = conditions(query)
  return yield* all<HistoryRow>(
    `SELECT h.id, h.at, h.login_type AS "loginType", h.sub_type AS "subType", h.app, h.user_id AS "userId", h.grant_id AS "grantId",
       h.source_ip AS "sourceIp", h.forwarded_for AS "forwardedFor", h.user_agent AS "userAgent", h.status, h.decision, h.trace, u.username
     FROM login_history h LEFT JOIN users u ON u.id = h.user_id ${where} ORDER BY h.id DESC LIMIT ?`,
    ...params,
    query.limit,
  )
}

function conditions(query: HistoryQuery): { readonly where: string; readonly params: readonly SqlValue[] } {
  const parts: [string, SqlValue][] = []
  if (query.since !== undefined) parts.push(['h.id >= ?', idAt(query.since)])
  if (query.below !== undefined) parts.push(['h.id < ?', query.below])
  if (query.app !== undefined) parts.push(['h.app = ?', query.app])
  if (query.username !== undefined) parts.push(['u.username = ?', query.username])
  if (query.status !== undefined) parts.push(['h.status = ?', query.status])
  if (query.decision !== undefined) parts.push(['h.decision = ?', query.decision])
  const where = parts.length > 0 ? `WHERE ${parts.map(([text]) => text).join(' AND ')}` : ''
  return { where, params: parts.map(([, value]) => value) }
}

export type Pruning = { readonly before: number; readonly keepRows: number; readonly most: number }

/** Removes at most `most` of the oldest entries that are too old or too many; says how many, so that the caller goes on in small steps. */
export function* pruneHistory({ before, keepRows, most }: Pruning): Program<number> {
  const edge = yield* one<{ id: number }>('SELECT id FROM login_history ORDER BY id DESC LIMIT 1 OFFSET ?', keepRows)
  return yield* run(
    `DELETE FROM login_history WHERE id IN
       (SELECT id FROM login_history WHERE id < ? OR id <= ? ORDER BY id LIMIT ?)`,
    idAt(before),
    edge?.id ?? -1,
    most,
  )
}
