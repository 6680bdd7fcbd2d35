/** Whether redemptions go worse than they did before the traffic moved: whoever fails all the time for another cause, as with a token that has expired,
 *  fails before and after, and says nothing of what the plan has changed. */
import type { Instant } from '../../values/time.ts'
import type { Counts } from './journal.ts'

/** Redemptions in as long a time before the move as they are watched after the removal. `counted`: without those that the list refused, which are
 *  trouble of their own after it, and the canary's before a new address was admitted. `uncounted`: no count was whole yet. */
export type Baseline =
  | { readonly kind: 'counted'; readonly attempts: number; readonly successes: number }
  | { readonly kind: 'uncounted'; readonly tries: number; readonly at: Instant }

export function withCount(
  before: Baseline | undefined,
  { at, attempts, successes, refused, whole }: { readonly at: Instant } & Counts,
): Baseline {
  if (whole) return { kind: 'counted', attempts: attempts - refused, successes }
  if (before?.kind === 'counted') return before
  return { kind: 'uncounted', tries: (before?.tries ?? 0) + 1, at }
}

/** One client whose token ends in the watch is no trouble of all; where fewer redeem, the canary and the list's refusals are what is watched. */
const least = { redemptions: 20, failures: 5 } as const
const deviations = 3 // failures come in heaps: so many more than usual may be chance

/** The share of successes has fallen by more than `1 - wanted` below what it was; below `wanted` itself where nobody redeemed before. */
export function hasFallen(
  { attempts, successes }: Pick<Counts, 'attempts' | 'successes'>,
  baseline: Baseline | undefined,
  wanted: number,
): boolean {
  if (attempts < least.redemptions) return false
  const usual = usualOf(baseline)
  const expected = (attempts * usual.successes) / usual.attempts
  const chance = deviations * Math.sqrt((attempts - expected) * (1 + attempts / usual.attempts))
  const isLess = successes / attempts < usual.successes / usual.attempts - (1 - wanted)
  return isLess && expected - successes >= Math.max(least.failures, chance)
}

/** Where nobody redeemed before, that all go well. */
const usualOf = (baseline: Baseline | undefined): { readonly attempts: number; readonly successes: number } =>
  baseline?.kind === 'counted' && baseline.attempts > 0 ? baseline : { attempts: 1, successes: 1 }

/** For people, after how many failed in the watch. */
export function beforeWords(baseline: Baseline | undefined): string {
  if (baseline?.kind !== 'counted' || baseline.attempts === 0) return ''
  return `; before the move ${baseline.attempts - baseline.successes} of ${baseline.attempts} did`
}
