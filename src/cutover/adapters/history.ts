/** What the org remembers of redemptions: who, from where, and how it went. */
import type { Instant } from '../../values/time.ts'
import type { Redeemer, Redemptions } from '../ports.ts'
import type { Attempt } from '../rules/sampling.ts'

export type HistoryPort = {
  readonly redeemers: (since: Instant) => Promise<readonly Redeemer[]>
  readonly redemptions: (since: Instant) => Promise<Redemptions>
  /** Of the app, oldest first; `since` is on the org's clock, which nobody here knows better than to a minute. */
  readonly attempts: (since: Instant) => Promise<readonly Attempt[]>
}
