import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { callerFrom, openTestParts, secretOf, type TestParts, type Wish } from '../../../../test/org-parts/parts.ts'
import { ada, committed, nextId, record, start } from '../../../../test/org-parts/store.ts'
import { days, minutes, seconds } from '../../../values/time.ts'
import { sha256Hex } from '../../tokens/mac.ts'
import { answerTokenRequest } from './answer-token-request.ts'
import type { TokenFields, TokenOutcome } from './outcome.ts'

type FormFields = Readonly<Record<string, string>>
const client: FormFields = { client_id: '3MVG9billing', client_secret: secretOf('Billing') }
const redirect_uri = 'https://app.example.com/callback'
const home = '192.0.2.1'
const office = { tokenIpRanges: [{ startIpAddress: home, endIpAddress: home }] }

const ask = async (org: TestParts, form: FormFields, from = home): Promise<TokenOutcome> =>
  await answerTokenRequest(org.parts, {
    ...{ form: new Map(Object.entries({ ...client, ...form })), authorization: undefined, caller: callerFrom(from) },
  })
const told = (outcome: TokenOutcome): string => (outcome.kind === 'refused' ? outcome.refusal.code : outcome.kind)
const fieldsOf = (outcome: TokenOutcome): TokenFields => {
  ok(outcome.kind === 'issued', told(outcome))
  return outcome.fields
}
const refresh = (org: TestParts, refresh_token: string, more: FormFields & { from?: string } = {}) => {
  const { from, ...form } = more
  return ask(org, { grant_type: 'refresh_token', refresh_token, ...form }, from)
}
async function issueCode(org: TestParts, code: string, scopes = 'api refresh_token id'): Promise<void> {
  const row = {
    ...{ hash: sha256Hex(code), app: 'Billing', userId: ada, redirectUri: redirect_uri, scopes },
    ...{ challenge: null, challengeMethod: null, nonce: null, issuedAt: start, authenticatedAt: start },
  }
  committed(
    await org.store.storage.write('issueCode', { code: row, history: record(nextId(), { subType: 'browser' }) }),
  )
}
const exchange = (org: TestParts, code = 'the code', more: FormFields & { from?: string } = {}) => {
  const { from, ...form } = more
  return ask(org, { grant_type: 'authorization_code', code, redirect_uri, ...form }, from)
}
/** An org with a grant of its own, and that grant's refresh token. */
async function granted(t: TestContext, wish: Wish = {}, scopes?: string): Promise<[TestParts, string]> {
  const org = await openTestParts(t, wish)
  await issueCode(org, 'the code', scopes)
  return [org, fieldsOf(await exchange(org))['refresh_token'] ?? '']
}
const next = (outcome: TokenOutcome): string => fieldsOf(outcome)['refresh_token'] ?? ''
const grants = (org: TestParts) => org.store.rows('SELECT * FROM grants ORDER BY id')
const lastRecord = async (org: TestParts) =>
  (await org.store.row('SELECT status, decision, app, source_ip FROM login_history ORDER BY id DESC LIMIT 1')) ?? {}
const alerts = async (org: TestParts) =>
  (await org.store.rows('SELECT kind FROM alerts ORDER BY id')).map((row) => row['kind'])

describe('the token endpoint, what comes before any token', () => {
  test('P-11: an unknown client and a malformed request are counted, and written nowhere', async (t) => {
    const org = await openTestParts(t)
    equal(told(await refresh(org, 'x', { client_id: 'nobody' })), 'CLIENT_UNKNOWN')
    equal(told(await ask(org, { grant_type: 'password' })), 'GRANT_TYPE_NOT_SUPPORTED')
    equal(told(await refresh(org, 'no token of ours')), 'TOKEN_NOT_OURS')
    equal(told(await exchange(org, 'no code of ours')), 'CODE_UNKNOWN')
    await org.parts.monitor.flush()
    const junk = await org.store.rows('SELECT kind, count FROM junk ORDER BY kind')
    deepEqual(
      junk.map(({ kind, count }) => `${String(kind)} ${String(count)}`),
      ['client 1', 'code 1', 'request 1', 'token 1'],
    )
    deepEqual(await org.store.rows('SELECT id FROM login_history'), [])
  })

  test('a wrong secret of a known app is in login history, and beyond the limit is not', async (t) => {
    const org = await openTestParts(t, { configuration: { limits: { clientFailures: 2 } } })
    for (const code of ['CLIENT_SECRET_WRONG', 'CLIENT_SECRET_WRONG', 'CLIENT_TOO_MANY_FAILURES'])
      equal(told(await refresh(org, 'x', { client_secret: 'wrong' })), code)
    equal((await org.store.rows('SELECT id FROM login_history')).length, 2)
    deepEqual(await lastRecord(org), {
      ...{ status: 'Failed: Invalid Client Credentials', decision: 'client', app: 'Billing', source_ip: home },
    })
  })

  test('SF-23: a wrong secret from a blocked address is a wrong secret', async (t) => {
    const [org, token] = await granted(t, { fields: office })
    equal(told(await refresh(org, token, { from: '192.0.2.9', client_secret: 'wrong' })), 'CLIENT_SECRET_WRONG')
  })

  test('SF-22: without its secret nobody learns that an app is switched off', async (t) => {
    const org = await openTestParts(t, { app: { isEnabled: false } })
    equal(told(await refresh(org, 'x', { client_secret: '' })), 'CLIENT_SECRET_MISSING')
    equal(told(await refresh(org, 'x')), 'APP_NOT_ENABLED')
  })
})

describe('the token endpoint, blocked by the allowlist', () => {
  const elsewhere = '192.0.2.9'

  test('L-24: a refresh changes no row but history, and the right address still redeems', async (t) => {
    const [org, token] = await granted(t, { fields: office })
    const before = await grants(org)
    equal(told(await refresh(org, token, { from: elsewhere })), 'SOURCE_NOT_ALLOWED')
    deepEqual(await grants(org), before)
    deepEqual(await lastRecord(org), {
      ...{ status: 'Restricted IP', decision: 'refresh_token_ip_allowlist', app: 'Billing', source_ip: elsewhere },
    })
    equal(told(await refresh(org, token)), 'issued')
  })

  test('SF-24: an exchange does not burn the code', async (t) => {
    const org = await openTestParts(t, { fields: office })
    await issueCode(org, 'the code')
    equal(told(await exchange(org, 'the code', { from: elsewhere })), 'SOURCE_NOT_ALLOWED')
    equal(told(await exchange(org)), 'issued')
  })

  test('SF-23: a replay is told the same, kills nothing, and alerts', async (t) => {
    const [org, token] = await granted(t, { fields: office })
    const current = next(await refresh(org, token))
    const before = await grants(org)
    equal(told(await refresh(org, token, { from: elsewhere })), 'SOURCE_NOT_ALLOWED')
    deepEqual(await grants(org), before)
    deepEqual(await alerts(org), ['replay'])
    equal(told(await refresh(org, current)), 'issued')
  })

  test('SF-23: the current token, junk, and a token whose family has ended alert nobody', async (t) => {
    const [org, token] = await granted(t, { fields: office })
    await refresh(org, token, { from: elsewhere })
    await refresh(org, `5Aep861${'A'.repeat(96)}`, { from: elsewhere })
    next(await refresh(org, token))
    await org.store.sql(`UPDATE grants SET ended = 'revoked'`)
    await refresh(org, token, { from: elsewhere })
    deepEqual(await alerts(org), [])
  })

  test('a spent token without the client’s proof says nothing about an address', async (t) => {
    const [org, token] = await granted(t, { fields: office })
    next(await refresh(org, token))
    equal(told(await refresh(org, token, { client_secret: '' })), 'CLIENT_SECRET_MISSING')
    deepEqual(await alerts(org), [])
  })
})

describe('the refresh token flow', () => {
  test('SF-187, SF-188: rotates, and a spent token that comes back ends the family', async (t) => {
    const [org, token] = await granted(t)
    const current = next(await refresh(org, token))
    equal(told(await refresh(org, token)), 'TOKEN_REPLAYED')
    equal(told(await refresh(org, current)), 'TOKEN_REVOKED')
    deepEqual(
      org.revocations.map(({ reason }) => reason),
      ['replayed'],
    )
    deepEqual(await alerts(org), ['replay'])
  })

  test('SF-38: without rotation the answer has no refresh token, and the same one goes on', async (t) => {
    const [org, token] = await granted(t, { fields: { isRefreshTokenRotationEnabled: false } })
    for (let n = 0; n < 3; n += 1) equal(fieldsOf(await refresh(org, token))['refresh_token'], undefined)
  })

  test('L-01, P-02: of ten at once one wins, nobody is judged a replay, and the winner’s token works', async (t) => {
    const [org, token] = await granted(t)
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => refresh(org, token)))
    deepEqual(outcomes.map(told).toSorted(), [...Array.from({ length: 9 }, () => 'TOKEN_IN_FLIGHT'), 'issued'])
    const winner = outcomes.find(({ kind }) => kind === 'issued')
    ok(winner)
    equal(told(await refresh(org, next(winner))), 'issued')
  })

  test('P-09: a spent token under another app’s credentials kills nothing', async (t) => {
    const [org, token] = await granted(t)
    const current = next(await refresh(org, token))
    const other = { client_id: '3MVG9other', client_secret: secretOf('Other') }
    equal(told(await refresh(org, token, other)), 'TOKEN_OF_ANOTHER_APP')
    equal(told(await refresh(org, current)), 'issued')
  })

  test('P-08: a genuine token without a grant, or newer than it, revokes nothing and alarms', async (t) => {
    const [org, token] = await granted(t)
    const current = next(await refresh(org, token))
    await org.store.sql(`UPDATE grants SET generation = 0, token_hash = ?`, sha256Hex(token))
    equal(told(await refresh(org, current)), 'STORE_WENT_BACK')
    equal((await grants(org))[0]?.['ended'], null)
    await org.store.sql('DELETE FROM grants')
    equal(told(await refresh(org, current)), 'STORE_WENT_BACK')
    deepEqual(await alerts(org), ['store-went-back', 'store-went-back'])
  })

  test('L-05, L-17, P-12: overlap returns the same successor to the parent, and refuses the grandparent', async (t) => {
    const [org, first] = await granted(t, { configuration: { rotationMode: 'overlap' } })
    const second = next(await refresh(org, first))
    org.pass(seconds(10))
    equal(next(await refresh(org, first)), second)
    const third = next(await refresh(org, second))
    equal(told(await refresh(org, first)), 'TOKEN_REPLAYED')
    equal(told(await refresh(org, third)), 'TOKEN_REVOKED')
  })

  test('P-12: overlap ends after its seconds', async (t) => {
    const [org, first] = await granted(t, { configuration: { rotationMode: 'overlap' } })
    next(await refresh(org, first))
    org.pass(seconds(10) + 1)
    equal(told(await refresh(org, first)), 'TOKEN_REPLAYED')
  })

  test('P-12: until-used lets the parent through until its successor is used', async (t) => {
    const [org, first] = await granted(t, { configuration: { rotationMode: 'until-used' } })
    const second = next(await refresh(org, first))
    org.pass(days(3))
    equal(next(await refresh(org, first)), second)
    next(await refresh(org, second))
    equal(told(await refresh(org, first)), 'TOKEN_REPLAYED')
  })

  test('P-12: a successor that does not open is the store gone back', async (t) => {
    const [org, first] = await granted(t, { configuration: { rotationMode: 'until-used' } })
    next(await refresh(org, first))
    await org.store.sql('UPDATE grants SET sealed_successor = ?', new Uint8Array(60))
    equal(told(await refresh(org, first)), 'STORE_WENT_BACK')
  })

  test('SF-182: a token refused for being idle has ended for good', async (t) => {
    const [org, token] = await granted(t)
    org.pass(days(30) + 1)
    equal(told(await refresh(org, token)), 'TOKEN_IDLE')
    org.pass(-1 * days(20))
    equal(told(await refresh(org, token)), 'TOKEN_REVOKED')
  })

  test('L-25: an allowlist narrowed since the decision refuses the redemption in progress, unspent', async (t) => {
    const [org, token] = await granted(t)
    const before = await grants(org)
    await org.saveElsewhere({ tokenIpRanges: [{ startIpAddress: '192.0.2.77', endIpAddress: '192.0.2.77' }] })
    equal(told(await refresh(org, token)), 'SOURCE_NOT_ALLOWED')
    deepEqual(await grants(org), before)
    await issueCode(org, 'another')
    equal(told(await exchange(org, 'another')), 'SOURCE_NOT_ALLOWED')
  })

  test('P-01: settings that changed otherwise are decided on again, and the request succeeds', async (t) => {
    const [org, token] = await granted(t)
    await org.saveElsewhere({ isRefreshTokenRotationEnabled: false })
    equal(fieldsOf(await refresh(org, token))['refresh_token'], undefined)
    await org.saveElsewhere({ isRefreshTokenRotationEnabled: true })
    await issueCode(org, 'another')
    equal(told(await exchange(org, 'another')), 'issued')
  })

  test('P-02: settings that keep changing are told as something transient, and the token stays current', async (t) => {
    const [org, token] = await granted(t)
    await org.store.sql('UPDATE apps SET version = 9') // no refresh ever sees it
    equal(told(await refresh(org, token)), 'unavailable')
    await issueCode(org, 'another')
    equal(told(await exchange(org, 'another')), 'unavailable')
    await org.store.sql('UPDATE apps SET version = 1')
    equal(told(await refresh(org, token)), 'issued')
    equal(told(await exchange(org, 'another')), 'issued')
  })

  test('SF-209, L-26: with the sixth login the oldest token is refused, and the log outside the store knows', async (t) => {
    const [org, token] = await granted(t)
    for (let n = 0; n < 5; n += 1) {
      org.pass(1000)
      await issueCode(org, `code ${n}`)
      fieldsOf(await exchange(org, `code ${n}`))
    }
    equal(told(await refresh(org, token)), 'TOKEN_REVOKED')
    deepEqual(
      org.revocations.map(({ reason }) => reason),
      ['approval-dropped'],
    )
    deepEqual(await alerts(org), ['approval-dropped'])
  })

  test('what cannot be signed is not issued: the token stays unspent', async (t) => {
    const [org, token] = await granted(t, { app: { scopes: ['openid', 'refresh_token'] } }, 'openid refresh_token id')
    const before = await grants(org)
    org.loseSigningKey()
    await rejects(refresh(org, token), /no signing key/)
    deepEqual(await grants(org), before)
  })
})

describe('the exchange of a code', () => {
  test('SF-85: a used code that comes back ends what it had issued', async (t) => {
    const [org, token] = await granted(t)
    equal(told(await exchange(org)), 'CODE_USED')
    equal(told(await refresh(org, token)), 'TOKEN_REVOKED')
  })

  test('SF-85: exactly fifteen minutes are still in time', async (t) => {
    const org = await openTestParts(t)
    await issueCode(org, 'the code')
    await issueCode(org, 'another')
    org.pass(minutes(15))
    equal(told(await exchange(org)), 'issued')
    org.pass(1)
    equal(told(await exchange(org, 'another')), 'CODE_EXPIRED')
  })

  test('SF-22: a wrong redirect_uri or a stray verifier does not burn the code', async (t) => {
    const org = await openTestParts(t)
    await issueCode(org, 'the code')
    equal(told(await exchange(org, 'the code', { redirect_uri: `${redirect_uri}/` })), 'REDIRECT_URI_MISMATCH')
    equal(told(await exchange(org, 'the code', { redirect_uri: '' })), 'REDIRECT_URI_MISSING')
    equal(told(await exchange(org, 'the code', { code_verifier: 'v'.repeat(43) })), 'VERIFIER_UNBOUND')
    equal(told(await exchange(org)), 'issued')
  })

  test('SF-78: without a refresh scope there is no refresh token', async (t) => {
    const org = await openTestParts(t)
    await issueCode(org, 'the code', 'api id')
    equal(fieldsOf(await exchange(org))['refresh_token'], undefined)
  })

  test('another app’s code is an unknown one', async (t) => {
    const org = await openTestParts(t)
    await issueCode(org, 'the code')
    const other = { client_id: '3MVG9other', client_secret: secretOf('Other') }
    equal(told(await exchange(org, 'the code', other)), 'CODE_UNKNOWN')
    equal(told(await exchange(org)), 'issued')
  })

  test('what cannot be signed is not issued: the code stays good', async (t) => {
    const org = await openTestParts(t)
    await issueCode(org, 'the code', 'openid refresh_token id')
    org.loseSigningKey()
    await rejects(exchange(org), /no signing key/)
    deepEqual(await grants(org), [])
    equal((await org.store.row('SELECT used_at FROM codes'))?.['used_at'], null)
  })
})
