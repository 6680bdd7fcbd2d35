import { deepEqual } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { errors, type ErrorCode } from '../rules/errors/catalogue.ts'
import { publicWords, type Choices, type SpokenWords } from './public-words.ts'

const defaults: Choices = {
  compat: {
    allowlistDescription: 'ip restricted by app developer',
    inFlightDescription: 'token request is already being processed',
    audienceDescription: 'Audience validation failed',
    badAssertion: 'invalid assertion',
    unknownClientError: 'invalid_client_id',
    denyCode: 'access_denied',
    invalidClientStatus: 400,
    revokeUnknownStatus: 400,
    loginHistoryIpStatus: 'Restricted IP',
  },
  pkce: {
    verifierMin: 43,
    verifierMax: 256,
    defaultMethod: 'S256',
    allowPlain: false,
    mismatchError: 'invalid_grant',
    missingError: 'invalid_grant',
    unboundVerifier: 'reject',
  },
}
const choosing = (compat: Partial<Choices['compat']>, pkce: Partial<Choices['pkce']> = {}): Choices => ({
  compat: { ...defaults.compat, ...compat },
  pkce: { ...defaults.pkce, ...pkce },
})

describe('public words', () => {
  test('with the default settings every code says what the catalogue says', () => {
    for (const [code, { public: words }] of Object.entries(errors)) {
      const { status, error, description } = words
      deepEqual(publicWords(code as ErrorCode, defaults), { status, error, description }, code)
    }
  })

  const changed: Record<string, [ErrorCode, Choices, Partial<SpokenWords>]> = {
    'SF-50: the allowlist text can be another': [
      'SOURCE_NOT_ALLOWED',
      choosing({ allowlistDescription: 'ip restricted' }),
      { description: 'ip restricted' },
    ],
    'SF-53: the text of a refresh in flight can be the older one': [
      'TOKEN_IN_FLIGHT',
      choosing({ inFlightDescription: 'expired authorization code' }),
      { description: 'expired authorization code' },
    ],
    'SF-61: an unknown client can be invalid_client': [
      'CLIENT_UNKNOWN',
      choosing({ unknownClientError: 'invalid_client' }),
      { error: 'invalid_client' },
    ],
    'SF-70: a denial can be spelled with a hyphen': [
      'CONSENT_DENIED',
      choosing({ denyCode: 'access-denied' }),
      { error: 'access-denied' },
    ],
    'SF-64: a wrong verifier can be invalid_request': [
      'VERIFIER_WRONG',
      choosing({}, { mismatchError: 'invalid_request' }),
      { error: 'invalid_request' },
    ],
    'SF-64: a missing verifier has a setting of its own': [
      'VERIFIER_MISSING',
      choosing({}, { missingError: 'invalid_request' }),
      { error: 'invalid_request' },
    ],
    'SF-20: failed client authentication can be 401': [
      'CLIENT_SECRET_WRONG',
      choosing({ invalidClientStatus: 401 }),
      { status: 401 },
    ],
    'SF-113: revoking an unknown token can be 200': [
      'REVOKE_UNKNOWN',
      choosing({ revokeUnknownStatus: 200 }),
      { status: 200 },
    ],
  }
  for (const [sentence, [code, choices, difference]] of Object.entries(changed))
    test(sentence, () => deepEqual(publicWords(code, choices), { ...publicWords(code, defaults), ...difference }))
})
