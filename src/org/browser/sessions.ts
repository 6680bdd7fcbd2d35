/** Browser logins: found by their cookie, kept alive by use, named only by the cookie's hash. */
import { instant, after, type Instant } from '../../values/time.ts'
import type { OrgParts } from '../parts.ts'
import { findSession, type SessionRow } from '../store/sessions.ts'
import { sha256Hex } from '../tokens/mac.ts'
import { readProfile, type Profile } from './profile.ts'
import type { Visit } from './visit.ts'

export type BrowserSession = {
  /** SHA-256 of the cookie: names the login without opening it. */
  readonly hash: string
  readonly userId: string
  readonly profile: Profile
  readonly authenticatedAt: Instant
}

const cookieShape = /^[A-Za-z0-9_-]{43}$/

/** 256 random bits as 43 characters. */
export const freshCookie = ({ random }: Pick<OrgParts, 'random'>): string =>
  Buffer.from(random(32)).toString('base64url')

/** The hash of the login that the browser claims to have, live or not. */
export function claimedSession({ cookies }: Pick<Visit, 'cookies'>): string | undefined {
  const cookie = cookies.read('sid')
  return cookie !== undefined && cookieShape.test(cookie) ? sha256Hex(cookie) : undefined
}

/** The live login of an active user. Use renews it once more than half its time has passed, so that most views write nothing. */
export async function currentSession(parts: OrgParts, visit: Visit): Promise<BrowserSession | undefined> {
  const hash = claimedSession(visit)
  if (hash === undefined) return undefined
  const row = await parts.storage.read(() => findSession(hash))
  const now = parts.clock()
  if (row === undefined || row.endsAt <= now || row.userIsActive !== 1) return undefined
  await renew(parts, row, now)
  const { userId, username, userContent, authenticatedAt } = row
  return { hash, userId, profile: readProfile(username, userContent), authenticatedAt: instant(authenticatedAt) }
}

async function renew(parts: OrgParts, { hash, endsAt }: SessionRow, now: Instant): Promise<void> {
  const timeout = parts.settings.current().sessionTimeout
  if (endsAt - now > timeout / 2) return
  const result = await parts.storage.write('extendSession', { hash, at: now, endsAt: after(now, timeout) })
  if (result.kind !== 'committed') parts.log.warn('session-not-extended', { kind: result.kind })
}
