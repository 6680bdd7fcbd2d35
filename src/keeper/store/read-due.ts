/** What is to be done, over all tenants: for the scheduler, which shows none of it to anyone. */
import type { ConnectionKey } from '../connection-key.ts'
import { all, one, storeNow, type Program } from '../../storage/program.ts'

export type LeftOpen = {
  readonly key: ConnectionKey
  readonly app: string
  readonly loginUrl: string
  readonly dueAt: number
}

/** With what it takes to say whether it has to be exchanged now. */
export type DueConnection = LeftOpen & {
  readonly state: string
  readonly version: number
  readonly createdAt: number
  readonly lastExchangeAt: number | null
  readonly accessIssuedAt: number | null
  readonly accessExpiresAt: number | null
  readonly sessionSeconds: number | null
}

type RowOf<T extends LeftOpen> = ConnectionKey & Omit<T, 'key'>
/** The last one of a page. */
export type DueCursor = ConnectionKey & { readonly dueAt: number }

const unheld = `NOT EXISTS (SELECT 1 FROM leases l WHERE l.tenant = c.tenant AND l.connection = c.id
  AND l.holder IS NOT NULL AND l.until > ? AND l.until - ? <= 2 * l.for_ms)`

/** Connections that are due at `now` and that nobody holds a lease on, the longest due first; of those behind `after`, the last one of the page before. */
export function* dueConnections({
  now,
  limit,
  after = { dueAt: -1, tenant: '', id: '' },
}: {
  readonly now: number
  readonly limit: number
  readonly after?: DueCursor | undefined
}): Program<readonly DueConnection[]> {
  const at = yield* storeNow()
  const rows = yield* all<RowOf<DueConnection>>(
    `SELECT c.tenant, c.id, c.app, c.login_url AS "loginUrl", c.next_due_at AS "dueAt", c.state, c.version, c.created_at AS "createdAt",
       c.last_exchange_at AS "lastExchangeAt", c.access_issued_at AS "accessIssuedAt", c.access_expires_at AS "accessExpiresAt",
       c.session_seconds AS "sessionSeconds"
     FROM connections c
     WHERE c.next_due_at IS NOT NULL AND c.next_due_at <= ? AND (c.next_due_at, c.tenant, c.id) > (?, ?, ?) AND ${unheld}
     ORDER BY c.next_due_at, c.tenant, c.id LIMIT ?`,
    ...[now, after.dueAt, after.tenant, after.id, at, at, limit],
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
export function* strandedConnections({ limit }: { readonly limit: number }): Program<readonly LeftOpen[]> {
  const at = yield* storeNow()
  const rows = yield* all<RowOf<LeftOpen>>(
    `SELECT c.tenant, c.id, c.app, c.login_url AS "loginUrl", min(a.prepared_at) AS "dueAt"
     FROM attempts a JOIN connections c ON c.tenant = a.tenant AND c.id = a.connection
     WHERE a.closed_at IS NULL AND (a.outcome IS NULL OR a.sealed_reply IS NOT NULL) AND ${unheld}
     GROUP BY c.tenant, c.id, c.app, c.login_url ORDER BY "dueAt", c.tenant, c.id LIMIT ?`,
    ...[at, at, limit],
  )
  return rows.map(withKey)
}

function withKey<T>({ tenant, id, ...row }: ConnectionKey & T): Omit<ConnectionKey & T, keyof ConnectionKey> & {
  readonly key: ConnectionKey
} {
  return { ...row, key: { tenant, id } }
}
