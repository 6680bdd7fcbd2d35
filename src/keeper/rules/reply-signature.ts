/** The signature of a token reply: it covers the identity and the instant, not the tokens (SF-46). So a wrong one says that the identity is unproven, or that the
 *  secret here is not the one that the server signs with; it is no reason to lose a token that nobody else will ever have. */
import type { Tokens } from './token-reply.ts'

export type SignatureVerdict =
  | 'right'
  | 'wrong'
  /** The reply has none, or not what it would cover (SF-36). */
  | 'absent'
  /** No secret is known: a public client, or an app that proves itself by a key. */
  | 'not-checked'

/** What the server has put its signature to; undefined where something of it is missing. */
export function signedText({ identity, issuedAt, signature }: Tokens): string | undefined {
  return identity === undefined || issuedAt === undefined || signature === undefined
    ? undefined
    : `${identity}${issuedAt}`
}

/** `expected`: the signature that the known secret makes of the signed text; undefined where no secret is known. */
export function judgeSignature(tokens: Tokens, expected: string | undefined): SignatureVerdict {
  if (expected === undefined) return 'not-checked'
  if (signedText(tokens) === undefined) return 'absent'
  return tokens.signature === expected ? 'right' : 'wrong'
}

/** Told once, when it begins (L-58): the reply before had another verdict. */
export function signatureEvents(
  verdict: SignatureVerdict,
  before: string | null,
  generation: number,
): readonly { readonly kind: 'connection.signature_mismatch'; readonly data: string }[] {
  if (verdict !== 'wrong' || before === 'wrong') return []
  const data = {
    generation,
    means:
      'The signature of the token reply is not the one that the client secret makes (SF-46). The tokens were kept.',
    next: [
      'If the consumer secret was changed in Setup, save the app with the new one.',
      'If it was not, find out what stands between this keeper and the org; who the user is was not taken from this reply.',
    ],
  }
  return [{ kind: 'connection.signature_mismatch', data: JSON.stringify(data) }]
}
