/** What to do with a token that may have been spent: never a blind retry (P-22, P-25). Introspection spends nothing; what its answer is worth is
 *  decided here. */
import { after, type Duration, type Instant } from '../../values/time.ts'

export type Doubt = {
  /** When the request that is in doubt was written, or when its tunnel was cut: nobody can write it any more. */
  readonly since: Instant
  /** Longer than the server takes for its slowest request: what is committed after it, is not committed. */
  readonly settle: Duration
  /** How long the access token that is there still serves; undefined where there is none. */
  readonly servesUntil: Instant | undefined
  /** Nobody but this keeper holds tokens of the family (P-25). */
  readonly soleHolder: boolean
  /** Of this token, by this endpoint with these credentials: it was called active at a time when nobody doubted it. Only then is `inactive` believed. */
  readonly wasCalledActive: boolean
  /** Answers since the doubt began, in their order. */
  readonly answers: readonly Answer[]
  /** The token has been sent once more since. */
  readonly retried: boolean
  readonly askEvery: Duration
}

export type Answer = { readonly at: Instant; readonly said: 'active' | 'inactive' | 'cannot-tell' }

export type Next =
  | { readonly kind: 'introspect' }
  /** Until then the live access token is handed out, if there is one. */
  | { readonly kind: 'wait'; readonly until: Instant }
  /** `last`: nobody knows, and nothing is left to lose. */
  | { readonly kind: 'retry'; readonly last: boolean; readonly why: string }
  /** A person has to log in again. `known`: the token is gone for certain. */
  | { readonly kind: 'reauthorize'; readonly known: boolean; readonly why: string }

export function nextInDoubt(doubt: Doubt, now: Instant): Next {
  const { answers, wasCalledActive, retried } = doubt
  if (wasCalledActive && answers.some(({ said }) => said === 'inactive'))
    return {
      kind: 'reauthorize',
      known: true,
      why: 'introspection calls a token inactive that it called active before',
    }
  if (retried)
    return { kind: 'reauthorize', known: false, why: 'the last retry is in doubt as well, and there is no other' }
  const settled = after(doubt.since, doubt.settle)
  const serves = doubt.servesUntil
  // as late as the live access token allows, and never before the server has settled
  const retryAt = serves === undefined || serves < settled ? settled : serves
  if (now < retryAt) return beforeRetry(doubt, now, retryAt)
  const fresh = answers.findLast(({ at }) => at >= settled)
  if (fresh === undefined) return { kind: 'introspect' }
  if (fresh.said === 'active')
    return { kind: 'retry', last: false, why: 'introspection still calls it active, long after the request' }
  if (doubt.soleHolder)
    return { kind: 'retry', last: true, why: 'nobody can tell, no access token is left, and nobody else holds one' }
  return {
    kind: 'reauthorize',
    known: false,
    why: 'nobody can tell, and a retry could revoke the access tokens of others who hold this family',
  }
}

/** There is time: ask now and then, since a token that is gone for certain is better known early. */
function beforeRetry({ answers, askEvery }: Doubt, now: Instant, retryAt: Instant): Next {
  const last = answers.at(-1)
  const askAt = last === undefined ? now : after(last.at, askEvery)
  if (askAt <= now) return { kind: 'introspect' }
  return { kind: 'wait', until: askAt < retryAt ? askAt : retryAt }
}

/** What the journal has of an attempt. */
export type Sending = {
  readonly generation: number
  readonly sentAt: number | null
  /** Null as long as nobody has judged it. */
  readonly outcome: string | null
  /** Null where it has brought no tokens. */
  readonly ledTo: number | null
}

/** Of attempts, the newest first, those that have sent this token and left it in doubt. An org that rotates nothing leaves the generation as it is: what was in
 *  doubt before the last exchange that went well, is so no more. A refusal says that nothing was spent. */
export function sentInDoubt<T extends Sending>(attempts: readonly T[], generation: number): readonly T[] {
  const good = attempts.findIndex(({ ledTo }) => ledTo !== null)
  return attempts
    .slice(0, good === -1 ? undefined : good)
    .filter((each) => each.generation === generation && each.sentAt !== null && isDoubtful(each))
}

const isDoubtful = ({ outcome }: Sending): boolean => outcome === null || doubtfulOutcomes.has(outcome)
const doubtfulOutcomes: ReadonlySet<string> = new Set(['in-doubt', 'in-flight', 'inconclusive'])
