/** A vault that goes elsewhere, and one that comes: all of it in pages, connections that are paused here, and connections as another vault had them. */
import type { ConnectionKey } from '../connection-key.ts'
import { all, one, run, storeNow, type Program } from '../../storage/program.ts'
import { findAppsOf, type AppKey, type StoredApp } from './apps.ts'
import {
  connectionColumns,
  connectionOf,
  findConnection,
  type ConnectionRow,
  type StoredConnection,
} from './connection-row.ts'
import { createConnection, replaceToken, type CreateConnection } from './connections.ts'
import { recordEvents } from './events.ts'
import { ownsFence, type Fenced, type Held } from './lease.ts'
import type { StaleVersion } from './state.ts'

/** Null: of all tenants. */
export type OfTenant = { readonly tenant: string | null; readonly limit: number }

export type WholeConnection = StoredConnection & { readonly authorizedAt: number | null }
type WholeRow = ConnectionRow & { readonly authorizedAt: number | null }

function wholeOf({ authorizedAt, ...row }: WholeRow): WholeConnection {
  return { ...connectionOf(row), authorizedAt }
}

/** By tenant and id, of those behind `after`. */
export function* findConnectionsAfter(
  after: ConnectionKey,
  { tenant, limit }: OfTenant,
): Program<readonly ConnectionKey[]> {
  return yield* all<ConnectionKey>(
    `SELECT c.tenant, c.id FROM connections c WHERE (c.tenant, c.id) > (?, ?) AND (? IS NULL OR c.tenant = ?)
     ORDER BY c.tenant, c.id LIMIT ?`,
    ...[after.tenant, after.id, tenant, tenant, limit],
  )
}

export function* findWholeConnection({ tenant, id }: ConnectionKey): Program<WholeConnection | undefined> {
  const text = `SELECT ${connectionColumns}, c.authorized_at AS "authorizedAt" FROM connections c WHERE c.tenant = ? AND c.id = ?`
  const row = yield* one<WholeRow>(text, tenant, id)
  return row === undefined ? undefined : wholeOf(row)
}

/** By tenant and name, of those behind `after`. */
export function* findAppsAfter(after: AppKey, { tenant, limit }: OfTenant): Program<readonly StoredApp[]> {
  return yield* findAppsOf(
    'WHERE (tenant, name) > (?, ?) AND (? IS NULL OR tenant = ?) ORDER BY tenant, name LIMIT ?',
    ...[after.tenant, after.name, tenant, tenant, limit],
  )
}

export type HandOver = Held & {
  readonly generation: number
  /** Names the export. */
  readonly to: string
}

/** Under a lease, so that nothing of it is on the wire. From here on nothing is due, and whoever takes the lease sees that it is not ours. */
export function* handOver({
  key,
  fence,
  generation,
  to,
}: HandOver): Program<{ readonly kind: 'handed-over' } | Fenced> {
  if (!(yield* ownsFence({ key, fence }))) return { kind: 'fenced' }
  const changed = yield* run(
    `UPDATE connections SET handed_over_at = ?, handed_over_in = ?, next_due_at = NULL, version = version + 1
     WHERE tenant = ? AND id = ? AND generation = ?`,
    ...[yield* storeNow(), to, key.tenant, key.id, generation],
  )
  if (changed === 0) return { kind: 'fenced' } // another token was adopted meanwhile, which needs no lease
  const data = JSON.stringify({ generation, export: to })
  yield* recordEvents(key, [{ kind: 'connection.handed_over', data }])
  return { kind: 'handed-over' }
}

export type TakeBack = { readonly key: ConnectionKey; readonly nextDueAt: number | null }

/** False where it is not handed over. */
export function* takeBack({ key, nextDueAt }: TakeBack): Program<boolean> {
  const changed = yield* run(
    `UPDATE connections SET handed_over_at = NULL, handed_over_in = NULL, next_due_at = ?, version = version + 1
     WHERE tenant = ? AND id = ? AND handed_over_at IS NOT NULL`,
    ...[nextDueAt, key.tenant, key.id],
  )
  if (changed === 1) yield* recordEvents(key, [{ kind: 'connection.taken_back', data: '{}' }])
  return changed === 1
}

/** Any `limit` of those that went in this export: what is taken back leaves the list. */
export function* findHandedOver(to: string, limit: number): Program<readonly StoredConnection[]> {
  const rows = yield* all<ConnectionRow>(
    `SELECT ${connectionColumns} FROM connections c WHERE c.handed_over_in = ? LIMIT ?`,
    ...[to, limit],
  )
  return rows.map(connectionOf)
}

export type ImportConnection = {
  /** As another vault had it; the tokens are sealed to `generation` and attempt 0. */
  readonly connection: Omit<CreateConnection, 'events'>
  readonly generation: number
  /** Of the connection that it takes the place of, as it was read; null where there is to be none. */
  readonly expects: number | null
  readonly createdAt: number
  readonly authorizedAt: number | null
  readonly lastExchangeAt: number | null
  readonly lastEgress: string | null
  /** For the event. */
  readonly from: string
}
export type ImportOutcome = { readonly kind: 'imported' | 'unknown-app' } | StaleVersion | { readonly kind: 'gone' }

/** The generation rises over any that was here under that name, so that whoever holds an older token is told before the first byte. */
export function* importConnection(plan: ImportConnection): Program<ImportOutcome> {
  const { connection, generation, expects } = plan
  const { key } = connection
  const before = yield* findConnection(key)
  if (before?.version !== (expects ?? undefined))
    return before === undefined ? { kind: 'gone' } : { kind: 'stale-version', version: before.version }
  if (before === undefined) {
    const created = yield* createConnection(connection)
    if (created.kind === 'unknown-app') return { kind: 'unknown-app' }
  } else {
    yield* run(
      'UPDATE connections SET app = ?, login_url = ? WHERE tenant = ? AND id = ?',
      ...[connection.app, connection.loginUrl, key.tenant, key.id],
    )
    yield* replaceToken({ ...connection, generation: before.generation })
  }
  yield* asItWas(plan)
  const data = JSON.stringify({ generation, export: plan.from })
  yield* recordEvents(key, [{ kind: 'connection.imported', data }])
  return { kind: 'imported' }
}

/** What a new connection begins with, and this one has behind it. */
function* asItWas(plan: ImportConnection): Program<void> {
  const { connection, generation } = plan
  const { key, identity, sessionSeconds } = connection
  yield* run(
    `UPDATE connections SET generation = ?, access_generation = CASE WHEN sealed_access IS NULL THEN NULL ELSE ? END,
       org_id = ?, user_id = ?, username = ?, instance_url = ?, session_seconds = ?, state_since = ?,
       created_at = ?, authorized_at = ?, last_exchange_at = ?, last_egress = ?
     WHERE tenant = ? AND id = ?`,
    ...[generation, generation, identity.orgId, identity.userId, identity.username, identity.instanceUrl],
    ...[sessionSeconds, yield* storeNow(), plan.createdAt, plan.authorizedAt],
    ...[plan.lastExchangeAt, plan.lastEgress, key.tenant, key.id],
  )
}
