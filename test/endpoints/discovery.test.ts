import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createLocalJWKSet, jwtVerify, SignJWT, generateKeyPair } from 'jose'
import { openEndpointOrg, organization, sync } from './endpoint-org.ts'

describe('discovery', () => {
  test('has the members of the published document in their order, and no more', async () => {
    await using org = await openEndpointOrg()
    const answer = await org.get('/.well-known/openid-configuration')
    equal(answer.headers.get('content-type'), 'application/json;charset=UTF-8')
    const at = (path: string) => org.origin + path
    deepEqual(
      Object.entries(answer.json).filter(([, value]) => typeof value === 'string'),
      [
        ['issuer', org.origin],
        ['authorization_endpoint', at('/services/oauth2/authorize')],
        ['token_endpoint', at('/services/oauth2/token')],
        ['revocation_endpoint', at('/services/oauth2/revoke')],
        ['userinfo_endpoint', at('/services/oauth2/userinfo')],
        ['jwks_uri', at('/id/keys')],
        ['registration_endpoint', at('/services/oauth2/register')],
        ['introspection_endpoint', at('/services/oauth2/introspect')],
      ],
    )
    deepEqual(Object.keys(answer.json).slice(8), [
      ...['scopes_supported', 'response_types_supported', 'subject_types_supported'],
      ...['id_token_signing_alg_values_supported', 'display_values_supported'],
      ...['token_endpoint_auth_methods_supported', 'claims_supported'],
    ])
    deepEqual([answer.json.scopes_supported.length, answer.json.scopes_supported[0]], [36, 'cdp_ingest_api'])
    deepEqual([answer.json.claims_supported.length, answer.json.claims_supported[0]], [24, 'active'])
    deepEqual(answer.json.response_types_supported, ['code', 'token', 'token id_token'])
  })

  test('tells of PKCE only where it is told to', async () => {
    await using org = await openEndpointOrg({ discovery: { advertisePkce: true } })
    const { json } = await org.get('/.well-known/openid-configuration')
    deepEqual(Object.entries(json).at(-1), ['code_challenge_methods_supported', ['S256']])
  })

  test('names the configured origin, whatever the Host header says', async () => {
    await using org = await openEndpointOrg({ publicUrl: 'https://login.example' })
    equal((await org.get('/.well-known/openid-configuration')).json.issuer, 'https://login.example')
  })

  test('tells OAuth clients of code and refresh grants and S256, unless that is switched off', async () => {
    const path = '/.well-known/oauth-authorization-server'
    await using org = await openEndpointOrg()
    const { json } = await org.get(path)
    deepEqual(
      [json.issuer, json.grant_types_supported, json.code_challenge_methods_supported],
      [org.origin, ['authorization_code', 'refresh_token'], ['S256']],
    )
    deepEqual(json.token_endpoint_auth_methods_supported, ['client_secret_post'])
    await using exact = await openEndpointOrg({ discovery: { rfc8414: false } })
    equal((await exact.get(path)).status, 404)
  })

  test('has public login settings for mobile clients', async () => {
    await using org = await openEndpointOrg()
    const { json } = await org.get('/.well-known/auth-configuration')
    deepEqual([json.OrganizationId, json.Url], [organization, org.origin])
    equal(json.MobileSDK.UseiOSNativeBrowserForAuthentication, false)
    equal(json.LoginPage.LoginPageUrl, `${org.origin}/login`)
  })
})

describe('/id/keys', () => {
  test('verifies the id_tokens that this org signs, and no others', async () => {
    await using org = await openEndpointOrg()
    const answer = await org.get('/id/keys')
    match(answer.headers.get('cache-control') ?? '', /^public, max-age=\d+$/)
    equal(JSON.stringify(answer.json).includes('"d"'), false)
    const keys = createLocalJWKSet(answer.json)
    const { refresh } = await org.grant()
    const { body } = await org.refresh(refresh)
    const expected = { issuer: org.origin, audience: sync.key, currentDate: new Date(org.parts.clock()) }
    const { payload } = await jwtVerify(body['id_token'] ?? '', keys, expected)
    equal(payload.sub, body['id'])
    const { privateKey } = await generateKeyPair('RS256')
    const forged = await new SignJWT({}).setProtectedHeader({ alg: 'RS256' }).sign(privateKey)
    const verdict = await jwtVerify(forged, keys).then(
      () => 'accepted',
      () => 'refused',
    )
    equal(verdict, 'refused')
  })
})

describe('health', () => {
  test('is alive, and ready while the store can be read', async () => {
    await using org = await openEndpointOrg()
    deepEqual((await org.get('/healthz')).json, { status: 'ok' })
    const ready = await org.get('/readyz')
    deepEqual([ready.status, ready.json], [200, { status: 'ready' }])
    await org.parts.storage.close()
    const after = await org.get('/readyz')
    deepEqual([after.status, after.json.status], [503, 'not ready'])
    equal((await org.get('/healthz')).status, 200)
  })

  test('counts token requests by flow and decision, and shows figures of the process', async () => {
    await using org = await openEndpointOrg()
    org.metrics.tokenOutcome('refresh_token', 'allowed')
    org.metrics.tokenOutcome('refresh_token', 'allowed')
    const answer = await org.get('/metrics')
    match(answer.headers.get('content-type') ?? '', /^text\/plain/)
    match(answer.text, /^sallyport_org_token_requests_total\{flow="refresh_token",decision="allowed"\} 2$/m)
    match(answer.text, /^process_resident_memory_bytes \d+$/m)
    match(answer.text, /^process_cpu_seconds_total [\d.]+$/m)
  })

  test('keeps a bounded number of series, whatever it is told', async () => {
    await using org = await openEndpointOrg()
    for (let n = 0; n < 500; n += 1) org.metrics.tokenOutcome('flow', `decision ${n}`)
    const { text } = await org.get('/metrics')
    equal(text.match(/^sallyport_org_token_requests_total\{/gm)?.length, 201)
    match(text, /flow="other",decision="other"\} 300$/m)
  })
})
