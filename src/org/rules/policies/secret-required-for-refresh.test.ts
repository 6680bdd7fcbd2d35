import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TokenFlow, ClientProof } from '../app.ts'
import type { Fields } from '../fields.ts'
import { authorizing, calling, contextOf, exchanging, refreshing, voteOf } from '../questions-for-tests.ts'
import { secretRequiredForRefresh as policy } from './secret-required-for-refresh.ts'

const publicApp: Fields = { isConsumerSecretOptional: true, isSecretRequiredForRefreshToken: false }

describe('secret required for refresh', () => {
  const votes: Record<string, [Fields, TokenFlow, ClientProof, 'allow' | 'deny' | 'abstain']> = {
    'left out, a refresh without a proof is denied': [{}, 'refresh_token', 'none', 'deny'],
    'left out, an exchange without a proof is denied': [{}, 'authorization_code', 'none', 'deny'],
    'SF-33: the hybrid refresh is a refresh': [{}, 'hybrid_refresh', 'none', 'deny'],
    'SF-33: the hybrid exchange is an exchange': [{}, 'hybrid_auth_code', 'none', 'deny'],
    'a secret in the body proves the client': [{}, 'refresh_token', 'client_secret_post', 'allow'],
    'a secret in the header proves the client': [{}, 'refresh_token', 'client_secret_basic', 'allow'],
    'SF-15: a signed assertion proves the client': [{}, 'refresh_token', 'private_key_jwt', 'allow'],
    'SF-17: a public app exchanges without a secret': [publicApp, 'authorization_code', 'none', 'abstain'],
    'a public app refreshes without a secret': [publicApp, 'refresh_token', 'none', 'abstain'],
    'SF-16: the flag of the exchange says nothing of the refresh': [
      { isConsumerSecretOptional: true },
      'refresh_token',
      'none',
      'deny',
    ],
    'SF-16: the flag of the refresh says nothing of the exchange': [
      { isSecretRequiredForRefreshToken: false },
      'authorization_code',
      'none',
      'deny',
    ],
  }
  for (const [sentence, [fields, flow, proof, kind]] of Object.entries(votes))
    test(sentence, () => equal(voteOf(policy, fields, calling({ flow, proof })).kind, kind))

  test('what comes behind the client is none of its business', () => {
    for (const request of [authorizing(), exchanging(), refreshing()])
      equal(voteOf(policy, {}, request).kind, 'abstain')
  })

  test('both kinds of app have the same defaults', () => {
    const value = { forRefresh: true, forExchange: true }
    deepEqual(policy.parse({}, contextOf('externalClientApp')), { ok: true, value })
    deepEqual(policy.parse({}, contextOf('connectedApp')), { ok: true, value })
  })

  test('a denial says what it saw', () =>
    deepEqual(voteOf(policy, {}, calling({ proof: 'none' })), {
      kind: 'deny',
      code: 'CLIENT_SECRET_MISSING',
      saw: { app: 'Billing', proof: 'none' },
    }))
})
