import { deepEqual, equal } from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { judgeChallenge, judgeVerifier, type Pkce } from './pkce.ts'

const pkce: Pkce = {
  verifierMin: 43,
  verifierMax: 256,
  defaultMethod: 'S256',
  allowPlain: false,
  unboundVerifier: 'reject',
}
const plainToo: Pkce = { ...pkce, allowPlain: true }
const verifier = 'A'.repeat(171)
const challenge = 'HrEA9_Q56Mp8qZRAxQvZE92KA5muvx9LCKm-CieKE1k'
const told = (text: string | undefined, method: string | undefined, settings = pkce): string => {
  const judged = judgeChallenge(text, method, settings)
  if (judged.kind === 'refused') return judged.refusal.code
  return judged.kind === 'bound' ? judged.method : 'unbound'
}

describe('a code challenge', () => {
  test('SF-95: is base64url of SHA-256 of the verifier, 171 characters long', () =>
    equal(createHash('sha256').update(verifier).digest('base64url'), challenge))

  const challenges: Record<string, [string | undefined, string | undefined, Pkce, string]> = {
    'SF-96: without a method it is S256': [challenge, undefined, pkce, 'S256'],
    'SF-96: an empty method is none': [challenge, '', pkce, 'S256'],
    'with its method': [challenge, 'S256', pkce, 'S256'],
    'SF-97: plain is refused': [challenge, 'plain', pkce, 'CHALLENGE_METHOD_NOT_SUPPORTED'],
    'a method in another case is another method': [challenge, 's256', pkce, 'CHALLENGE_METHOD_NOT_SUPPORTED'],
    'a method is no word of an object': [challenge, 'constructor', pkce, 'CHALLENGE_METHOD_NOT_SUPPORTED'],
    'left out, there is none': [undefined, undefined, pkce, 'unbound'],
    'empty, there is none': ['', 'S256', pkce, 'unbound'],
    'a method alone means nothing': [undefined, 'plain', pkce, 'unbound'],
    'with padding it is malformed': [`${challenge}=`, 'S256', pkce, 'CHALLENGE_MALFORMED'],
    'one character short it is malformed': [challenge.slice(1), 'S256', pkce, 'CHALLENGE_MALFORMED'],
    'in plain base64 it is malformed': [challenge.replace('_', '/'), 'S256', pkce, 'CHALLENGE_MALFORMED'],
    'with a line break behind it it is malformed': [`${challenge}\n`, 'S256', pkce, 'CHALLENGE_MALFORMED'],
    'a verifier sent as challenge is malformed': [verifier, undefined, pkce, 'CHALLENGE_MALFORMED'],
    'plain, where it is allowed': [verifier, 'plain', plainToo, 'plain'],
    'plain, where the server assumes it': [verifier, undefined, { ...plainToo, defaultMethod: 'plain' }, 'plain'],
    'plain, where it is allowed, of another form than a verifier': ['short', 'plain', plainToo, 'CHALLENGE_MALFORMED'],
  }
  for (const [sentence, [text, method, settings, wanted]] of Object.entries(challenges))
    test(sentence, () => equal(told(text, method, settings), wanted))

  test('a bound challenge is kept as it came', () =>
    deepEqual(judgeChallenge(challenge, undefined, pkce), { kind: 'bound', challenge, method: 'S256' }))

  test('a refused method is shown, cut short', () => {
    const judged = judgeChallenge(challenge, 'x'.repeat(500), pkce)
    deepEqual(judged.kind === 'refused' && judged.refusal.saw, { method: 'x'.repeat(40) })
  })
})

describe('a code verifier', () => {
  const bound = { challenge: true, matches: true }
  const verifiers: Record<
    string,
    [string | undefined, { challenge: boolean; matches: boolean }, Pkce, string | undefined]
  > = {
    'SF-94: 171 characters pass': [verifier, bound, pkce, undefined],
    'SF-94: 43 characters pass': ['a'.repeat(43), bound, pkce, undefined],
    'SF-94: 256 characters pass': ['a'.repeat(256), bound, pkce, undefined],
    'SF-94: all characters of the alphabet pass': [`A-Za-z0-9._~${'-'.repeat(43)}`, bound, pkce, undefined],
    '42 characters are too few': ['a'.repeat(42), bound, pkce, 'VERIFIER_MALFORMED'],
    '257 characters are too many': ['a'.repeat(257), bound, pkce, 'VERIFIER_MALFORMED'],
    'other characters are malformed': [`${'a'.repeat(50)}+`, bound, pkce, 'VERIFIER_MALFORMED'],
    'a line break is malformed': [`${'a'.repeat(50)}\n`, bound, pkce, 'VERIFIER_MALFORMED'],
    'the limits are the server’s': ['a'.repeat(129), bound, { ...pkce, verifierMax: 128 }, 'VERIFIER_MALFORMED'],
    'SF-64: one that does not match is wrong': [verifier, { challenge: true, matches: false }, pkce, 'VERIFIER_WRONG'],
    'SF-64: none is missing': [undefined, { challenge: true, matches: false }, pkce, 'VERIFIER_MISSING'],
    'an empty one is missing, whatever it is said to match': ['', bound, pkce, 'VERIFIER_MISSING'],
    'SF-99: one without a challenge is refused': [
      verifier,
      { challenge: false, matches: false },
      pkce,
      'VERIFIER_UNBOUND',
    ],
    'SF-99: unless the server ignores it': [
      verifier,
      { challenge: false, matches: false },
      { ...pkce, unboundVerifier: 'ignore' },
      undefined,
    ],
    'none without a challenge is fine': [undefined, { challenge: false, matches: false }, pkce, undefined],
    'an empty one without a challenge is none': ['', { challenge: false, matches: false }, pkce, undefined],
  }
  for (const [sentence, [text, code, settings, wanted]] of Object.entries(verifiers))
    test(sentence, () => equal(judgeVerifier(text, code, settings)?.code, wanted))

  test('the verifier itself is never in what a refusal saw', () => {
    const refusal = judgeVerifier('secret-but-short', bound, pkce)
    equal(JSON.stringify(refusal).includes('secret'), false)
  })
})
