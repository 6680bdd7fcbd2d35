/** PKCE as Salesforce does it: S256 alone, assumed where no method is named, and verifiers longer than the RFC allows (SF-93 to SF-99). */
import type { Refusal } from './decide.ts'

export type ChallengeJudgement =
  | { readonly kind: 'bound'; readonly challenge: string; readonly method: 'S256' | 'plain' }
  | { readonly kind: 'unbound' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** The server's settings of the name `pkce` (fact book, section 27). */
export type Pkce = {
  readonly verifierMin: number
  readonly verifierMax: number
  readonly defaultMethod: 'S256' | 'plain'
  readonly allowPlain: boolean
  readonly unboundVerifier: 'reject' | 'ignore'
}
const challengeShape = /^[A-Za-z0-9_-]{43}$/
const verifierShape = /^[A-Za-z0-9._~-]+$/

/** At authorize. A method without a challenge means nothing and is ignored. */
export function judgeChallenge(
  challenge: string | undefined,
  method: string | undefined,
  pkce: Pkce,
): ChallengeJudgement {
  if (challenge === undefined || challenge === '') return { kind: 'unbound' }
  const chosen = method === undefined || method === '' ? pkce.defaultMethod : method // SF-96
  if (chosen !== 'S256' && !(chosen === 'plain' && pkce.allowPlain)) {
    const saw = { method: chosen.slice(0, 40) }
    return { kind: 'refused', refusal: { code: 'CHALLENGE_METHOD_NOT_SUPPORTED', saw } }
  }
  const hasForm = chosen === 'S256' ? challengeShape.test(challenge) : verifierHasForm(challenge, pkce)
  if (hasForm) return { kind: 'bound', challenge, method: chosen }
  return {
    kind: 'refused',
    refusal: { code: 'CHALLENGE_MALFORMED', saw: { length: challenge.length, method: chosen } },
  }
}

/** At the exchange. `matches`: whether the verifier, turned by the recorded method, is the challenge; the caller compares in constant time. */
export function judgeVerifier(
  verifier: string | undefined,
  bound: { readonly challenge: boolean; readonly matches: boolean },
  pkce: Pkce,
): Refusal | undefined {
  const sent = verifier !== undefined && verifier !== ''
  if (!bound.challenge) {
    if (!sent || pkce.unboundVerifier === 'ignore') return undefined
    return { code: 'VERIFIER_UNBOUND', saw: {} } // RFC 9700 section 4.8.2: a downgrade looks like this
  }
  if (!sent) return { code: 'VERIFIER_MISSING', saw: {} }
  if (!verifierHasForm(verifier, pkce)) return { code: 'VERIFIER_MALFORMED', saw: { length: verifier.length } }
  return bound.matches ? undefined : { code: 'VERIFIER_WRONG', saw: {} }
}

function verifierHasForm(verifier: string, { verifierMin, verifierMax }: Pkce): boolean {
  return verifier.length >= verifierMin && verifier.length <= verifierMax && verifierShape.test(verifier)
}
