import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { outcomeOf, type Exchanged } from './outcome.ts'

const reply = (status: number, body: unknown, whole = true): Exchanged => ({
  got: 'reply',
  status,
  whole,
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
const error = (name: string, description: string, status = 400): Exchanged =>
  reply(status, { error: name, error_description: description })
const tokens = { access_token: '00D!at', instance_url: 'https://acme.my.salesforce.com', issued_at: '1767225600000' }

describe('the outcome of an exchange', () => {
  const said: Readonly<Record<string, readonly [Exchanged, string]>> = {
    'SF-38: another refresh token': [reply(200, { ...tokens, refresh_token: '5Aep2' }), 'rotated'],
    'SF-45: no refresh token': [reply(200, tokens), 'unchanged'],
    'SF-45: an empty refresh token': [reply(200, { ...tokens, refresh_token: '' }), 'unchanged'],
    'P-24: no connection': [{ got: 'no-connection', why: 'refused' }, 'not-sent'],
    'P-24: nothing written': [{ got: 'nothing-written', why: 'the lease has ended' }, 'not-sent'],
    'P-24: sent, and no answer': [{ got: 'no-reply', why: 'reset' }, 'in-doubt'],
    'P-24: a balancer’s 502 in HTML': [reply(502, '<html>Bad Gateway</html>'), 'in-doubt'],
    'P-24: 503 with an error that is known': [error('invalid_grant', 'expired access/refresh token', 503), 'in-doubt'],
    'P-24: an error that is cut short': [reply(400, '{"error":"invalid_grant","error_descr', false), 'in-doubt'],
    'P-24: 200 that is cut short': [reply(200, '{"access_token":"00D', false), 'in-doubt'],
    'P-24: 200 without tokens': [reply(200, '{}'), 'in-doubt'],
    'P-23, SF-53: in flight': [error('invalid_grant', 'token request is already being processed'), 'in-flight'],
    'P-23, SF-53: in flight, in older words': [error('invalid_grant', 'expired authorization code'), 'in-flight'],
    'SF-49: the end of it': [error('invalid_grant', 'expired access/refresh token'), 'ended'],
    'SF-50: the allowlist': [error('invalid_grant', 'ip restricted by app developer'), 'ip-refused'],
    'SF-52: capital letters': [error('invalid_grant', 'IP restricted or invalid login hours'), 'ip-refused'],
    'SF-62: a wrong secret': [error('invalid_client', 'invalid client credentials'), 'refused'],
    'SF-68: an inactive user': [error('inactive_user', 'user is inactive'), 'refused'],
    'SF-69: too much': [error('rate_limit_exceeded', 'login rate exceeded'), 'server-trouble'],
    'L-51: words that nobody knows': [error('invalid_grant', 'the moon is in the seventh house'), 'inconclusive'],
    'L-42: a redirect': [reply(302, ''), 'inconclusive'],
    'L-54: Data Not Available': [reply(404, 'Data Not Available'), 'inconclusive'],
  }
  for (const [sentence, [exchanged, kind]] of Object.entries(said))
    test(`${sentence} is ${kind}`, () => equal(outcomeOf(exchanged).kind, kind))

  test('tokens that are there whole are kept, even where the reply was cut behind them', () => {
    const outcome = outcomeOf(reply(200, { ...tokens, refresh_token: '5Aep2' }, false))
    equal(outcome.kind === 'rotated' && outcome.refreshToken, '5Aep2')
  })

  test('L-54: any status with any body ends in a named outcome', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 999 }), fc.string(), fc.boolean(), (status, body, whole) => {
        ok(outcomeOf(reply(status, body, whole)).kind.length > 0)
      }),
    )
  })

  test('L-50: nothing but the known words of the known error ends a connection', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.integer({ min: 100, max: 599 }), (name, description, status) => {
        const { kind } = outcomeOf(error(name, description, status))
        equal(kind === 'ended', false)
      }),
    )
  })

  test('numbers are read as Salesforce writes them, in text', () => {
    const outcome = outcomeOf(reply(200, { ...tokens, expires_in: 7200 }))
    deepEqual(
      outcome.kind === 'unchanged' && [outcome.tokens.issuedAt, outcome.tokens.expiresInSeconds],
      [1_767_225_600_000, 7200],
    )
  })
})
