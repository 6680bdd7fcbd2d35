import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { adviceOf, isSameId, judgeCode, type CodeOutcome } from './code-outcome.ts'

const login = 'https://login.salesforce.com'
const tokens = {
  ...{ access_token: 'access', refresh_token: 'refresh', instance_url: 'https://acme.my.salesforce.com' },
  ...{ id: `${login}/id/00D000000000001EAA/005000000000001AAA`, scope: 'api refresh_token' },
}
const reply = (status: number, body: unknown, whole = true): CodeOutcome =>
  judgeCode({ got: 'reply', status, body: typeof body === 'string' ? body : JSON.stringify(body), whole }, login)

describe('the exchange of a code', () => {
  test('brings tokens, and who has logged in', () => {
    const outcome = reply(200, tokens)
    if (outcome.kind !== 'granted') throw new Error(outcome.kind)
    deepEqual(
      [outcome.refreshToken, outcome.orgId, outcome.userId],
      ['refresh', '00D000000000001EAA', '005000000000001AAA'],
    )
  })
  test('brings tokens also where the reply was cut behind them', () => equal(reply(200, tokens, false).kind, 'granted'))

  const useless: Record<string, [change: object, token: string, says: RegExp]> = {
    'no refresh token': [{ refresh_token: undefined }, 'access', /no refresh token \(the scopes were api/],
    'no identity': [{ id: undefined }, 'refresh', /who has logged in/],
    'an identity elsewhere': [
      { id: 'https://evil.example/id/00D000000000001EAA/005000000000001AAA' },
      'refresh',
      /who/,
    ],
    'an identity in the clear': [{ id: tokens.id.replace('https', 'http') }, 'refresh', /who/],
    'an identity of another form': [{ id: `${login}/id/x/y` }, 'refresh', /who/],
    'an instance elsewhere': [{ instance_url: 'https://evil.example' }, 'refresh', /instance URL/],
    'an instance that is no URL': [{ instance_url: 'acme' }, 'refresh', /instance URL/],
  }
  for (const [what, [change, token, says]] of Object.entries(useless))
    test(`is given back where it brings ${what}`, () => {
      const outcome = reply(200, { ...tokens, ...change })
      if (outcome.kind !== 'useless') throw new Error(outcome.kind)
      equal(outcome.token, token)
      match(outcome.why, says)
    })

  const refused: Record<string, [error: string, description: string, code: string, next: RegExp]> = {
    'a code that is old or used': ['invalid_grant', 'expired authorization code', 'AUTHORIZATION_OVER', /15 minutes/],
    'the allowlist': ['invalid_grant', 'ip restricted by app developer', 'IP_REFUSED', /allowlist/],
    'the profile': ['invalid_grant', 'IP restricted', 'IP_REFUSED', /profile/],
    'an unknown text': ['invalid_grant', 'because', 'REFUSED', /login history/],
    'a wrong secret': ['invalid_client', 'invalid client credentials', 'REFUSED', /secret/],
    'a redirect URI': [
      'redirect_uri_mismatch',
      'redirect_uri must match configuration',
      'REFUSED',
      /character for character/,
    ],
    'a rate': ['rate_limit_exceeded', 'login rate exceeded', 'SERVER_TROUBLE', /hour/],
  }
  for (const [what, [error, description, code, next]] of Object.entries(refused))
    test(`is refused for ${what}`, () => {
      const outcome = reply(400, { error, error_description: description })
      if (outcome.kind !== 'refused') throw new Error(outcome.kind)
      equal(outcome.code, code)
      match(outcome.why, new RegExp(`${error}: ${description}`))
      match(outcome.next, next)
    })

  test('is refused in one line that no terminal obeys, however long the words of the org are', () => {
    const outcome = reply(400, { error: `a\u001b[2J${'x'.repeat(9000)}`, error_description: 'b\u202e\u0007\nc' })
    if (outcome.kind !== 'refused') throw new Error(outcome.kind)
    match(outcome.why, /^The org says a \[2Jx+…: b c$/)
    ok(outcome.why.length < 500)
  })

  test('P-24: was not sent only where nothing was written', () => {
    for (const got of ['no-connection', 'nothing-written'] as const)
      equal(judgeCode({ got, why: 'x' }, login).kind, 'not-sent')
    const lost = [
      judgeCode({ got: 'no-reply', why: 'the line was cut' }, login),
      reply(503, '<html>'),
      reply(200, '{}'),
      reply(200, '{"access_tok', false),
      reply(302, ''),
    ]
    for (const outcome of lost) match(JSON.stringify(outcome), /SERVER_TROUBLE.*may be spent/)
  })
})

test('ids of 15 and of 18 characters name the same (SF-02)', () => {
  equal(isSameId('005000000000001AAA', '005000000000001'), true)
  equal(isSameId('005000000000001AAA', '005000000000002AAA'), false)
})

test('each error that a login page sends back has an advice', () => {
  for (const [error, says] of [
    ['access_denied', /allow it/],
    ['access-denied', /allow it/],
    ['invalid_scope', /scopes/],
    ['invalid_request', /Setup/],
    ['immediate_unsuccessful', /Log in/],
    ['whatever', /login history/],
  ] as const)
    match(adviceOf(error), says)
})
