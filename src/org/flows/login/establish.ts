/** A login that has succeeded: a new session under a new cookie, and on to where it was asked for. */
import { goTo, type Answer } from '../../browser/answer.ts'
import { longMemory, type CookieJar } from '../../browser/cookies.ts'
import { browserSuccess } from '../../browser/records.ts'
import { claimedSession, freshCookie } from '../../browser/sessions.ts'
import type { BrowserParts, LoginUser, Visit } from '../../browser/visit.ts'
import type { NewSession } from '../../store/sessions.ts'
import { sha256Hex } from '../../tokens/mac.ts'
import { after } from '../../../values/time.ts'
import { unavailable } from '../authorize/judge.ts'

export type Login = {
  readonly user: LoginUser
  /** A path on this server. */
  readonly startUrl: string
  /** "Remember me". */
  readonly remember: boolean
}

export type FreshSession = { readonly row: NewSession; readonly cookie: string }

/** Never under a cookie that the browser already had, whoever gave it that (RFC 9700 has no word on it; it is session fixation). */
export function freshSession(
  parts: BrowserParts,
  visit: Visit,
  { userId, seenDevice }: { readonly userId: string; readonly seenDevice: string | undefined },
): FreshSession {
  const value = freshCookie(parts)
  const at = parts.clock()
  const endsAt = after(at, parts.settings.current().sessionTimeout)
  const replaces = claimedSession(visit) ?? null
  const row = { hash: sha256Hex(value), userId, at, endsAt, replaces, seenDevice: seenDevice ?? null }
  return { row, cookie: visit.cookies.set('sid', value) }
}

export async function establish(
  parts: BrowserParts,
  visit: Visit,
  { seenDevice, ...login }: Login & { readonly seenDevice: string | undefined },
): Promise<Answer> {
  const { user } = login
  const session = freshSession(parts, visit, { userId: user.id, seenDevice })
  const history = browserSuccess(parts, { act: 'login', caller: visit.caller, app: null, userId: user.id })
  const result = await parts.storage.write('startSession', { session: session.row, history })
  if (result.kind !== 'committed') return unavailable(parts, result)
  return arrive(parts, login, [session.cookie, ...rememberCookie(visit.cookies, login)])
}

/** Counts the login, and leads on. */
export function arrive(parts: BrowserParts, { user, startUrl }: Login, cookies: readonly string[]): Answer {
  parts.loginLimits.rate.failed(user.id, parts.clock()) // counts every login, good ones too (SF-69)
  return goTo(startUrl, cookies)
}

export function rememberCookie(cookies: CookieJar, { user, remember }: Login): readonly string[] {
  if (remember) return [cookies.set('rememberUn', user.username, longMemory)]
  return cookies.read('rememberUn') === undefined ? [] : [cookies.clear('rememberUn')]
}
