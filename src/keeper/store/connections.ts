/** How a connection begins, gets another token from outside, and ends. */
import type { ConnectionKey } from '../connection-key.ts'
import { one, run, storeNow, type Program } from '../../storage/program.ts'
import { findOpenAttempts, type StoredAttempt } from './attempt-row.ts'
import type { StaleGeneration } from './attempts.ts'
import {
  findConnection,
  type Identity,
  type NewAccess,
  type StoredAccess,
  type StoredConnection,
  type StoredKey,
} from './connection-row.ts'
import { recordEvents, type NewEvent } from './events.ts'
import { ownsFence, type Fenced, type Held } from './lease.ts'
import { enterState, type NewState } from './state.ts'

export type CreateConnection = {
  readonly key: ConnectionKey
  readonly app: string
  readonly loginUrl: string
  readonly identity: Identity
  readonly soleHolder: boolean
  readonly dataKey: StoredKey
  /** Both are sealed to generation 1 and attempt 0. */
  readonly sealedRefresh: Uint8Array
  readonly access: NewAccess | null
  readonly sessionSeconds: number | null
  readonly state: NewState
  readonly events?: readonly NewEvent[] | undefined
}
export type CreateOutcome =
  | { readonly kind: 'created'; readonly at: number }
  /** Nothing was changed; another token for it comes by `replaceToken`. */
  | { readonly kind: 'exists'; readonly generation: number }
  | { readonly kind: 'unknown-app' }

export function* createConnection(plan: CreateConnection): Program<CreateOutcome> {
  const { tenant, id } = plan.key
  const existing = yield* findConnection(plan.key)
  if (existing !== undefined) return { kind: 'exists', generation: existing.generation }
  const app = yield* one('SELECT name FROM apps WHERE tenant = ? AND name = ?', tenant, plan.app)
  if (app === undefined) return { kind: 'unknown-app' }
  const now = yield* storeNow()
  yield* insertConnection(plan, now)
  // what an earlier connection of that name has left behind counts on
  yield* run(
    `INSERT INTO leases (tenant, connection, holder, fence, until, for_ms, last_attempt) VALUES (?, ?, NULL, 0, 0, 0, 0)
     ON CONFLICT (tenant, connection) DO UPDATE SET holder = NULL, removed_at = NULL`,
    ...[tenant, id],
  )
  yield* recordEvents(plan.key, [...(plan.events ?? []), ...(plan.state.onChange ?? [])])
  return { kind: 'created', at: now }
}

function* insertConnection(plan: CreateConnection, now: number): Program<void> {
  const { key, identity, access, dataKey, state } = plan
  yield* run(
    `INSERT INTO connections (tenant, id, app, login_url, org_id, user_id, username, instance_url, state, state_since, why, generation,
       sole_holder, key_name, wrapped_key, sealed_refresh, refresh_attempt, session_seconds, next_due_at, created_at, authorized_at, version)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, 0, ?, ?, ?, ?, 1)`,
    ...[key.tenant, key.id, plan.app, plan.loginUrl, identity.orgId, identity.userId, identity.username],
    ...[identity.instanceUrl, state.state, now, state.why, plan.soleHolder ? 1 : 0, dataKey.key, dataKey.bytes],
    ...[plan.sealedRefresh, plan.sessionSeconds, state.nextDueAt, now, now],
  )
  yield* storeAdoptedAccess(key, access, 1)
}

/** A token that came from outside brings its own access token or none; the one of the token before must not outlive it here. */
function* storeAdoptedAccess(key: ConnectionKey, access: NewAccess | null, generation: number): Program<void> {
  yield* run(
    `UPDATE connections SET sealed_access = ?, access_generation = ?, access_attempt = ?, access_issued_at = ?, access_expires_at = ?
     WHERE tenant = ? AND id = ?`,
    ...(access === null ? [null, null, null] : [access.sealed, generation, 0]),
    ...[access?.issuedAt ?? null, access?.expiresAt ?? null, key.tenant, key.id],
  )
}

export type ReplaceToken = {
  readonly key: ConnectionKey
  /** The generation that the adopted token is to follow. An older one is refused: a copy that somebody had saved must not overwrite what was
   *  rotated since (L-48). */
  readonly generation: number
  /** Both are sealed to generation + 1 and attempt 0, with `dataKey` where it is given. */
  readonly sealedRefresh: Uint8Array
  readonly access: NewAccess | null
  /** A new one, where the old one cannot be opened any more. */
  readonly dataKey?: StoredKey | undefined
  /** What is left out stays as it is. */
  readonly identity?: Partial<Identity> | undefined
  readonly soleHolder: boolean
  readonly state: NewState
  readonly events?: readonly NewEvent[] | undefined
}
/** What was in the connection before: its family is to be revoked (L-57). */
export type Replaced = {
  readonly generation: number
  readonly sealedRefresh: Uint8Array
  readonly refreshAttempt: number
  readonly access: StoredAccess | null
  readonly dataKey: StoredKey
  /** Not null: another keeper lives by it. */
  readonly handedOverAt: number | null
}
export type ReplaceOutcome =
  | { readonly kind: 'replaced'; readonly generation: number; readonly replaced: Replaced }
  | StaleGeneration
  | { readonly kind: 'unknown' }

/** Needs no lease: whoever is about to send the old token is told `stale-generation` before the first byte, and whoever has sent it, at the commit. The
 *  replies to the old one stay open until a holder of the lease has dealt with them. */
export function* replaceToken(plan: ReplaceToken): Program<ReplaceOutcome> {
  const { key, dataKey } = plan
  const before = yield* findConnection(key)
  if (before === undefined) return { kind: 'unknown' }
  if (before.generation !== plan.generation) return { kind: 'stale-generation', generation: before.generation }
  const generation = before.generation + 1
  const identity = { ...before, ...plan.identity }
  const now = yield* storeNow()
  yield* run(
    `UPDATE connections SET generation = ?, sealed_refresh = ?, refresh_attempt = 0, sole_holder = ?, key_name = ?, wrapped_key = ?,
       org_id = ?, user_id = ?, username = ?, instance_url = ?, authorized_at = ?, signature = NULL, handed_over_at = NULL, handed_over_in = NULL
     WHERE tenant = ? AND id = ?`,
    ...[generation, plan.sealedRefresh, plan.soleHolder ? 1 : 0],
    ...[dataKey?.key ?? before.dataKey.key, dataKey?.bytes ?? before.dataKey.bytes],
    ...[identity.orgId, identity.userId, identity.username, identity.instanceUrl, now, key.tenant, key.id],
  )
  yield* storeAdoptedAccess(key, plan.access, generation)
  const entered = yield* enterState(key, plan.state, now)
  yield* recordEvents(key, [...(plan.events ?? []), ...entered])
  return { kind: 'replaced', generation, replaced: before }
}

export type RemoveConnection = Held & { readonly generation: number; readonly events?: readonly NewEvent[] | undefined }

/** Under a lease, so that nothing is on the wire meanwhile; fence and numbers of attempts stay counted. `open` is what nobody had dealt with. Its links and the
 *  logins that wait go with it: one of them would make it anew, of whoever logs in. */
export function* removeConnection({
  key,
  fence,
  generation,
  events = [],
}: RemoveConnection): Program<
  | { readonly kind: 'removed'; readonly connection: StoredConnection; readonly open: readonly StoredAttempt[] }
  | Fenced
  | StaleGeneration
  | { readonly kind: 'unknown' }
> {
  const connection = yield* findConnection(key)
  if (connection === undefined) return { kind: 'unknown' }
  if (!(yield* ownsFence({ key, fence }))) return { kind: 'fenced' }
  if (connection.generation !== generation) return { kind: 'stale-generation', generation: connection.generation }
  const open = yield* findOpenAttempts(key)
  const { tenant, id } = key
  yield* run('DELETE FROM attempts WHERE tenant = ? AND connection = ?', tenant, id)
  yield* run('DELETE FROM introspections WHERE tenant = ? AND connection = ?', tenant, id)
  yield* run('DELETE FROM tickets WHERE tenant = ? AND connection = ?', tenant, id)
  yield* run('DELETE FROM authorizations WHERE tenant = ? AND connection = ? AND taken_at IS NULL', tenant, id)
  yield* run('DELETE FROM connections WHERE tenant = ? AND id = ?', tenant, id)
  yield* run(
    'UPDATE leases SET holder = NULL, removed_at = ? WHERE tenant = ? AND connection = ?',
    ...[yield* storeNow(), tenant, id],
  )
  yield* recordEvents(key, events)
  return { kind: 'removed', connection, open }
}
