/** What a cutover needs of the world; adapters stand behind it. Whoever cannot answer rejects: the runner takes that for no answer. */
import type { Duration, Instant } from '../values/time.ts'
import type { ListRows } from './rules/list-change.ts'
import type { AddressText } from './rules/plan.ts'
import type { PoolChange } from './rules/journal.ts'
import type { PoolMember } from './rules/seen.ts'
import type { TryResult } from './rules/verdict.ts'

/** `stale`: it was changed since that version, and nothing was done. `refused`: they say no, and why. `disturbed`: it was done, and crossed what somebody
 *  else did: the cutover halts and says why (P-65). */
export type Acted = {
  readonly result: 'done' | 'stale' | 'refused' | 'unknown' | 'disturbed'
  readonly why?: string
}

export type ListReading = { readonly rows: ListRows; readonly version: string; readonly isEnforced: boolean }
/** Who redeemed the app's tokens in the look-back: one for each grant, with the address and the instant of its latest redemption; several where it is not
 *  known which of them it was. */
export type Redeemer = { readonly name: string; readonly address: AddressText; readonly at: Instant }
/** Of who redeemed, and nobody says from where: as good as an old one (P-63). */
export const unknownAddress: AddressText = 'an unknown address'
/** `refused`: by the allowlist. */
export type Redemptions = { readonly attempts: number; readonly successes: number; readonly refused: number }

export type AllowlistPort = {
  readonly read: () => Promise<ListReading>
  /** Nothing is saved where `expects` is not the version any more (P-64). */
  readonly save: (rows: ListRows, expects: string) => Promise<Acted>
  /** Makes every save that was decided on an older version fail. */
  readonly invalidate: () => Promise<Acted>
  /** Unknown where no history can be read at all: nobody is known to be heard of then (P-63). */
  readonly redeemers: (since: Instant) => Promise<readonly Redeemer[] | 'unknown'>
  readonly redemptions: (since: Instant) => Promise<Redemptions>
}

export type PoolReading = {
  readonly version: string
  readonly members: readonly PoolMember[]
  readonly whole: boolean
  readonly usedAt: ReadonlyMap<AddressText, Instant>
  readonly strangers: readonly string[] | 'unknown'
}

export type TrafficPort = {
  /** What happened before `since` is not asked for. */
  readonly read: (since: Instant) => Promise<PoolReading>
  readonly set: (modes: PoolChange, expects: string) => Promise<Acted>
  readonly invalidate: () => Promise<Acted>
  /** One look whether the address is live, from that address. */
  readonly probe: (address: AddressText) => Promise<{ readonly result: TryResult; readonly evidence: string }>
}

export type CanaryPort = {
  /** One real redemption that leaves from the address and from no other. */
  readonly redeem: (
    address: AddressText,
  ) => Promise<{ readonly result: TryResult | 'spent'; readonly evidence: string }>
}

export type CutoverPorts = {
  readonly allowlist: AllowlistPort
  readonly traffic: TrafficPort
  readonly canary: CanaryPort
  /** For the look-back (P-63). */
  readonly lookBack: Duration
}
