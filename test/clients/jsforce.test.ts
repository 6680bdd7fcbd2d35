/** jsforce, unmodified, against a running org: the web server flow, and what becomes of those who lose rotated tokens (SF-295, L-27, L-31). */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Connection, OAuth2 } from 'jsforce'
import type { TestOrg } from '../../src/testing.ts'
import { authorizeAs } from './person.ts'
import { alerts, changeApp, fieldsOf, history, openOrg, redeem } from './wire.ts'

type Refreshed = { readonly access_token: string; readonly refresh_token: string; readonly id: string }

/** A connection as an application makes it: a person logs in and consents, the code is exchanged. */
async function connect(org: TestOrg): Promise<Connection> {
  const oauth2 = applicationOf(org)
  const callback = await authorizeAs(
    org.user,
    oauth2.getAuthorizationUrl({ scope: 'api refresh_token', state: 'a&b=c%20' }),
  )
  equal(callback.searchParams.get('state'), 'a&b=c%20')
  const connection = new Connection({ oauth2, version: '60.0' })
  await connection.authorize(callback.searchParams.get('code') ?? '')
  return connection
}

function applicationOf({ url, client }: TestOrg): OAuth2 {
  return new OAuth2({
    loginUrl: url,
    clientId: client.consumerKey,
    clientSecret: client.consumerSecret,
    redirectUri: client.callbackUrl,
    useVerifier: true,
  })
}

const usernames = async (connection: Connection): Promise<readonly unknown[]> =>
  (await connection.query('SELECT Id, Username FROM User')).records.map(({ Username }) => Username)

/** Revoked access tokens are what makes jsforce refresh by itself: the next request meets INVALID_SESSION_ID. */
async function endAccessToken(connection: Connection): Promise<void> {
  await connection.oauth2.revokeToken(connection.accessToken ?? '')
}

describe('jsforce authorizes in the web server flow', () => {
  let org: TestOrg
  let connection: Connection
  before(async () => {
    org = await openOrg()
    connection = await connect(org)
  })
  after(() => org.close())

  test('SF-94, SF-96: with a verifier of 171 characters and a challenge that names no method', () => {
    equal(connection.oauth2.codeVerifier?.length, 171)
    const url = new URL(connection.oauth2.getAuthorizationUrl())
    deepEqual([url.searchParams.has('code_challenge'), url.searchParams.has('code_challenge_method')], [true, false])
    equal(connection.instanceUrl, org.url)
    match(connection.userInfo?.id ?? '', /^005\w{15}$/)
    match(connection.userInfo?.organizationId ?? '', /^00D\w{15}$/)
  })

  test('the code does not work with another verifier, and works with its own afterwards', async () => {
    const oauth2 = applicationOf(org)
    const callback = await authorizeAs(org.user, oauth2.getAuthorizationUrl())
    const code = callback.searchParams.get('code') ?? ''
    await rejects(applicationOf(org).requestToken(code), { name: 'invalid_grant', message: 'invalid code verifier' })
    match((await oauth2.requestToken(code)).access_token, /^00D/)
  })

  test('SF-122: identity tells who logged in', async () => {
    const identity = await connection.identity()
    deepEqual([identity.username, identity.user_id], [org.user.username, connection.userInfo?.id])
    match(identity.urls.rest ?? '', /^http:.*\{version\}/)
  })

  test('it queries users and reads the limits', async () => {
    deepEqual(await usernames(connection), [org.user.username])
    const { DailyApiRequests } = await connection.limits()
    ok(DailyApiRequests && DailyApiRequests.Remaining < DailyApiRequests.Max)
  })

  test('a query that is refused comes back as the error that the server named', async () => {
    await rejects(async () => await connection.query('SELECT Id, Nothing FROM User'), { errorCode: 'INVALID_FIELD' })
  })

  test('a wrong secret and an unknown key come back with their OAuth errors', async () => {
    const { refreshToken } = connection
    const wrong = new OAuth2({ loginUrl: org.url, clientId: org.client.consumerKey, clientSecret: 'wrong' })
    await rejects(wrong.refreshToken(refreshToken ?? ''), {
      name: 'invalid_client',
      message: 'invalid client credentials',
    })
    const unknown = new OAuth2({ loginUrl: org.url, clientId: '3MVG9nobody', clientSecret: 'wrong' })
    await rejects(unknown.refreshToken(refreshToken ?? ''), {
      name: 'invalid_client_id',
      message: 'client identifier invalid',
    })
  })

  test('logout revokes the refresh token, and with it the access tokens that came from it', async () => {
    const leaving = await connect(org)
    const { accessToken } = leaving
    await leaving.logoutByOAuth2(true)
    equal(leaving.accessToken, null)
    const left = new Connection({ instanceUrl: org.url, accessToken: accessToken ?? '', version: '60.0' })
    await rejects(usernames(left), { errorCode: 'INVALID_SESSION_ID' })
  })

  test('SF-113: a token that was revoked already is refused with 400', async () => {
    const { accessToken = '' } = await connect(org)
    await connection.oauth2.revokeToken(accessToken ?? '')
    await rejects(connection.oauth2.revokeToken(accessToken ?? ''), {
      name: 'ERROR_HTTP_400',
      message: /invalid_token/,
    })
  })
})

describe('jsforce under rotation', () => {
  test('L-31: a connection that drops rotated tokens loses its family at the second refresh', async () => {
    await using org = await openOrg()
    const connection = await connect(org)
    const first = connection.refreshToken
    await endAccessToken(connection)
    const handed: Refreshed[] = []
    connection.on('refresh', (_token: string, reply: Refreshed) => handed.push(reply))
    deepEqual(await usernames(connection), [org.user.username])
    equal(connection.refreshToken, first, 'jsforce keeps the token that it has just spent')
    await endAccessToken(connection)
    await rejects(usernames(connection), { message: /expired access\/refresh token/ })

    const [rotated] = handed
    ok(rotated)
    const { status, text } = await redeem(org, rotated.refresh_token)
    deepEqual(
      [status, JSON.parse(text)],
      [400, { error: 'invalid_grant', error_description: 'expired access/refresh token' }],
    )
    const [dead, replay] = await history(org)
    deepEqual([dead?.decision, replay?.decision], ['revoked', 'reuse'])
    match(replay?.explained.join('\n') ?? '', /two parties hold this family, so it was revoked/)
    deepEqual((await alerts(org)).filter(({ kind }) => kind === 'replay').length, 1)
  })

  test('SF-188: with the family dies the access token that the last good refresh gave', async () => {
    await using org = await openOrg()
    const connection = await connect(org)
    const first = connection.refreshToken ?? ''
    const { access_token } = await connection.oauth2.refreshToken(first)
    const other = new Connection({ instanceUrl: org.url, accessToken: access_token, version: '60.0' })
    deepEqual(await usernames(other), [org.user.username])
    await rejects(connection.oauth2.refreshToken(first), {
      name: 'invalid_grant',
      message: 'expired access/refresh token',
    })
    await rejects(usernames(other), { errorCode: 'INVALID_SESSION_ID' })
    await rejects(usernames(new Connection({ instanceUrl: org.url, accessToken: connection.accessToken ?? '' })), {
      errorCode: 'INVALID_SESSION_ID',
    })
  })

  test('a connection that keeps the token of each refresh event lives through twenty rotations', async () => {
    await using org = await openOrg()
    const connection = await connect(org)
    const seen = new Set([connection.refreshToken])
    connection.on('refresh', (_token: string, { refresh_token }: Refreshed) => {
      connection.refreshToken = refresh_token
      seen.add(refresh_token)
    })
    for (let round = 0; round < 20; round += 1) {
      await endAccessToken(connection)
      deepEqual(await usernames(connection), [org.user.username])
    }
    equal(seen.size, 21)
    equal((await history(org, '?decision=reuse')).length, 0)
  })

  test('SF-45, SF-38: with rotation off the answer has no refresh token and the first one goes on working', async () => {
    await using org = await openOrg()
    await changeApp(org, { globalOauthSettings: { isRefreshTokenRotationEnabled: false } })
    const connection = await connect(org)
    const first = connection.refreshToken ?? ''
    for (let round = 0; round < 3; round += 1)
      equal('refresh_token' in (await connection.oauth2.refreshToken(first)), false)
  })
})

describe('the token that jsforce holds, from other addresses', () => {
  test('SF-24, SF-50: is refused from outside the allowlist, accepted from inside, and survives the refusals', async () => {
    await using org = await openOrg()
    const { refreshToken } = await connect(org)
    await changeApp(org, {
      oauthSecuritySettings: {
        enforceRefreshTokenIpAllowlist: true,
        tokenIpRanges: [{ startIpAddress: '127.0.0.11', endIpAddress: '127.0.0.12' }],
      },
    })
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const refused = await redeem(org, refreshToken ?? '', { from: '127.0.0.99' })
      const words = { error: 'invalid_grant', error_description: 'ip restricted by app developer' }
      deepEqual([refused.status, fieldsOf(refused)], [400, words])
    }
    const accepted = await redeem(org, refreshToken ?? '', { from: '127.0.0.11' })
    equal(accepted.status, 200)
    equal((await redeem(org, fieldsOf(accepted)['refresh_token'] ?? '', { from: '127.0.0.12' })).status, 200)
    const decisions = (await history(org, '?limit=5')).map(({ status, decision, sourceIp }) => [
      status,
      decision,
      sourceIp,
    ])
    const restricted = ['Restricted IP', 'refresh_token_ip_allowlist', '127.0.0.99']
    deepEqual(decisions, [
      ['Success', 'allowed', '127.0.0.12'],
      ['Success', 'allowed', '127.0.0.11'],
      ...[restricted, restricted, restricted],
    ])
  })
})
