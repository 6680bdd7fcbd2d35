/** What is to be done, over all tenants: for the scheduler, which shows none of it to anyone. */
import type { ConnectionKey } from '../connection-key.ts'
import { all, one, storeNow, type Program } from '../../storage/program.ts'

export type DueConnection = {
  readonly key: ConnectionKey
  readonly app: string
  readonly loginUrl: string
  readonly dueAt: number
}

type DueRow = ConnectionKey & Omit<DueConnection, 'key'>

const unheld = `NOT EXISTS (SELECT 1 FROM leases l WHERE l.tenant = c.tenant AND l.connection = c.id
  AND l.holder IS NOT NULL AND l.until > ? AND l.until - ? <= 2 * l.for_ms)`

/** Connections that are due at `now` and that nobody holds a lease on, the longest due first. */
export function* dueConnections({
  now,
  limit,
}: {
  readonly now: number
  readonly limit: number
}): Program<readonly DueConnection[]> {
  const at = yield* storeNow()
  const rows = yield* all<DueRow>(
    `SELECT c.tenant, c.id, c.app, c.login_url AS "loginUrl", c.next_due_at AS "dueAt" FROM connections c
     WHERE c.next_due_at IS NOT NULL AND c.next_due_at <= ? AND ${unheld} ORDER BY c.next_due_at, c.tenant, c.id LIMIT ?`,
    ...[now, at, at, limit],
  )
  return rows.map(withKey)
}

/** When the next one is due, held or not; undefined where none is. What a scheduler sleeps until. */
export function* nextDueAt(): Program<number | undefined> {
  const row = yield* one<{ at: number }>(
    'SELECT next_due_at AS at FROM connections WHERE next_due_at IS NOT NULL ORDER BY next_due_at LIMIT 1',
  )
  return row?.at
}

/** Connections with an open attempt that nobody has judged, or with a reply that nobody has adopted, and that nobody holds a lease on: their holder died,
 *  or slept. `dueAt` is when the oldest such attempt was prepared. */
export function* strandedConnections({ limit }: { readonly limit: number }): Program<readonly DueConnection[]> {
  const at = yield* storeNow()
  const rows = yield* all<DueRow>(
    `SELECT c.tenant, c.id, c.app, c.login_url AS "loginUrl", min(a.prepared_at) AS "dueAt"
     FROM attempts a JOIN connections c ON c.tenant = a.tenant AND c.id = a.connection
     WHERE a.closed_at IS NULL AND (a.outcome IS NULL OR a.sealed_reply IS NOT NULL) AND ${unheld}
     GROUP BY c.tenant, c.id, c.app, c.login_url ORDER BY "dueAt", c.tenant, c.id LIMIT ?`,
    ...[at, at, limit],
  )
  return rows.map(withKey)
}

function withKey({ tenant, id, app, loginUrl, dueAt }: DueRow): DueConnection {
  return { key: { tenant, id }, app, loginUrl, dueAt }
}
