/** Connections as callers and operators ask for them, always of one tenant. */
import type { ConnectionKey } from '../connection-key.ts'
import { all, one, type Program } from '../../storage/program.ts'
import {
  accessOf,
  connectionColumns,
  connectionOf,
  type AccessColumns,
  type ConnectionRow,
  type StoredAccess,
  type StoredConnection,
  type StoredKey,
} from './connection-row.ts'

/** What it takes to hand out an access token, and no more. */
export type AccessView = {
  readonly state: string
  readonly generation: number
  readonly version: number
  readonly instanceUrl: string | null
  readonly nextDueAt: number | null
  readonly sessionSeconds: number | null
  readonly sessionRefusals: number
  readonly sessionServed: number
  readonly dataKey: StoredKey
  readonly access: StoredAccess | null
}

export function* findAccess({ tenant, id }: ConnectionKey): Program<AccessView | undefined> {
  const row = yield* one<AccessRow>(
    `SELECT state, generation, version, instance_url AS "instanceUrl", next_due_at AS "nextDueAt",
       session_seconds AS "sessionSeconds", session_refusals AS "sessionRefusals", session_served AS "sessionServed", key_name AS "keyName",
       wrapped_key AS "wrappedKey", sealed_access AS "sealedAccess", access_generation AS "accessGeneration",
       access_attempt AS "accessAttempt", access_issued_at AS "accessIssuedAt", access_expires_at AS "accessExpiresAt"
     FROM connections WHERE tenant = ? AND id = ?`,
    tenant,
    id,
  )
  if (row === undefined) return undefined
  const { state, generation, version, instanceUrl, nextDueAt, sessionSeconds, sessionRefusals, sessionServed } = row
  const session = { sessionSeconds, sessionRefusals, sessionServed }
  const dataKey = { key: row.keyName, bytes: row.wrappedKey }
  return { state, generation, version, instanceUrl, nextDueAt, ...session, dataKey, access: accessOf(row) }
}

type AccessRow = Omit<AccessView, 'dataKey' | 'access'> &
  AccessColumns & { readonly keyName: string; readonly wrappedKey: Uint8Array }

export type ConnectionsQuery = {
  readonly tenant: string
  readonly app?: string | undefined
  readonly state?: string | undefined
  /** The cursor of the page before: only connections with a greater id. */
  readonly above?: string | undefined
  readonly limit: number
}

/** What another keeper has is in no state here. */
const shownState = (of: string): string =>
  `CASE WHEN ${of}.handed_over_at IS NULL THEN ${of}.state ELSE 'handed-over' END`

/** Ordered by id. */
export function* findConnections(query: ConnectionsQuery): Program<readonly StoredConnection[]> {
  const { tenant, app = null, state = null, above = '', limit } = query
  const rows = yield* all<ConnectionRow>(
    `SELECT ${connectionColumns} FROM connections c
     WHERE c.tenant = ? AND c.id > ? AND (? IS NULL OR c.app = ?) AND (? IS NULL OR ${shownState('c')} = ?) ORDER BY c.id LIMIT ?`,
    ...[tenant, above, app, app, state, state, limit],
  )
  return rows.map(connectionOf)
}

export type StateCount = { readonly state: string; readonly count: number }

/** Of one tenant; null for all of them together, which is for the installation's own health. */
export function* countStates(tenant: string | null): Program<readonly StateCount[]> {
  return yield* all<StateCount>(
    `SELECT ${shownState('counted')} AS state, sum(counted.count) AS count FROM
       (SELECT state, handed_over_at, count(*) AS count FROM connections WHERE (? IS NULL OR tenant = ?)
        GROUP BY tenant, state, handed_over_at) AS counted
     GROUP BY 1 ORDER BY 1`,
    tenant,
    tenant,
  )
}
