/** oauth4webapi, unmodified, against a running org: each request and each judgement of a reply on its own (SF-299). */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import * as oauth from 'oauth4webapi'
import type { TestOrg } from '../../src/testing.ts'
import { authorizeAs } from './person.ts'
import { changeApp, openOrg } from './wire.ts'

// oxlint-disable-next-line typescript/no-deprecated -- marked so to stand out; loopback has no TLS
const insecure = { [oauth.allowInsecureRequests]: true } as const

let org: TestOrg
let server: oauth.AuthorizationServer
let client: oauth.Client
let proof: oauth.ClientAuth
before(async () => {
  org = await openOrg()
  const issuer = new URL(org.url)
  server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))
  client = { client_id: org.client.consumerKey }
  proof = oauth.ClientSecretBasic(org.client.consumerSecret)
})
after(() => org.close())

type Codes = { readonly parameters: URLSearchParams; readonly verifier: string; readonly nonce: string }

async function authorize(scope: string): Promise<Codes> {
  const verifier = oauth.generateRandomCodeVerifier()
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
  const url = new URL(server.authorization_endpoint ?? '')
  url.search = new URLSearchParams({
    ...{
      response_type: 'code',
      client_id: client.client_id,
      redirect_uri: org.client.callbackUrl,
      scope,
      state,
      nonce,
    },
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).toString()
  const callback = await authorizeAs(org.user, url.href)
  return { parameters: oauth.validateAuthResponse(server, client, callback, state), verifier, nonce }
}

const exchange = ({ parameters, verifier }: Codes, redirectUri: string = org.client.callbackUrl): Promise<Response> =>
  oauth.authorizationCodeGrantRequest(server, client, proof, parameters, redirectUri, verifier, insecure)

async function granted(): Promise<oauth.TokenEndpointResponse> {
  const codes = await authorize('openid api refresh_token')
  const expected = { expectedNonce: codes.nonce }
  return await oauth.processAuthorizationCodeResponse(server, client, await exchange(codes), expected)
}

describe('oauth4webapi', () => {
  test('SF-127: finds the org under RFC 8414 too, with the same issuer and with S256', async () => {
    const issuer = new URL(org.url)
    const response = await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' })
    const metadata = await oauth.processDiscoveryResponse(issuer, response)
    deepEqual([metadata.issuer, metadata.code_challenge_methods_supported], [server.issuer, ['S256']])
    equal(metadata.token_endpoint, server.token_endpoint)
  })

  test('SF-127: where that is switched off, the answer is no discovery document', async () => {
    await using exact = await openOrg({ configuration: { discovery: { rfc8414: false } } })
    const issuer = new URL(exact.url)
    equal((await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' })).status, 404)
  })

  test('SF-128: finds nonce, signature and at_hash of the id_token sound', async () => {
    const codes = await authorize('openid api refresh_token')
    const response = await exchange(codes)
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: codes.nonce,
      requireIdToken: true,
    })
    await oauth.validateApplicationLevelSignature(server, response, insecure)
    const claims = oauth.getValidatedIdTokenClaims(tokens)
    const half = createHash('sha256').update(tokens.access_token).digest().subarray(0, 16)
    equal(claims?.at_hash, half.toString('base64url'))
    deepEqual([claims?.nonce, claims?.aud], [codes.nonce, client.client_id])
  })

  test('a nonce that is not its own is noticed', async () => {
    const response = await exchange(await authorize('openid api'))
    const judged = oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: 'another' })
    await rejects(judged, { code: oauth.JWT_CLAIM_COMPARISON })
  })

  test('OpenID Connect Core 12.2: the id_token of a refresh has the same subject, and no nonce', async () => {
    const codes = await authorize('openid api refresh_token')
    const first = await oauth.processAuthorizationCodeResponse(server, client, await exchange(codes), {
      expectedNonce: codes.nonce,
    })
    const response = await refresh(first.refresh_token)
    const second = await oauth.processRefreshTokenResponse(server, client, response)
    await oauth.validateApplicationLevelSignature(server, response, insecure)
    const claims = oauth.getValidatedIdTokenClaims(second)
    equal(claims?.sub, oauth.getValidatedIdTokenClaims(first)?.sub)
    equal(claims?.nonce, undefined)
  })

  test('without the openid scope there is no id_token, and without refresh_token none is given', async () => {
    const codes = await authorize('api')
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, await exchange(codes))
    deepEqual([tokens.id_token, tokens.refresh_token], [undefined, undefined])
    match(tokens.scope ?? '', /^api/)
  })

  test('refreshes, reads userinfo, introspects and revokes', async () => {
    const first = await granted()
    const rotated = await oauth.processRefreshTokenResponse(server, client, await refresh(first.refresh_token))
    ok(rotated.refresh_token)
    const userinfo = await oauth.userInfoRequest(server, client, rotated.access_token, insecure)
    const told = await oauth.processUserInfoResponse(server, client, oauth.skipSubjectCheck, userinfo)
    equal(told.preferred_username, org.user.username)
    equal((await introspect(rotated.refresh_token)).active, true)
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(server, client, proof, rotated.refresh_token, insecure),
    )
    deepEqual(await introspect(rotated.access_token), { active: false })
  })

  test('a resource is read with the access token, and a dead one is challenged as RFC 6750 has it', async () => {
    const { access_token } = await granted()
    const url = new URL(`${org.url}/services/data/v60.0/limits`)
    const read = (token: string) => oauth.protectedResourceRequest(token, 'GET', url, undefined, undefined, insecure)
    equal((await read(access_token)).status, 200)
    await rejects(read(`${access_token}x`), { code: oauth.WWW_AUTHENTICATE_CHALLENGE, status: 401 })
  })

  test('SF-85: a code works once; its replay ends what it had issued', async () => {
    const codes = await authorize('api refresh_token')
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, await exchange(codes))
    await refused(await exchange(codes), 'invalid_grant', 'expired authorization code')
    deepEqual(await introspect(tokens.access_token), { active: false })
    deepEqual(await introspect(tokens.refresh_token), { active: false })
  })

  test('its error bodies are read: verifier, redirect, secret, token', async () => {
    const codes = await authorize('api refresh_token')
    const other = { ...codes, verifier: oauth.generateRandomCodeVerifier() }
    await refused(await exchange(other), 'invalid_grant', 'invalid code verifier')
    const elsewhere = 'http://localhost:1717/Elsewhere'
    await refused(await exchange(codes, elsewhere), 'redirect_uri_mismatch', 'redirect_uri must match configuration')
    const wrong = oauth.ClientSecretPost('wrong')
    const guessed = await oauth.refreshTokenGrantRequest(server, client, wrong, 'unknown', insecure)
    await refused(guessed, 'invalid_client', 'invalid client credentials')
    await refused(await refresh('unknown'), 'invalid_grant', 'expired access/refresh token')
    ok((await exchange(codes)).ok, 'none of it spent the code')
  })

  test('SF-190: under overlap a lost answer can be had again: the same successor', async () => {
    await using forgiving = await openOrg({ configuration: { rotationMode: 'overlap' } })
    const { refresh_token } = await forgiving.grant()
    const endpoint = { issuer: forgiving.url, token_endpoint: `${forgiving.url}/services/oauth2/token` }
    const again = async (): Promise<string | undefined> => {
      const response = await oauth.refreshTokenGrantRequest(endpoint, client, proof, refresh_token, insecure)
      return (await oauth.processGenericTokenEndpointResponse(endpoint, client, response)).refresh_token
    }
    const first = await again()
    ok(first !== undefined && first !== refresh_token)
    equal(await again(), first)
  })

  test('SF-16: a public client refreshes without a secret', async () => {
    await using open = await openOrg()
    const isPublic = { isConsumerSecretOptional: true, isSecretRequiredForRefreshToken: false }
    await changeApp(open, { globalOauthSettings: isPublic })
    const endpoint = { issuer: open.url, token_endpoint: `${open.url}/services/oauth2/token` }
    const { refresh_token } = await open.grant({ scope: 'api refresh_token' })
    const response = await oauth.refreshTokenGrantRequest(endpoint, client, oauth.None(), refresh_token, insecure)
    ok((await oauth.processRefreshTokenResponse(endpoint, client, response)).refresh_token)
  })
})

const refresh = (token: string | undefined): Promise<Response> =>
  oauth.refreshTokenGrantRequest(server, client, proof, token ?? '', insecure)

async function introspect(token: string | undefined): Promise<oauth.IntrospectionResponse> {
  const response = await oauth.introspectionRequest(server, client, proof, token ?? '', insecure)
  return await oauth.processIntrospectionResponse(server, client, response)
}

async function refused(response: Response, error: string, error_description: string): Promise<void> {
  const judged = oauth.processGenericTokenEndpointResponse(server, client, response)
  await rejects(judged, { code: oauth.RESPONSE_BODY_ERROR, status: 400, error, error_description })
}
