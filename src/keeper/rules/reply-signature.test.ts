import { deepEqual, equal, match } from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import { judgeSignature, signatureEvents, signedText, type SignatureVerdict } from './reply-signature.ts'
import { readTokenReply, type Tokens } from './token-reply.ts'

/** SF-47. */
const vector = {
  secret: 's3cr3t',
  id: 'https://login.salesforce.com/id/00D000000000001EAA/005000000000001AAA',
  issued_at: '1767225600000',
  signature: 'UzOXxhR187G9hnqNNytuJfp4Tin3XCiv7YmcsG2rkTM=',
}

function tokensOf(about: Readonly<Record<string, unknown>> = {}): Tokens {
  const { secret: _secret, ...signed } = vector
  const reply = readTokenReply(JSON.stringify({ access_token: '00D!at', ...signed, ...about }))
  if (reply.kind !== 'tokens') throw new Error(reply.kind)
  return reply.tokens
}
const made = (tokens: Tokens, secret = vector.secret): string =>
  createHmac('sha256', secret)
    .update(signedText(tokens) ?? '')
    .digest('base64')

describe('the signature of a token reply', () => {
  test('SF-47: the published vector is right', () => {
    equal(made(tokensOf()), vector.signature)
    equal(judgeSignature(tokensOf(), made(tokensOf())), 'right')
  })

  const verdicts: Readonly<Record<string, readonly [Tokens, string | undefined, SignatureVerdict]>> = {
    'of another secret is wrong': [tokensOf(), made(tokensOf(), 'other'), 'wrong'],
    'in the URL alphabet is wrong': [
      tokensOf({ signature: vector.signature.replace('=', '') }),
      vector.signature,
      'wrong',
    ],
    'that is missing is absent': [tokensOf({ signature: undefined }), vector.signature, 'absent'],
    'that is empty is absent': [tokensOf({ signature: '' }), vector.signature, 'absent'],
    'without issued_at is absent (SF-36)': [tokensOf({ issued_at: undefined }), vector.signature, 'absent'],
    'without identity is absent': [tokensOf({ id: undefined }), vector.signature, 'absent'],
    'of an app without a secret is not checked': [tokensOf(), undefined, 'not-checked'],
  }
  for (const [sentence, [tokens, expected, verdict]] of Object.entries(verdicts))
    test(sentence, () => equal(judgeSignature(tokens, expected), verdict))

  test('over an altered identity or instant is not the one that the secret makes', () => {
    for (const altered of [{ id: `${vector.id}A` }, { issued_at: '1767225600001' }]) {
      const tokens = tokensOf(altered)
      equal(judgeSignature(tokens, made(tokens)), 'wrong')
    }
  })

  test('issued_at may be a number', () =>
    equal(signedText(tokensOf({ issued_at: 1_767_225_600_000 })), signedText(tokensOf())))

  test('L-58: that it does not match is told when it begins, and not again', () => {
    const told = (verdict: SignatureVerdict, before: string | null): number =>
      signatureEvents(verdict, before, 2).length
    deepEqual([told('wrong', null), told('wrong', 'right'), told('wrong', 'wrong')], [1, 1, 0])
    deepEqual([told('right', 'wrong'), told('absent', null), told('not-checked', 'wrong')], [0, 0, 0])
    const [event] = signatureEvents('wrong', null, 2)
    match(event?.data ?? '', /tokens were kept.*consumer secret/)
  })
})
