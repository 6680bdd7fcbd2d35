/** The cookie by which a browser is known for one user. One cookie a user, always freshly made: a cookie that someone planted
 *  beforehand never becomes a known one. */
import type { CookieJar, CookieName } from '../../browser/cookies.ts'
import { freshCookie } from '../../browser/sessions.ts'
import type { OrgParts } from '../../parts.ts'
import { sha256Hex } from '../../tokens/mac.ts'
import { milliseconds } from '../../../values/time.ts'
import { deviceMemory } from '../../store/sessions.ts'

export function deviceHash(cookies: CookieJar, userId: string): string | undefined {
  const cookie = cookies.read(nameFor(userId))
  return cookie === undefined ? undefined : sha256Hex(cookie)
}

export type FreshDevice = { readonly hash: string; readonly cookie: string }

export function freshDevice(parts: Pick<OrgParts, 'random'>, cookies: CookieJar, userId: string): FreshDevice {
  const value = freshCookie(parts)
  return { hash: sha256Hex(value), cookie: cookies.set(nameFor(userId), value, milliseconds(deviceMemory)) }
}

const nameFor = (userId: string): CookieName => `device_${sha256Hex(userId).slice(0, 12)}`
