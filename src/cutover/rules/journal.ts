/** The journal of a cutover, whose fold is all that the runner knows. No entry holds a secret. */
import type { RangeRow } from '../../ip/range-spelling.ts'
import type { Instant } from '../../values/time.ts'
import type { AddressText, Plan } from './plan.ts'
import type { ListSeen, PoolMember, PoolMode, Seen } from './seen.ts'
import type { TryResult } from './verdict.ts'

/** What changes the world. Its intent is written before it is done, and what came of it after. */
export type Act =
  | SaveList
  | { readonly kind: 'set-pool'; readonly modes: PoolChange; readonly expects: string }
  /** Makes every write that a predecessor may still have under way fail (P-64). */
  | { readonly kind: 'invalidate' }

export type SaveList = {
  readonly kind: 'save-list'
  /** Of the app at this place of the plan. */
  readonly list: number
  readonly add: readonly AddressText[]
  readonly remove: readonly AddressText[]
  readonly expects: string
}

/** `cut`: what is open on it is ended; it has to be drained before. */
export type PoolChange = readonly {
  readonly address: AddressText
  readonly mode: PoolMode | 'absent' | 'cut'
  /** Of one that is not there; left out, whoever adds it gives it one. */
  readonly name?: string
}[]

export type MemberBefore = Pick<PoolMember, 'address' | 'mode' | 'name'>

/** Redemptions; `refused`: by the allowlist. `whole`: none is left out. */
export type Counts = {
  readonly attempts: number
  readonly successes: number
  readonly refused: number
  readonly whole: boolean
}

/** `confirm`: what a person was asked to do with a list is done. */
export type Wish = 'hold' | 'release' | 'pause' | 'continue' | 'abort' | 'rollback' | 'confirm'

export type Ending = 'done' | 'rolled-back' | 'halted' | 'aborted'

export type Entry = { readonly at: Instant } &
  /** `hash`: names all that was read when it was judged. */
  /** `pool`: as it was then, which a rollback makes of it again; left out in journals of an earlier version. */
  (
    | {
        readonly kind: 'planned'
        readonly plan: Plan
        readonly lists: readonly ListSeen[]
        readonly pool?: readonly MemberBefore[]
        readonly hash?: string
      }
    | { readonly kind: 'took-over'; readonly fence: number; readonly runner: string }
    | { readonly kind: 'intent'; readonly act: Act }
    /** `stale`: the world has another version; `refused`: somebody says no; `unknown`: no answer came; `disturbed`: it crossed what somebody else did (P-65). */
    | {
        readonly kind: 'acted'
        readonly act: Act
        readonly result: 'done' | 'stale' | 'refused' | 'unknown' | 'disturbed'
        readonly why?: string
      }
    /** A person was asked to do it, in these words; `rows` is what the list then holds. */
    | {
        readonly kind: 'acted'
        readonly act: SaveList
        readonly result: 'asked'
        readonly why: string
        readonly rows: readonly RangeRow[]
      }
    | { readonly kind: 'observed'; readonly seen: Seen }
    /** Org or gateway did not answer. */
    | { readonly kind: 'not-observed'; readonly why: string }
    | { readonly kind: 'probed'; readonly address: AddressText; readonly result: TryResult; readonly evidence: string }
    /** `spent`: the canary itself is of no more use. */
    | {
        readonly kind: 'redeemed'
        readonly list: number
        readonly address: AddressText
        readonly result: TryResult | 'spent'
        readonly evidence: string
        /** Redemptions of the canary's own that the list has refused; none where left out. */
        readonly refusals?: number
      }
    /** `before`: the traffic moved; what was counted since the removal is held against it. Journals of an earlier version have none. */
    | ({ readonly kind: 'watched'; readonly list: number; readonly before?: true } & Counts)
    | { readonly kind: 'turned'; readonly why: string }
    | { readonly kind: 'asked'; readonly what: Wish }
    | { readonly kind: 'released-silent'; readonly names: readonly string[] }
    /** What is open on them may be ended. */
    | { readonly kind: 'released-tunnels'; readonly addresses: readonly AddressText[] }
    | { readonly kind: 'ended'; readonly how: Ending; readonly instruction: string }
  )
