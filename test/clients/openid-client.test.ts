/** openid-client, unmodified, against a running org: discovery, PKCE, refresh, introspection, revocation, each way to prove the client (SF-299). */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import * as client from 'openid-client'
import type { StartOrgOptions, TestOrg } from '../../src/testing.ts'
import { authorizeAs } from './person.ts'
import { openOrg, send } from './wire.ts'

const fixture = (name: string): string => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8')

// oxlint-disable-next-line typescript/no-deprecated -- marked so to stand out; loopback has no TLS
const insecure = client.allowInsecureRequests

/** Everything else of the library's checks stays on, the signature of id_token included. */
async function discover(org: TestOrg, proof: client.ClientAuth): Promise<client.Configuration> {
  const execute = [insecure, client.enableNonRepudiationChecks]
  return await client.discovery(new URL(org.url), org.client.consumerKey, undefined, proof, { execute })
}

type Walk = { readonly callback: URL; readonly checks: client.AuthorizationCodeGrantChecks }

async function walk(org: TestOrg, configuration: client.Configuration): Promise<Walk> {
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const expectedNonce = client.randomNonce()
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: org.client.callbackUrl,
    scope: 'openid api refresh_token',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
  })
  const callback = await authorizeAs(org.user, url.href)
  return { callback, checks: { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true } }
}

async function authorize(org: TestOrg, configuration: client.Configuration): Promise<Granted> {
  const { callback, checks } = await walk(org, configuration)
  return await client.authorizationCodeGrant(configuration, callback, checks)
}

type Granted = client.TokenEndpointResponse & client.TokenEndpointResponseHelpers

/** Everything that a client does in its life, ending with a revoked grant. */
async function live(org: TestOrg, configuration: client.Configuration): Promise<void> {
  const granted = await authorize(org, configuration)
  const refreshed = await client.refreshTokenGrant(configuration, granted.refresh_token ?? '')
  ok(refreshed.refresh_token && refreshed.refresh_token !== granted.refresh_token)
  const userinfo = await client.fetchUserInfo(configuration, refreshed.access_token, granted.claims()?.sub ?? '')
  equal(userinfo.preferred_username, org.user.username)
  await client.tokenRevocation(configuration, refreshed.refresh_token)
  await rejects(client.refreshTokenGrant(configuration, refreshed.refresh_token), { error: 'invalid_grant' })
}

describe('openid-client', () => {
  let org: TestOrg
  let configuration: client.Configuration
  before(async () => {
    org = await openOrg()
    configuration = await discover(org, client.ClientSecretPost(org.client.consumerSecret))
  })
  after(() => org.close())

  test('SF-125, SF-126: discovers the org, and reads there that PKCE is not supported although it is', () => {
    const server = configuration.serverMetadata()
    equal(server.issuer, org.url)
    equal(server.token_endpoint, `${org.url}/services/oauth2/token`)
    equal(server.supportsPKCE(), false)
  })

  test('an org that advertises PKCE is read as supporting it', async () => {
    await using telling = await openOrg({ configuration: { discovery: { advertisePkce: true } } })
    equal((await discover(telling, client.None())).serverMetadata().supportsPKCE(), true)
  })

  test('SF-128: takes a code with state, nonce and PKCE, and finds the id_token sound, its signature by /id/keys included', async () => {
    const granted = await authorize(org, configuration)
    const claims = granted.claims()
    deepEqual([claims?.iss, claims?.aud], [org.url, org.client.consumerKey])
    match(claims?.sub ?? '', /\/id\/00D\w{15}\/005\w{15}$/)
    deepEqual(
      [granted.token_type, granted.scope?.split(' ').toSorted()],
      ['bearer', ['api', 'id', 'openid', 'refresh_token']],
    )
  })

  test('reads userinfo, refreshes, revokes', () => live(org, configuration))

  test('a state that is not its own ends the authorization before the code is sent', async () => {
    const { callback, checks } = await walk(org, configuration)
    await rejects(client.authorizationCodeGrant(configuration, callback, { ...checks, expectedState: 'another' }), {
      code: 'OAUTH_INVALID_RESPONSE',
    })
    ok((await client.authorizationCodeGrant(configuration, callback, checks)).access_token, 'the code is still good')
  })

  test('SF-118, SF-119: introspects an access token and a refresh token without spending it', async () => {
    const granted = await authorize(org, configuration)
    const access = await client.tokenIntrospection(configuration, granted.access_token)
    const { active, client_id, username, sub } = access
    deepEqual([active, client_id, username], [true, org.client.consumerKey, org.user.username])
    equal(sub, granted.claims()?.sub)
    const now = org.clock.now() / 1000
    ok(typeof access.exp === 'number' && access.exp > now && access.exp < now + 86_400, 'seconds, within a day')
    for (const hint of ['refresh_token', 'access_token', '']) {
      const about = hint === '' ? {} : { token_type_hint: hint }
      const refresh = await client.tokenIntrospection(configuration, granted.refresh_token ?? '', about)
      deepEqual([refresh.active, refresh.token_type], [true, 'refresh_token'])
    }
    ok((await client.refreshTokenGrant(configuration, granted.refresh_token ?? '')).refresh_token)
    deepEqual(await client.tokenIntrospection(configuration, granted.refresh_token ?? ''), { active: false })
  })

  test('SF-119: a spent token that is introspected is no replay', async () => {
    const granted = await authorize(org, configuration)
    const refreshed = await client.refreshTokenGrant(configuration, granted.refresh_token ?? '')
    deepEqual(await client.tokenIntrospection(configuration, granted.refresh_token ?? ''), { active: false })
    ok((await client.refreshTokenGrant(configuration, refreshed.refresh_token ?? '')).access_token)
  })

  test('SF-114: revoking an access token leaves the refresh token', async () => {
    const granted = await authorize(org, configuration)
    await client.tokenRevocation(configuration, granted.access_token)
    deepEqual(await client.tokenIntrospection(configuration, granted.access_token), { active: false })
    await rejects(client.fetchUserInfo(configuration, granted.access_token, granted.claims()?.sub ?? ''), {
      status: 403,
    })
    ok((await client.refreshTokenGrant(configuration, granted.refresh_token ?? '')).access_token)
  })

  test('SF-113: revoking twice is told as an error that the library reads', async () => {
    const granted = await authorize(org, configuration)
    await client.tokenRevocation(configuration, granted.refresh_token ?? '')
    const again = client.tokenRevocation(configuration, granted.refresh_token ?? '')
    await rejects(again, { name: 'ResponseBodyError', status: 400, error: 'invalid_token' })
  })

  test('SF-188: a token that comes back ends its family, and the library reads the words', async () => {
    const granted = await authorize(org, configuration)
    const refreshed = await client.refreshTokenGrant(configuration, granted.refresh_token ?? '')
    const words = { status: 400, error: 'invalid_grant', error_description: 'expired access/refresh token' }
    await rejects(client.refreshTokenGrant(configuration, granted.refresh_token ?? ''), words)
    await rejects(client.refreshTokenGrant(configuration, refreshed.refresh_token ?? ''), words)
    deepEqual(await client.tokenIntrospection(configuration, refreshed.access_token), { active: false })
  })

  describe('reads what is wrong', () => {
    const refusal = (error: string, error_description: string) => ({
      ...{ name: 'ResponseBodyError', code: 'OAUTH_RESPONSE_BODY_ERROR', status: 400, error, error_description },
    })

    test('with the verifier', async () => {
      const { callback, checks } = await walk(org, configuration)
      const other = { ...checks, pkceCodeVerifier: client.randomPKCECodeVerifier() }
      const exchange = client.authorizationCodeGrant(configuration, callback, other)
      await rejects(exchange, refusal('invalid_grant', 'invalid code verifier'))
    })

    test('with the redirect', async () => {
      const { callback, checks } = await walk(org, configuration)
      callback.pathname = '/elsewhere'
      const exchange = client.authorizationCodeGrant(configuration, callback, checks)
      await rejects(exchange, refusal('redirect_uri_mismatch', 'redirect_uri must match configuration'))
    })

    test('with the secret', async () => {
      const wrong = await discover(org, client.ClientSecretPost('wrong'))
      const { callback, checks } = await walk(org, wrong)
      const exchange = client.authorizationCodeGrant(wrong, callback, checks)
      await rejects(exchange, refusal('invalid_client', 'invalid client credentials'))
    })

    test('with the code', async () => {
      const { callback, checks } = await walk(org, configuration)
      callback.searchParams.set('code', 'aPrxNotACode')
      const exchange = client.authorizationCodeGrant(configuration, callback, checks)
      await rejects(exchange, refusal('invalid_grant', 'invalid authorization code'))
    })

    test('with the scope', async () => {
      const granted = await authorize(org, configuration)
      const narrowed = client.refreshTokenGrant(configuration, granted.refresh_token ?? '', { scope: 'full' })
      await rejects(narrowed, { name: 'ResponseBodyError', status: 400, error: 'invalid_scope' })
    })

    test('with the person, who denies', async () => {
      const url = client.buildAuthorizationUrl(configuration, {
        ...{ redirect_uri: org.client.callbackUrl, scope: 'openid web', state: 'kept', prompt: 'consent' },
        code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
      })
      const callback = await authorizeAs(org.user, url.href, 'deny')
      const checks = { expectedState: 'kept' }
      await rejects(client.authorizationCodeGrant(configuration, callback, checks), {
        ...{ name: 'AuthorizationResponseError', error: 'access_denied' },
        error_description: 'end-user denied authorization',
      })
    })
  })
})

describe('openid-client proves itself', () => {
  const app = (globalOauthSettings: object): NonNullable<StartOrgOptions['apps']>[number] => ({
    name: 'Test_App',
    contactEmail: 'owner@test.example',
    globalOauthSettings: {
      consumerKey: '3MVG9test',
      consumerSecret: 'test-consumer-secret-0123456789',
      callbackUrl: 'http://localhost:1717/OauthRedirect',
      ...globalOauthSettings,
    },
    oauthSettings: { commaSeparatedOauthScopes: 'Api, RefreshToken, OpenID' },
  })

  test('SF-15: by client_secret_basic', async () => {
    await using org = await openOrg()
    await live(org, await discover(org, client.ClientSecretBasic(org.client.consumerSecret)))
  })

  test('by client_secret_post', async () => {
    await using org = await openOrg()
    await live(org, await discover(org, client.ClientSecretPost(org.client.consumerSecret)))
  })

  test('SF-15: by private_key_jwt, with the certificate that the app holds', async () => {
    await using org = await openOrg({ apps: [app({ certificate: fixture('client-assertion-certificate.pem') })] })
    const configuration = await discover(
      org,
      client.PrivateKeyJwt(await signingKey(fixture('client-assertion-key.pem'))),
    )
    await live(org, configuration)
    const granted = await authorize(org, configuration)
    equal((await client.tokenIntrospection(configuration, granted.access_token)).active, true)
  })

  test('by private_key_jwt with another key: refused, and the token is not spent', async () => {
    await using org = await openOrg({ apps: [app({ certificate: fixture('client-assertion-certificate.pem') })] })
    const own = await discover(org, client.PrivateKeyJwt(await signingKey(fixture('client-assertion-key.pem'))))
    const granted = await authorize(org, own)
    const algorithm = {
      ...{ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
      modulusLength: 2048,
      publicExponent: exponent,
    }
    const { privateKey } = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
    const stranger = await discover(org, client.PrivateKeyJwt(privateKey))
    const refused = client.refreshTokenGrant(stranger, granted.refresh_token ?? '')
    await rejects(refused, { error: 'invalid_client', error_description: 'invalid client credentials' })
    ok((await client.refreshTokenGrant(own, granted.refresh_token ?? '')).access_token)
  })

  test('SF-16: not at all, where the app is a public client', async () => {
    const isPublic = { isConsumerSecretOptional: true, isSecretRequiredForRefreshToken: false }
    await using org = await openOrg({ apps: [app(isPublic)] })
    await live(org, await discover(org, client.None()))
  })

  test('SF-16: not at all, where the app is none: refused', async () => {
    await using org = await openOrg()
    const none = await discover(org, client.None())
    const { callback, checks } = await walk(org, none)
    await rejects(client.authorizationCodeGrant(none, callback, checks), { error: 'invalid_client' })
  })

  test('SF-128: the keys are a public set with one RSA key and nothing private', async () => {
    await using org = await openOrg()
    const { keys } = JSON.parse((await send(`${org.url}/id/keys`)).text)
    deepEqual(Object.keys(keys[0]).toSorted(), ['alg', 'e', 'kid', 'kty', 'n', 'use'])
  })
})

const exponent = new Uint8Array([1, 0, 1])

async function signingKey(pem: string): Promise<client.CryptoKey> {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')
  return await crypto.subtle.importKey('pkcs8', der, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, ['sign'])
}
