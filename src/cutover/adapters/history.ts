/** What the org remembers of redemptions: who, from where, and how it went. */
import type { Instant } from '../../values/time.ts'
import type { CountRedemptions, Redeemer } from '../ports.ts'
import type { Attempt } from '../rules/sampling.ts'

export type HistoryPort = {
  readonly redeemers: (since: Instant) => Promise<readonly Redeemer[]>
  readonly redemptions: CountRedemptions
  /** Of the app, oldest first. */
  readonly attempts: (since: Instant) => Promise<readonly Attempt[]>
  /** What the last of them may lack, in words: nothing is proved by it, neither way. */
  readonly leftOut?: () => string | undefined
  /** Milliseconds that its clock is ahead of ours, as far as it has told; left out where it is not measured. */
  readonly ahead?: () => number
}
