/** How long the org's sessions last. Salesforce does not say it: it is learned from access tokens that were refused, and forgotten again step by
 *  step, since a refusal may have been a revocation. */
import { hours, milliseconds, seconds, type Duration, type Instant } from '../../values/time.ts'

/** Until anything is known: Salesforce's own default. A longer one is believed only where it is said. */
export const usualSession: Duration = hours(2)

export type Session = {
  /** Null: nothing is known. */
  readonly seconds: number | null
  /** Refusals that taught it, seven at most: the more, the more tokens have to serve before a longer one is tried. */
  readonly refusals: number
  /** Tokens in a row that served until their end. */
  readonly served: number
}

export const lengthOf = (session: Pick<Session, 'seconds'>): Duration =>
  session.seconds === null ? usualSession : seconds(session.seconds)

/** What a 401 that came at `now` tells: the session does not last longer than this. Under a minute it tells of something else, and so it does where
 *  no more was expected of the token. */
export function sessionAfterRefusal(session: Session, issuedAt: Instant, now: Instant): Session | undefined {
  const lasted = learnedSession(issuedAt, now)
  if (lasted === undefined || lasted >= lengthOf(session)) return undefined
  return { seconds: Math.floor(lasted / 1000), refusals: Math.min(7, session.refusals + 1), served: 0 }
}

/** Milliseconds that it lasted at most; undefined where the refusal tells nothing. */
export function learnedSession(issuedAt: Instant, now: Instant): Duration | undefined {
  const lasted = now - issuedAt
  return lasted >= 60_000 ? milliseconds(lasted) : undefined
}

/** At the exchange of an access token that nobody has refused. One that was exchanged at its end, and not after it, was in use. */
export function sessionAfterExchange(session: Session, issuedAt: Instant, now: Instant): Session {
  const { refusals, served } = session
  const [age, length] = [now - issuedAt, lengthOf(session)]
  if (session.seconds === null || refusals === 0 || age > length || age < length * 0.8) return session
  if (served + 1 < 2 ** refusals) return { ...session, served: served + 1 }
  // the usual length has served as often as that: whatever was refused, it was not for its age
  if (length >= usualSession) return { ...session, refusals: 0, served: 0 }
  return { seconds: Math.min(usualSession / 1000, Math.ceil(session.seconds * 1.5)), served: 0, refusals }
}
