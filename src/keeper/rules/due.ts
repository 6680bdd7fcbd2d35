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

/** Salesforce sends no `expires_in`. Until the session timeout of the org is known, this is taken for it: its own default. */
export const usualSession: Duration = hours(2)

/** SF-205. */
export const idleLimit: Duration = days(30)

/** Until when an access token is taken to serve. `session` is what was learned: from `expires_in`, from introspection, or from a 401 that came early. */
export const servesUntil = (issuedAt: Instant, session: Duration | undefined): Instant =>
  after(issuedAt, session ?? usualSession)

/** From then on an access token is exchanged before it is handed out: a tenth of its time before its end, five minutes at most. */
export function freshUntil(issuedAt: Instant, session: Duration | undefined): Instant {
  const whole = session ?? usualSession
  return before(servesUntil(issuedAt, session), milliseconds(Math.min(minutes(5), whole / 10)))
}

/** What a 401 that came at `now` tells of the session: it does not last longer than this. Under a minute it tells of something else. */
export function learnedSession(issuedAt: Instant, now: Instant): Duration | undefined {
  const lasted = now - issuedAt
  return lasted >= 60_000 ? milliseconds(lasted) : undefined
}

export type Heartbeat = {
  /** After the last exchange, e.g. 25 days of 30 (SF-208). */
  readonly every: Duration
  /** Connections are spread over this long before it. */
  readonly spread: Duration
  /** No heartbeat begins in these, unless the idle limit comes first. */
  readonly blackouts: readonly { readonly from: Instant; readonly until: Instant }[]
}

/** `lot` is 0 to 1, and always the same for the same connection, so that a thousand that were authorized together do not meet again. */
export function heartbeatAt(lastExchangeAt: Instant, lot: number, { every, spread, blackouts }: Heartbeat): Instant {
  const wanted = before(after(lastExchangeAt, every), milliseconds(Math.floor(lot * spread)))
  const latest = before(after(lastExchangeAt, idleLimit), lastCall)
  const moved = afterBlackouts(wanted, blackouts)
  return moved <= latest ? moved : instant(Math.min(wanted, latest))
}

/** What is left for retries where the blackouts leave nothing better. */
const lastCall = days(1)

function afterBlackouts(at: Instant, blackouts: Heartbeat['blackouts']): Instant {
  const inside = blackouts.find(({ from, until }) => at >= from && at < until)
  return inside === undefined ? at : afterBlackouts(inside.until, blackouts)
}
