/** The journal of a cutover, whose fold is all that the runner knows. No entry holds a secret. */
import type { Instant } from '../../values/time.ts'
import type { AddressText, Plan } from './plan.ts'
import type { ListSeen, PoolMode, Seen } from './seen.ts'
import type { TryResult } from './verdict.ts'

/** What changes the world. Its intent is written before it is done, and what came of it after. */
export type Act =
  | {
      readonly kind: 'save-list'
      readonly add: readonly AddressText[]
      readonly remove: readonly AddressText[]
      readonly expects: string
    }
  | { readonly kind: 'set-pool'; readonly modes: PoolChange; readonly expects: string }
  /** Makes every write that a predecessor may still have under way fail (P-64). */
  | { readonly kind: 'invalidate' }

export type PoolChange = readonly { readonly address: AddressText; readonly mode: PoolMode | 'absent' }[]

export type Ending = 'done' | 'rolled-back' | 'halted' | 'aborted'

export type Entry = { readonly at: Instant } & (
  | { readonly kind: 'planned'; readonly plan: Plan; readonly list: ListSeen }
  | { readonly kind: 'took-over'; readonly fence: number; readonly runner: string }
  | { readonly kind: 'intent'; readonly act: Act }
  /** `stale`: the world has another version; `refused`: somebody says no; `unknown`: no answer came; `disturbed`: it crossed what somebody else did (P-65). */
  | {
      readonly kind: 'acted'
      readonly act: Act
      readonly result: 'done' | 'stale' | 'refused' | 'unknown' | 'disturbed'
      readonly why?: string
    }
  | { readonly kind: 'observed'; readonly seen: Seen }
  /** Org or gateway did not answer. */
  | { readonly kind: 'not-observed'; readonly why: string }
  | { readonly kind: 'probed'; readonly address: AddressText; readonly result: TryResult; readonly evidence: string }
  /** `spent`: the canary itself is of no more use. */
  | {
      readonly kind: 'redeemed'
      readonly address: AddressText
      readonly result: TryResult | 'spent'
      readonly evidence: string
    }
  | { readonly kind: 'watched'; readonly attempts: number; readonly successes: number; readonly refused: number }
  | { readonly kind: 'turned'; readonly why: string }
  | { readonly kind: 'asked'; readonly what: 'hold' | 'release' | 'pause' | 'continue' | 'abort' | 'rollback' }
  | { readonly kind: 'released-silent'; readonly names: readonly string[] }
  | { readonly kind: 'ended'; readonly how: Ending; readonly instruction: string }
)
