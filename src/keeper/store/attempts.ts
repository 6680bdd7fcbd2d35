/** The journal before the reply: each step is committed before the next one is taken. */
import type { ConnectionKey } from '../connection-key.ts'
import { one, run, storeNow, type Program } from '../../storage/program.ts'
import { findAttempt, findReply, type StoredAttempt } from './attempt-row.ts'
import { liveLease, type Fenced, type Held, type LeaseEnded } from './lease.ts'
import { takeTurn, type AskedTurn, type HostRests } from './login-hosts.ts'

/** The refresh token has been replaced since: take the lease anew and look. */
export type StaleGeneration = { readonly kind: 'stale-generation'; readonly generation: number }
/** A reply to this generation lies here, adopted by nobody: adopt it instead of asking again (P-20). */
export type ReplyArrived = { readonly kind: 'reply-arrived'; readonly attempt: StoredAttempt }
/** The attempt is closed, was prepared under another lease, or does not stand at the step before this one. */
export type NotOpen = { readonly kind: 'not-open' }

export type ToPrepare = Held & { readonly generation: number }
/** What a spending is refused for, at each step. */
export type MaySpend = { readonly kind: 'may-spend'; readonly now: number; readonly until: number }
export type MayNotSpend = Fenced | LeaseEnded | StaleGeneration | ReplyArrived

/** Commits the intent; that it commits also proves that the store can be written (L-45). `turn`: only where its login host is not too busy, and not down. */
export function* prepareAttempt({
  key,
  fence,
  generation,
  turn,
}: ToPrepare & { readonly turn?: AskedTurn | undefined }): Program<
  { readonly kind: 'prepared'; readonly attempt: number; readonly at: number } | MayNotSpend | HostRests
> {
  const may = yield* maySpend({ key, fence, generation })
  if (may.kind !== 'may-spend') return may
  const rests = turn === undefined ? undefined : yield* takeTurn(key, turn, may.now)
  if (rests !== undefined) return rests
  const counted = yield* one<{ attempt: number }>(
    `UPDATE leases SET last_attempt = last_attempt + 1 WHERE tenant = ? AND connection = ?
     RETURNING last_attempt AS attempt`,
    ...[key.tenant, key.id],
  )
  if (counted === undefined) throw new Error('a live lease has no row')
  yield* run(
    `INSERT INTO attempts (tenant, connection, attempt, generation, fence, stage, prepared_at) VALUES (?, ?, ?, ?, ?, 'prepared', ?)`,
    ...[key.tenant, key.id, counted.attempt, generation, fence, may.now],
  )
  return { kind: 'prepared', attempt: counted.attempt, at: may.now }
}

export type Connected = ToPrepare & {
  readonly attempt: number
  readonly leftFrom: string | null
  readonly egress: string | null
}
export type Marked = { readonly kind: 'marked'; readonly at: number; readonly until: number }

/** The way to the token endpoint is open and nothing has been sent on it. May be told again after another dial. */
export function* markConnected(step: Connected): Program<Marked | MayNotSpend | NotOpen> {
  const { key, fence, attempt, leftFrom, egress } = step
  const may = yield* maySpend(step)
  if (may.kind !== 'may-spend') return may
  const changed = yield* run(
    `UPDATE attempts SET stage = 'connected', connected_at = ?, left_from = ?, egress = ?
     WHERE tenant = ? AND connection = ? AND attempt = ? AND generation = ? AND fence = ?
       AND stage IN ('prepared', 'connected') AND closed_at IS NULL`,
    ...[may.now, leftFrom, egress, key.tenant, key.id, attempt, step.generation, fence],
  )
  return changed === 1 ? { kind: 'marked', at: may.now, until: may.until } : { kind: 'not-open' }
}

export type Sent = ToPrepare & {
  readonly attempt: number
  /** On the store's clock (P-21); null where nobody cuts the tunnel. */
  readonly tunnelEndsAt: number | null
}

/** The last step before the first byte; once, so that no attempt can be sent twice. Between this commit and the byte the caller looks at its lease
 *  and its deadline again (P-21). */
export function* markSent(step: Sent): Program<Marked | MayNotSpend | NotOpen> {
  const { key, fence, attempt, tunnelEndsAt } = step
  const may = yield* maySpend(step)
  if (may.kind !== 'may-spend') return may
  const changed = yield* run(
    `UPDATE attempts SET stage = 'sent', sent_at = ?, tunnel_ends_at = ?
     WHERE tenant = ? AND connection = ? AND attempt = ? AND generation = ? AND fence = ?
       AND stage = 'connected' AND closed_at IS NULL`,
    ...[may.now, tunnelEndsAt, key.tenant, key.id, attempt, step.generation, fence],
  )
  return changed === 1 ? { kind: 'marked', at: may.now, until: may.until } : { kind: 'not-open' }
}

function* maySpend({ key, fence, generation }: ToPrepare): Program<MaySpend | MayNotSpend> {
  const lease = yield* liveLease({ key, fence })
  if (lease.kind !== 'live') return lease
  const stale = yield* whetherStale(key, generation)
  if (stale !== undefined) return stale
  const reply = yield* findReply(key, generation)
  if (reply !== undefined) return { kind: 'reply-arrived', attempt: reply }
  return { kind: 'may-spend', now: lease.now, until: lease.until }
}

/** Undefined where this generation is the connection's. Throws where there is none: whoever holds a fence holds a connection. */
export function* whetherStale(key: ConnectionKey, generation: number): Program<StaleGeneration | undefined> {
  const row = yield* one<{ generation: number }>(
    'SELECT generation FROM connections WHERE tenant = ? AND id = ?',
    key.tenant,
    key.id,
  )
  if (row === undefined) throw new Error('a lease is held on a connection that is gone')
  return row.generation === generation ? undefined : { kind: 'stale-generation', generation: row.generation }
}

export type Received = {
  readonly key: ConnectionKey
  readonly generation: number
  readonly attempt: number
  readonly sealedReply: Uint8Array
}
export type ReceivedOutcome =
  /** `generation` is the connection's: where it is not the one that was sent, the successor in this reply belongs to a family that was replaced. */
  | { readonly kind: 'kept'; readonly generation: number }
  /** A reply of this attempt was kept before, and that one counts. */
  | { readonly kind: 'kept-before' }
  /** The connection is gone, or was never asked to send this. */
  | { readonly kind: 'unknown' }

/** Whoever holds a reply may keep it, whatever became of its lease (P-20). An attempt that was closed without its reply is open again: whoever takes
 *  the lease next finds it. */
export function* appendReceived({ key, generation, attempt, sealedReply }: Received): Program<ReceivedOutcome> {
  const found = yield* findAttempt(key, attempt)
  const connection = yield* one<{ generation: number }>(
    'SELECT generation FROM connections WHERE tenant = ? AND id = ?',
    key.tenant,
    key.id,
  )
  if (found?.generation !== generation || connection === undefined) return { kind: 'unknown' }
  if (found.receivedAt !== null || found.ledTo !== null) return { kind: 'kept-before' }
  yield* run(
    `UPDATE attempts SET stage = 'received', received_at = ?, sealed_reply = ?, closed_at = NULL
     WHERE tenant = ? AND connection = ? AND attempt = ?`,
    ...[yield* storeNow(), sealedReply, key.tenant, key.id, attempt],
  )
  return { kind: 'kept', generation: connection.generation }
}
