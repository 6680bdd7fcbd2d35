import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AppKind, Fields } from '../fields.ts'
import { authorizing, boundTo, calling, contextOf, exchanging, refreshing, voteOf } from '../questions-for-tests.ts'
import { pkceRequired as policy } from './pkce-required.ts'

const challenge = 'HrEA9_Q56Mp8qZRAxQvZE92KA5muvx9LCKm-CieKE1k'

describe('PKCE required', () => {
  const votes = {
    'an authorization without a challenge is denied': [{}, authorizing(), 'deny'],
    'an empty challenge is none': [{}, authorizing({ challenge: '' }), 'deny'],
    'one with a challenge is allowed': [{}, authorizing({ challenge }), 'allow'],
    'where it is not required it has no opinion': [{ isPkceRequired: false }, authorizing(), 'abstain'],
    'the caller is none of its business': [{}, calling(), 'abstain'],
    'the exchange is bound by the code’s own challenge, not by this': [{}, exchanging(), 'abstain'],
    'a refresh needs no PKCE': [{}, refreshing(), 'abstain'],
  } as const
  for (const [sentence, [fields, request, kind]] of Object.entries(votes))
    test(sentence, () => equal(voteOf(policy, fields, request).kind, kind))

  const requiredBy: Record<string, [AppKind, Fields, boolean, 'app' | 'org' | 'nobody']> = {
    'left out, an External Client App requires it': ['externalClientApp', {}, false, 'app'],
    'left out, a Connected App does not': ['connectedApp', {}, false, 'nobody'],
    'a Connected App can require it': ['connectedApp', { isPkceRequired: true }, false, 'app'],
    'SF-98: the org alone is enough': ['connectedApp', {}, true, 'org'],
    'SF-98: an app cannot opt out of what the org requires': [
      'externalClientApp',
      { isPkceRequired: false },
      true,
      'org',
    ],
    'SF-65: where both require it, it is the app’s': ['externalClientApp', {}, true, 'app'],
  }
  for (const [sentence, [kind, fields, orgRequiresPkce, by]] of Object.entries(requiredBy))
    test(sentence, () =>
      deepEqual(policy.parse(fields, contextOf(kind, { orgRequiresPkce })), { ok: true, value: { requiredBy: by } }),
    )

  test('SF-65: a denial says who requires it, since the answer goes elsewhere where only the org does', () =>
    deepEqual(boundTo(policy, {}, contextOf('connectedApp', { orgRequiresPkce: true })).guard?.(authorizing()), {
      kind: 'deny',
      code: 'CHALLENGE_MISSING',
      saw: { app: 'Billing', requiredBy: 'org', challenge: false },
    }))
})
