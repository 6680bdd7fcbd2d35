/** The end of an attempt: what it brought is stored and the attempt closed in one transaction, or it is closed without. */
import { run, storeNow, type Program, type SqlValue } from '../../storage/program.ts'
import { findAttempt, type StoredAttempt } from './attempt-row.ts'
import { whetherStale, type NotOpen, type ReplyArrived, type StaleGeneration, type ToPrepare } from './attempts.ts'
import type { Identity, NewAccess } from './connection-row.ts'
import { recordEvents, type NewEvent } from './events.ts'
import { ownsFence, type Fenced } from './lease.ts'
import { noteHost, type HostShown } from './login-hosts.ts'
import { enterState, type NewState } from './state.ts'

export type CommitExchange = ToPrepare & {
  readonly attempt: number
  readonly next: {
    /** Sealed to generation + 1 and this attempt; absent where the org sent none, and the old one is kept (L-32). */
    readonly sealedRefresh?: Uint8Array | undefined
    /** Sealed to the generation that is stored afterwards, and this attempt. */
    readonly access: NewAccess
    /** What is left out stays as it is. */
    readonly identity?: Partial<Identity> | undefined
    readonly sessionSeconds?: number | null | undefined
    readonly sessionRefusals?: number | undefined
    readonly sessionServed?: number | undefined
    readonly egress?: string | null | undefined
    readonly signature?: string | null | undefined
    readonly state: NewState
  }
  readonly outcome: string
  readonly host?: HostShown | undefined
  readonly events?: readonly NewEvent[] | undefined
}
export type Committed = { readonly kind: 'committed'; readonly generation: number }

/** Refresh and access token appear together (L-47). The fence must be the newest, but its time may be over: nothing is spent here, and a reply must not
 *  be lost. Told again, it answers as the first time and changes nothing. */
export function* commitExchange(exchange: CommitExchange): Program<Committed | Fenced | StaleGeneration | NotOpen> {
  const { key, fence, generation, attempt, next, outcome } = exchange
  const found = yield* findAttempt(key, attempt)
  if (found?.generation === generation && found.ledTo !== null) return { kind: 'committed', generation: found.ledTo }
  if (!(yield* ownsFence({ key, fence }))) return { kind: 'fenced' }
  const stale = yield* whetherStale(key, generation)
  if (stale !== undefined) return stale
  if (found?.generation !== generation || found.closedAt !== null) return { kind: 'not-open' }
  const ledTo = next.sealedRefresh === undefined ? generation : generation + 1
  const now = yield* storeNow()
  yield* storeTokens(exchange, ledTo, now)
  const entered = yield* enterState(key, next.state, now)
  if (exchange.host !== undefined) yield* noteHost(key, exchange.host, now)
  yield* run(
    `UPDATE attempts SET outcome = ?, led_to = ?, closed_at = ?, sealed_reply = NULL
     WHERE tenant = ? AND connection = ? AND attempt = ?`,
    ...[outcome, ledTo, now, key.tenant, key.id, attempt],
  )
  yield* closeOvertaken(exchange, now)
  yield* recordEvents(key, [...(exchange.events ?? []), ...entered])
  return { kind: 'committed', generation: ledTo }
}

function* storeTokens({ key, attempt, next }: CommitExchange, ledTo: number, now: number): Program<void> {
  const {
    sealedRefresh,
    access,
    identity = {},
    sessionSeconds,
    sessionRefusals,
    sessionServed,
    egress,
    signature,
  } = next
  if (sealedRefresh !== undefined)
    yield* run(
      'UPDATE connections SET generation = ?, sealed_refresh = ?, refresh_attempt = ? WHERE tenant = ? AND id = ?',
      ...[ledTo, sealedRefresh, attempt, key.tenant, key.id],
    )
  yield* run(
    `UPDATE connections SET sealed_access = ?, access_generation = ?, access_attempt = ?, access_issued_at = ?, access_expires_at = ?,
       org_id = COALESCE(?, org_id), user_id = COALESCE(?, user_id), username = COALESCE(?, username),
       instance_url = COALESCE(?, instance_url), session_seconds = COALESCE(?, session_seconds),
       session_refusals = COALESCE(?, session_refusals), session_served = COALESCE(?, session_served), last_egress = COALESCE(?, last_egress),
       signature = COALESCE(?, signature), last_exchange_at = ?, version = version + 1
     WHERE tenant = ? AND id = ?`,
    ...[access.sealed, ledTo, attempt, access.issuedAt, access.expiresAt],
    ...[identity.orgId, identity.userId, identity.username, identity.instanceUrl].map(orNull),
    ...[sessionSeconds, sessionRefusals, sessionServed, egress, signature].map(orNull),
    ...[now, key.tenant, key.id],
  )
}

const orNull = (value: SqlValue | undefined): SqlValue => value ?? null

/** Attempts that sent the token which this one has sent too, and of which no reply came, are needless now (L-46): it was replaced, or it lives. One that
 *  gets its reply after all is opened again by it. */
function* closeOvertaken({ key, generation, attempt }: CommitExchange, now: number): Program<void> {
  yield* run(
    `UPDATE attempts SET outcome = COALESCE(outcome, 'overtaken'), closed_at = ?
     WHERE tenant = ? AND connection = ? AND attempt <> ? AND generation <= ? AND closed_at IS NULL AND sealed_reply IS NULL`,
    ...[now, key.tenant, key.id, attempt, generation],
  )
}

export type CloseAttempt = ToPrepare & {
  readonly attempt: number
  readonly outcome: string
  /** Whether the decision has seen the reply. One that came in the meantime must not be closed over (P-20). */
  readonly sawReply: boolean
  /** Whether the reply goes; otherwise it stays beside the outcome, sealed. */
  readonly eraseReply: boolean
  /** Entered only where `generation` is still the connection's (L-50). */
  readonly state?: NewState | undefined
  readonly host?: HostShown | undefined
  readonly events?: readonly NewEvent[] | undefined
}

/** For an attempt of any generation: also one whose family was replaced. */
export function* closeAttempt(
  closing: CloseAttempt,
): Program<{ readonly kind: 'closed'; readonly stateEntered: boolean } | Fenced | ReplyArrived | NotOpen> {
  const { key, fence, generation, attempt, outcome, sawReply, eraseReply, state } = closing
  if (!(yield* ownsFence({ key, fence }))) return { kind: 'fenced' }
  const found = yield* findAttempt(key, attempt)
  if (found?.generation !== generation || found.closedAt !== null) return { kind: 'not-open' }
  if (!sawReply && found.sealedReply !== null) return { kind: 'reply-arrived', attempt: found }
  const now = yield* storeNow()
  yield* run(
    `UPDATE attempts SET outcome = ?, closed_at = ?, sealed_reply = CASE WHEN ? = 1 THEN NULL ELSE sealed_reply END
     WHERE tenant = ? AND connection = ? AND attempt = ?`,
    ...[outcome, now, eraseReply ? 1 : 0, key.tenant, key.id, attempt],
  )
  if (closing.host !== undefined) yield* noteHost(key, closing.host, now)
  const enters = state !== undefined && (yield* whetherStale(key, generation)) === undefined
  const entered = enters ? yield* enterState(key, state, now) : []
  yield* recordEvents(key, [...(closing.events ?? []), ...entered])
  return { kind: 'closed', stateEntered: enters }
}

export type JudgeAttempt = Pick<
  CloseAttempt,
  'key' | 'fence' | 'generation' | 'attempt' | 'outcome' | 'sawReply' | 'state' | 'host' | 'events'
>

/** Names an outcome and leaves the attempt open, e.g. in doubt until it is settled: the next lease finds it with its name. */
export function* judgeAttempt(
  judging: JudgeAttempt,
): Program<{ readonly kind: 'judged' } | Fenced | StaleGeneration | ReplyArrived | NotOpen> {
  const { key, fence, generation, attempt, outcome, sawReply, state } = judging
  if (!(yield* ownsFence({ key, fence }))) return { kind: 'fenced' }
  const stale = yield* whetherStale(key, generation)
  if (stale !== undefined) return stale
  const found: StoredAttempt | undefined = yield* findAttempt(key, attempt)
  if (found?.generation !== generation || found.closedAt !== null) return { kind: 'not-open' }
  if (!sawReply && found.sealedReply !== null) return { kind: 'reply-arrived', attempt: found }
  yield* run(
    'UPDATE attempts SET outcome = ? WHERE tenant = ? AND connection = ? AND attempt = ?',
    ...[outcome, key.tenant, key.id, attempt],
  )
  const now = yield* storeNow()
  if (judging.host !== undefined) yield* noteHost(key, judging.host, now)
  const entered = state === undefined ? [] : yield* enterState(key, state, now)
  yield* recordEvents(key, [...(judging.events ?? []), ...entered])
  return { kind: 'judged' }
}
