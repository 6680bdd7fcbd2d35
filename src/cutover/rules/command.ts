/** What the runner is told to do. */
import type { Instant } from '../../values/time.ts'
import type { Act, Ending, Wish } from './journal.ts'
import type { AddressText } from './plan.ts'

export type Command =
  | { readonly kind: 'observe' }
  | { readonly kind: 'act'; readonly act: Act; readonly why: string }
  /** Pinned. */
  | { readonly kind: 'probe'; readonly address: AddressText }
  /** A real redemption of the canary of that list's app, pinned. */
  | { readonly kind: 'redeem'; readonly list: number; readonly address: AddressText }
  /** Read how redemptions of that list's app went since the removal; or, `before` the traffic moves, how they go without it. */
  | { readonly kind: 'watch'; readonly list: number; readonly since: Instant; readonly before: boolean }
  | { readonly kind: 'wait'; readonly until: Instant; readonly why: string }
  | ({ readonly kind: 'ask-person' } & Question)
  | { readonly kind: 'turn'; readonly why: string }
  | { readonly kind: 'end'; readonly how: Ending; readonly instruction: string }

export type Question = {
  readonly question: string
  /** What to ask of the cutover when it may go on. */
  readonly answer: Wish
  readonly about: 'list' | 'pause' | 'hold' | 'silent' | 'tunnels'
  /** What is let go by the answer: whoever was not heard of, or addresses whose tunnels are cut. */
  readonly names: readonly string[]
}

export const noAnswer = 'Gateway or org did not answer as they should, several times in a row.'

export function halt(what: string, instruction: string): Command {
  return {
    kind: 'end',
    how: 'halted',
    instruction: `${what} ${instruction}`,
  }
}
