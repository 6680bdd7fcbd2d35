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
  /** Recorded once each until a state that resolves: one incident gives one event of a kind, however often it comes and goes within it (L-58). Those of a
   *  state that resolves are recorded where the state was another. */
  readonly onChange?: readonly NewEvent[] | undefined
  /** Whatever incident there was is over. */
  readonly resolves?: boolean | undefined
  /** Failures in a row; left out, they stay as they are. */
  readonly failures?: 'add' | 'clear' | undefined
}

/** `stateSince` stays where the state does, and nothing becomes due of what another keeper has. Returns the events that the change asks for. */
export function* enterState(key: ConnectionKey, next: NewState, now: number): Program<readonly NewEvent[]> {
  const before = yield* one<{ state: string; told: string }>(
    'SELECT state, told FROM connections WHERE tenant = ? AND id = ?',
    key.tenant,
    key.id,
  )
  const { events, told } = tellingOf(next, before ?? { state: '', told: '' })
  const [keeps, adds] = next.failures === undefined ? [1, 0] : next.failures === 'add' ? [1, 1] : [0, 0]
  yield* run(
    `UPDATE connections SET state = ?, state_since = CASE WHEN state = ? THEN state_since ELSE ? END, why = ?,
       next_due_at = CASE WHEN handed_over_at IS NULL THEN ? END, told = ?, failures = failures * ? + ?, version = version + 1
     WHERE tenant = ? AND id = ?`,
    ...[next.state, next.state, now, next.why, next.nextDueAt, told, keeps, adds, key.tenant, key.id],
  )
  return events
}

/** `told` names the kinds that were recorded since the last state that resolved. */
function tellingOf(
  { state, onChange = [], resolves = false }: NewState,
  before: { readonly state: string; readonly told: string },
): { readonly events: readonly NewEvent[]; readonly told: string } {
  if (resolves) return { events: before.state === state ? [] : onChange, told: '' }
  const known = before.told === '' ? [] : before.told.split(' ')
  const events = onChange.filter(({ kind }) => !known.includes(kind))
  return { events, told: [...known, ...events.map(({ kind }) => kind)].join(' ') }
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

export type MakeDue = {
  readonly key: ConnectionKey
  /** Of a connection in this state alone. */
  readonly state: string
  readonly generation: number
  readonly at: number
}

/** Brings the next exchange forward, because the connection is in use; never puts it off, and never wakes one of which nothing is due. Anyone may: it decides
 *  nothing, and the version stays, for tokens and state do. */
export function* makeDue({ key, state, generation, at }: MakeDue): Program<boolean> {
  const changed = yield* run(
    `UPDATE connections SET next_due_at = ?
     WHERE tenant = ? AND id = ? AND state = ? AND generation = ? AND next_due_at > ?`,
    ...[at, key.tenant, key.id, state, generation, at],
  )
  return changed === 1
}

export type PutOff = {
  readonly all: readonly {
    readonly key: ConnectionKey
    /** As they were read. */
    readonly version: number
    readonly dueAt: number
    readonly until: number
  }[]
}

/** What is due and need not be done now comes later, unless somebody has changed it since. How many were put off. */
export function* putOff({ all: wishes }: PutOff): Program<number> {
  let changed = 0
  for (const { key, version, dueAt, until } of wishes)
    changed += yield* run(
      'UPDATE connections SET next_due_at = ? WHERE tenant = ? AND id = ? AND version = ? AND next_due_at = ?',
      ...[until, key.tenant, key.id, version, dueAt],
    )
  return changed
}

export type LearnSession = {
  readonly key: ConnectionKey
  /** Of the access token that taught it. */
  readonly generation: number
  readonly attempt: number
  /** Refusals as they were read: of many who learn the same at once, one counts. */
  readonly knew: number
  readonly seconds: number
  readonly refusals: number
}

export function* learnSession(learned: LearnSession): Program<boolean> {
  const { key, generation, attempt, knew, seconds, refusals } = learned
  const changed = yield* run(
    `UPDATE connections SET session_seconds = ?, session_refusals = ?, session_served = 0
     WHERE tenant = ? AND id = ? AND access_generation = ? AND access_attempt = ? AND session_refusals = ?`,
    ...[seconds, refusals, key.tenant, key.id, generation, attempt, knew],
  )
  return changed === 1
}
