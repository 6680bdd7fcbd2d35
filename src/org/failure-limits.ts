/** Limits on failed logins and failed client authentications; bounded in memory, and never a way to lock out a working client. */
import type { Instant, Duration } from '../values/time.ts'

export type FailureLimits = {
  /** Whether this key (`login <user>`, `client <app> <address>`) has failed too often lately. */
  readonly exceeded: (key: string, now: Instant) => boolean
  readonly failed: (key: string, now: Instant) => void
  readonly succeeded: (key: string) => void
  /** One failure less: of a try that was counted before its end was known, and was none. */
  readonly takeBack: (key: string) => void
}

type Count = { failures: number; since: Instant }

/** `most` failures within `window`; at most `mostKeys` keys are remembered, the longest untouched is forgotten first. */
export function openFailureLimits(
  most: number,
  { window, mostKeys }: { readonly window: Duration; readonly mostKeys: number },
): FailureLimits {
  const counts = new Map<string, Count>()
  const live = (key: string, now: Instant): Count | undefined => {
    const count = counts.get(key)
    if (count === undefined || now - count.since <= window) return count
    counts.delete(key)
    return undefined
  }
  return {
    exceeded: (key, now) => counts.size > 0 && (live(key, now)?.failures ?? 0) >= most,
    failed(key, now) {
      const count = live(key, now) ?? { failures: 0, since: now }
      counts.delete(key) // set again below: a Map keeps the order of insertion, so the first key is the longest untouched
      const [oldest] = counts.size >= mostKeys ? counts.keys() : []
      if (oldest !== undefined) counts.delete(oldest)
      counts.set(key, { failures: count.failures + 1, since: count.since })
    },
    succeeded: (key) => void counts.delete(key),
    takeBack(key) {
      const count = counts.get(key)
      if (count === undefined) return
      if (count.failures <= 1) counts.delete(key)
      else count.failures -= 1
    },
  }
}
