/** What samples show where no address can be pinned: a proxy that chooses by itself is asked until each address of the plan has turned up (SF-288). */
import type { AddressText } from './plan.ts'
import type { TryResult } from './verdict.ts'

/** Eight answers miss one of two addresses in 1 of 128 samples, forty in none that anybody will see (L-94); twice, since once may be chance. */
export const samplingTerms = { fewest: 8, most: 40, each: 2 } as const

/** What the echo has answered, call by call: an address, or `none`. */
export type EchoAnswer = AddressText

export type Sampled =
  | { readonly kind: 'again' }
  | { readonly kind: 'complete' }
  /** Nobody has planned for what leaves from there. */
  | { readonly kind: 'foreign'; readonly address: AddressText }
  /** The calls are used up. */
  | { readonly kind: 'short'; readonly missing: readonly AddressText[] }

/** A call without an answer uses up a call and shows nothing. */
export function judgeSample(wanted: readonly AddressText[], answers: readonly EchoAnswer[]): Sampled {
  const seen = answers.filter((each) => each !== 'none')
  const foreign = seen.find((each) => !wanted.includes(each))
  if (foreign !== undefined) return { kind: 'foreign', address: foreign }
  const missing = wanted.filter((each) => timesOf(seen, each) < samplingTerms.each)
  if (seen.length >= samplingTerms.fewest && missing.length === 0) return { kind: 'complete' }
  return answers.length < samplingTerms.most ? { kind: 'again' } : { kind: 'short', missing }
}

/** Of one address. One that did not turn up often enough is nobody's proof, neither way: nothing may be built on it. */
export function sampledResult(sampled: Sampled, address: AddressText): TryResult {
  switch (sampled.kind) {
    case 'complete':
      return 'success'
    case 'foreign':
      return 'refused'
    case 'again':
      return 'unclear'
    case 'short':
      return sampled.missing.includes(address) ? 'unclear' : 'success'
  }
}

export function sampleWords(answers: readonly EchoAnswer[]): string {
  const counts = [...new Set(answers)].toSorted().map((each) => {
    const name = each === 'none' ? 'no answer' : each
    return `${name} ${timesOf(answers, each)} times`
  })
  return `${answers.length} calls: ${counts.join(', ')}`
}

/** One line of the org's login history. `failed`: for another cause than the list (L-96). */
export type Attempt = {
  /** No two attempts have the same. */
  readonly id: string
  readonly address: AddressText
  readonly result: 'success' | 'refused' | 'failed'
  /** Whose; undefined or '' where nobody was known yet. */
  readonly user?: string | undefined
}

/** What the canary itself was answered so far; `user`: whose its connection is, where that is known. */
export type OwnTries = { readonly user: string | undefined; readonly successes: number; readonly refusals: number }

/** Others redeem meanwhile, be it from the same address: neither what they are given nor what they are refused is the canary's. */
export const ownAttempts = (
  attempts: readonly Attempt[],
  { user, successes, refusals }: OwnTries,
): readonly Attempt[] =>
  attempts.filter(
    (each) =>
      isSameUser(each.user, user) &&
      (each.result === 'failed' || (each.result === 'success' ? successes : refusals) > 0),
  )

/** 15 characters name the same as 18 (SF-02); what the list has refused names nobody, since it is asked before the token (SF-22). */
const isSameUser = (a: string | undefined, b: string | undefined): boolean =>
  a === undefined || a === '' || b === undefined || a.slice(0, 15) === b.slice(0, 15)

/** What redemptions since the beginning say of one address, oldest first; the latest from it that succeeded or was refused by the list counts. Undefined: none did. */
export function judgeAttempts(
  attempts: readonly Attempt[],
  address: AddressText,
): Extract<TryResult, 'success' | 'refused'> | undefined {
  const last = attempts.findLast((each) => each.address === address && each.result !== 'failed')
  return last === undefined || last.result === 'failed' ? undefined : last.result
}

const timesOf = <T>(all: readonly T[], wanted: T): number => all.filter((each) => each === wanted).length
