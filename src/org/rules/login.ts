/** What a login attempt comes to. */
import type { RangeMatcher } from '../../ip/matcher.ts'
import { matcherContains } from '../../ip/matcher.ts'
import type { SourceAddress } from '../../ip/source-address.ts'
import { minutes, type Duration } from '../../values/time.ts'
import type { Refusal } from './decide.ts'

export type LoginAttempt = {
  /** The user whose password was right; undefined for a wrong one and for an unknown name alike. */
  readonly user: { readonly username: string; readonly isActive: boolean } | undefined
  /** Failures or logins have reached their limit, by the time the password was checked. */
  readonly limited: 'failures' | 'rate' | undefined
}

/** A limit that is reached answers also for a right password: of guesses made at the same time only the first few learn anything. */
export function refusedLogin({ user, limited }: LoginAttempt): Refusal | undefined {
  if (limited === 'failures') return { code: 'LOGIN_TOO_MANY_FAILURES', saw: {} }
  if (user === undefined) return { code: 'PASSWORD_WRONG', saw: {} }
  if (!user.isActive) return { code: 'USER_INACTIVE', saw: { user: user.username } }
  if (limited === 'rate') return { code: 'LOGIN_RATE_EXCEEDED', saw: { user: user.username } }
  return undefined
}

export type ActivationQuestion = {
  readonly from: SourceAddress
  readonly deviceIsKnown: boolean
  readonly deviceActivation: 'on' | 'off'
  /** SF-151 */
  readonly trustedRangesSkip: boolean
  /** Org-wide trusted ranges, and nothing else: an app's allowlist has no say here (SF-137, SF-149). */
  readonly trustedRanges: RangeMatcher
}

/** SF-150, SF-315: outside a trusted range an unknown browser is verified; it is not refused. */
export function activationIsDue(question: ActivationQuestion): boolean {
  if (question.deviceActivation === 'off' || question.deviceIsKnown) return false
  return !(question.trustedRangesSkip && matcherContains(question.trustedRanges, question.from.address))
}

export const verification: { readonly life: Duration; readonly attempts: number } = { life: minutes(10), attempts: 5 }
