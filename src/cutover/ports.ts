/** What a cutover needs of the world; adapters stand behind it. Whoever cannot answer rejects: the runner takes that for no answer. */
import type { RangeRow } from '../ip/range-spelling.ts'
import type { Duration, Instant } from '../values/time.ts'
import type { ListRows } from './rules/list-change.ts'
import type { AddressText } from './rules/plan.ts'
import type { Counts, PoolChange } from './rules/journal.ts'
import type { PoolMember } from './rules/seen.ts'
import type { TryResult } from './rules/verdict.ts'

/** `stale`: it was changed since that version, and nothing was done. `refused`: they say no, and why. `disturbed`: it was done, and crossed what somebody
 *  else did: the cutover halts and says why (P-65). */
export type Acted = {
  readonly result: 'done' | 'stale' | 'refused' | 'unknown' | 'disturbed'
  readonly why?: string
}
/** A person has to do it; `why` tells them what, and what the list has to hold then. Nothing is assumed until they confirm it, which may take days. */
export type Asked = { readonly result: 'asked'; readonly why: string }

/** Rejects where the run is to stop. */
export type Wait = (length: Duration) => Promise<void>

/** How a runner that takes over makes void what its predecessor may still have under way (P-64): by another version, which every call that was decided on
 *  an older one fails by; or, where there is no version, by waiting for as long as the longest call may take (none, where nothing but a person does it).
 *  `first` comes before all of that, and ends what is known to run still. Whoever waits for long waits by `wait`, which keeps the lease meanwhile. */
export type Invalidation = Invalidate | { readonly longestCall: Duration; readonly first?: Invalidate }
export type Invalidate = (wait?: Wait) => Promise<Acted>

export type ListReading = {
  readonly rows: ListRows
  readonly version: string
  readonly isEnforced: boolean
  /** It cannot be read: `rows` is what a person says that it holds. False where left out. */
  readonly claimed?: boolean
}
/** Who redeemed the app's tokens in the look-back: one for each grant, with the address and the instant of its latest redemption; several where it is not
 *  known which of them it was. */
export type Redeemer = { readonly name: string; readonly address: AddressText; readonly at: Instant }
/** Of who redeemed, and nobody says from where: as good as an old one (P-63). */
export const unknownAddress: AddressText = 'an unknown address'
export type Redemptions = Counts
/** Of those that left from these addresses: whoever is refused elsewhere was refused before, and says nothing of what the plan has changed. */
export type CountRedemptions = (since: Instant, addresses: readonly AddressText[]) => Promise<Redemptions>

export type AllowlistPort = {
  /** `claim`: what a person last confirmed that the list holds, kept by the journal; undefined before the first time. Only for a list that cannot be
   *  read: it gives these rows, and `claimed`. */
  readonly read: (claim?: readonly RangeRow[]) => Promise<ListReading>
  /** Nothing is saved where `expects` is not the version any more (P-64). Where a person has to do it, they are asked even if the rows are those that
   *  are claimed already: they may have been asked for others meanwhile. */
  readonly save: (rows: ListRows, expects: string) => Promise<Acted | Asked>
  readonly invalidate: Invalidation
  /** Unknown where no history can be read at all: nobody is known to be heard of then (P-63). */
  readonly redeemers: (since: Instant) => Promise<readonly Redeemer[] | 'unknown'>
  /** Not `whole` where some may be left out, which is never taken for success. Where nobody counts them: none, whole; the canary is then watched alone. */
  readonly redemptions: CountRedemptions
  /** Milliseconds that its clock is ahead of ours; all instants here are ours. */
  readonly ahead?: () => number
}

export type PoolReading = {
  readonly version: string
  readonly members: readonly PoolMember[]
  readonly whole: boolean
  readonly usedAt: ReadonlyMap<AddressText, Instant>
  readonly strangers: readonly string[] | 'unknown'
}

export type TrafficPort = {
  /** As that of a list. */
  readonly ahead?: () => number
  /** What happened before `since` is not asked for. */
  readonly read: (since: Instant) => Promise<PoolReading>
  readonly set: (modes: PoolChange, expects: string) => Promise<Acted>
  readonly invalidate: Invalidation
  /** One look whether the address is live, from that address. */
  readonly probe: (address: AddressText) => Promise<{ readonly result: TryResult; readonly evidence: string }>
}

export type CanaryPort = {
  /** One real redemption that leaves from the address and from no other: from a new one, or from an old one to see that it is refused (which costs
   *  no token: the list is asked first, SF-22). */
  readonly redeem: (address: AddressText) => Promise<{
    readonly result: TryResult | 'spent'
    readonly evidence: string
    /** How many of its redemptions the list has refused; none where left out. */
    readonly refusals?: number
  }>
}

/** Of one app; its canary is a connection of that app. */
export type ListPorts = { readonly allowlist: AllowlistPort; readonly canary: CanaryPort }

export type CutoverPorts = {
  /** Of each app of the plan, in its order. */
  readonly lists: readonly ListPorts[]
  readonly traffic: TrafficPort
  /** For the look-back (P-63). */
  readonly lookBack: Duration
}
