/** When a connection has to be exchanged: before its access token ends, and before its refresh token has rested for too long. */
import {
  after,
  before,
  days,
  hours,
  instant,
  milliseconds,
  minutes,
  type Duration,
  type Instant,
} from '../../values/time.ts'
import { freeFrom, type Blackout } from './blackouts.ts'
import { usualSession } from './session.ts'

/** SF-205. */
export const idleLimit: Duration = days(30)

/** Until when an access token is taken to serve. `session` is what was learned: from `expires_in`, from introspection, or from a 401 that came early. */
export const servesUntil = (issuedAt: Instant, session: Duration | undefined): Instant =>
  after(issuedAt, session ?? usualSession)

/** From then on an access token is exchanged before it is handed out: a tenth of its time before its end, five minutes at most. */
export const freshUntil = (issuedAt: Instant, session: Duration | undefined): Instant =>
  before(servesUntil(issuedAt, session), marginOf(session))

/** Whoever asks for it in the second half of its time is taken to ask again. */
export const inUseFrom = (issuedAt: Instant, session: Duration | undefined): Instant =>
  after(issuedAt, milliseconds((session ?? usualSession) / 2))

/** When one that is in use is exchanged, so that nobody who asks has to wait for it: a little before it ceases to be fresh. */
export const aheadAt = (issuedAt: Instant, session: Duration | undefined, lot: number): Instant =>
  instant(freshUntil(issuedAt, session) - marginOf(session) * (0.5 + lot / 2))

const marginOf = (session: Duration | undefined): Duration =>
  milliseconds(Math.min(minutes(5), (session ?? usualSession) / 10))

export type Heartbeat = {
  /** After the last exchange, e.g. 25 days of 30 (SF-208). */
  readonly every: Duration
  /** Connections are spread over this long before it. */
  readonly spread: Duration
  /** No heartbeat begins in these, unless the idle limit comes first. */
  readonly blackouts: readonly Blackout[]
}

/** A sentence, where the refresh token could rest for too long. */
export function faultOfHeartbeat({ every, spread }: Pick<Heartbeat, 'every' | 'spread'>): string | undefined {
  if (every > idleLimit - lastCall)
    return 'the heartbeat must come within 29 days, for a refresh token that rests for 30 is gone (SF-205)'
  if (every < hours(1)) return 'a heartbeat more often than every hour spends tokens for nothing (SF-313)'
  return spread < every ? undefined : 'the spread of the heartbeat must be shorter than the time between two'
}

/** `lot` is 0 to 1, and always the same for the same connection, so that a thousand that were authorized together do not meet again. */
export function heartbeatAt(lastExchangeAt: Instant, lot: number, { every, spread, blackouts }: Heartbeat): Instant {
  const wanted = before(after(lastExchangeAt, every), milliseconds(Math.floor(lot * spread)))
  const latest = latestOf(lastExchangeAt)
  return outside(instant(Math.min(wanted, latest)), { lot, latest, blackouts })
}

/** What is left for retries where the blackouts leave nothing better. */
const lastCall = days(1)
const latestOf = (lastExchangeAt: Instant): Instant => before(after(lastExchangeAt, idleLimit), lastCall)

type Outside = { readonly lot: number; readonly latest: Instant } & Pick<Heartbeat, 'blackouts'>

/** What a window holds back is spread over the hour after it. */
function outside(wanted: Instant, { lot, latest, blackouts }: Outside): Instant {
  const free = freeFrom(wanted, blackouts)
  if (free === wanted || free === undefined || free > latest) return wanted
  const spread = after(free, milliseconds(Math.floor(((lot * 997) % 1) * hours(1))))
  return spread <= latest && freeFrom(spread, blackouts) === spread ? spread : free
}

/** What is known of a connection whose time has come. */
export type DueNow = {
  readonly isAlive: boolean
  /** Its adoption, where there was no exchange yet. */
  readonly restsSince: Instant
  /** Of its access token; undefined where there is none. */
  readonly servesUntil: Instant | undefined
  readonly lot: number
}

export type DuePlan = { readonly kind: 'exchange' } | { readonly kind: 'put-off'; readonly until: Instant }

/** After a standstill or a jump of the clock much is due that need not be exchanged at once (L-56): an access token that has ended while nobody asked is
 *  exchanged when somebody asks, and a heartbeat waits for the end of a blackout. */
export function planDue({ isAlive, restsSince, servesUntil: end, lot }: DueNow, now: Instant, of: Heartbeat): DuePlan {
  if (!isAlive || (end !== undefined && end > now)) return exchange
  if (restsSince > now) return exchange // the clock was set back since, and nobody knows for how long it has rested
  const beat = heartbeatAt(restsSince, lot, of)
  const until = beat > now ? beat : outside(now, { lot, latest: latestOf(restsSince), blackouts: of.blackouts })
  return until > now ? { kind: 'put-off', until } : exchange
}

const exchange: DuePlan = { kind: 'exchange' }
