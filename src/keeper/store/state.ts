/** The state of a connection: in which it is, since when, why, and when it is due next. */
import type { ConnectionKey } from '../connection-key.ts'
import { one, run, storeNow, type Program } from '../../storage/program.ts'
import { whetherStale, type StaleGeneration } from './attempts.ts'
import { recordEvents, type NewEvent } from './events.ts'
import { ownsFence, type Fenced } from './lease.ts'

export type NewState = {
  readonly state: string
  readonly why: string | null
  /** Null: nothing is due by itself. */
  readonly nextDueAt: number | null
  /** Recorded only where the state is another than before: one incident gives one event until it is resolved (L-58). */
  readonly onChange?: readonly NewEvent[] | undefined
}

/** `stateSince` stays where the state does. Returns the events that the change asks for. */
export function* enterState(key: ConnectionKey, next: NewState, now: number): Program<readonly NewEvent[]> {
  const before = yield* one<{ state: string }>(
    'SELECT state FROM connections WHERE tenant = ? AND id = ?',
    key.tenant,
    key.id,
  )
  yield* run(
    `UPDATE connections SET state = ?, state_since = CASE WHEN state = ? THEN state_since ELSE ? END, why = ?, next_due_at = ?,
       version = version + 1
     WHERE tenant = ? AND id = ?`,
    ...[next.state, next.state, now, next.why, next.nextDueAt, key.tenant, key.id],
  )
  return before?.state === next.state ? [] : (next.onChange ?? [])
}

export type SetState = {
  readonly key: ConnectionKey
  /** The lease's holder by its fence; who holds none, by the version that was decided on. */
  readonly guard: { readonly fence: number } | { readonly version: number }
  /** A verdict on another generation leaves the connection alone (L-50). */
  readonly generation: number
  readonly next: NewState
  readonly events?: readonly NewEvent[] | undefined
}
/** Someone changed the connection since it was read. */
export type StaleVersion = { readonly kind: 'stale-version'; readonly version: number }

export function* setState({
  key,
  guard,
  generation,
  next,
  events = [],
}: SetState): Program<
  { readonly kind: 'set' } | Fenced | StaleGeneration | StaleVersion | { readonly kind: 'unknown' }
> {
  const row = yield* one<{ version: number }>(
    'SELECT version FROM connections WHERE tenant = ? AND id = ?',
    key.tenant,
    key.id,
  )
  if (row === undefined) return { kind: 'unknown' }
  if ('fence' in guard && !(yield* ownsFence({ key, fence: guard.fence }))) return { kind: 'fenced' }
  if ('version' in guard && guard.version !== row.version) return { kind: 'stale-version', version: row.version }
  const stale = yield* whetherStale(key, generation)
  if (stale !== undefined) return stale
  const entered = yield* enterState(key, next, yield* storeNow())
  yield* recordEvents(key, [...events, ...entered])
  return { kind: 'set' }
}

export type MakeDue = { readonly key: ConnectionKey; readonly generation: number; readonly at: number }

/** Brings the next exchange forward, e.g. because the org has answered 401; never puts it off, and never wakes a connection of which nothing is due.
 *  Anyone may: it decides nothing. */
export function* makeDue({ key, generation, at }: MakeDue): Program<boolean> {
  const changed = yield* run(
    `UPDATE connections SET next_due_at = ?, version = version + 1
     WHERE tenant = ? AND id = ? AND generation = ? AND next_due_at > ?`,
    ...[at, key.tenant, key.id, generation, at],
  )
  return changed === 1
}
