import { deepEqual, doesNotMatch, equal, match, notEqual } from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startOrg, type TestOrg } from '../../src/testing.ts'
import { call, redeem } from './call.ts'

describe('apps over the admin API', () => {
  let org: TestOrg
  let nth = 0
  before(async () => {
    org = await startOrg()
  })
  after(() => org.close())
  const app = (about: object = {}) => ({ name: `App_${(nth += 1)}`, contactEmail: 'owner@test.example', ...about })
  const make = (about: object = {}) => call(org, '/apps', { body: app(about) })
  const messages = (body: { faults: { path: string; message: string; next: string }[] }) =>
    body.faults.map(({ path, message, next }) => `${path} ${message} ${next}`).join('\n')

  test('an app is made with a key and a secret of its own; the secret is told once', async () => {
    const { status, body } = await make({ label: 'Mine' })
    equal(status, 201)
    match(body.globalOauthSettings.consumerKey, /^3MVG9[A-Za-z0-9._-]{40,}$/)
    match(body.consumerSecret, /^[A-Za-z0-9._-]{32,}$/)
    for (const path of ['/apps', `/apps/${body.name}`, '/setup-audit-trail'])
      doesNotMatch(JSON.stringify((await call(org, path)).body), new RegExp(body.consumerSecret))
  })

  test('a secret that was given is in no later reply either', async () => {
    const canary = 'CANARY7f3a'
    const { status, body } = await make({ globalOauthSettings: { consumerSecret: canary } })
    deepEqual([status, body.consumerSecret], [201, canary])
    for (const path of ['/apps', `/apps/${body.name}`, '/setup-audit-trail'])
      doesNotMatch(JSON.stringify((await call(org, path)).body), new RegExp(canary))
  })

  test('SF-318: a connected app is not created', async () => {
    const { status, body } = await make({ kind: 'connectedApp' })
    deepEqual([status, body.code], [422, 'CONNECTED_APP_NOT_CREATABLE'])
  })

  const bad: Record<string, [object, RegExp]> = {
    'an unknown key, with the nearest known one': [
      { globalOauthSettings: { isPkceRequierd: true } },
      /Did you mean isPkceRequired\?/,
    ],
    'an unknown value, with the known ones': [
      { oauthConfigurablePolicies: { ipRelaxationPolicyType: 'Relaxed' } },
      /known are Enforce, Enforce_RelaxRefresh, Bypass_2factor, Bypass/,
    ],
    'a wrong type': [{ globalOauthSettings: { isPkceRequired: 'yes' } }, /true or false is expected/],
    'SF-84: http to another machine': [
      { globalOauthSettings: { callbackUrl: 'http://app.example/cb' } },
      /is http to another machine/,
    ],
    'SF-84: a scheme that runs scripts': [
      { globalOauthSettings: { callbackUrl: 'javascript:alert(1)' } },
      /never allowed/,
    ],
    ...Object.fromEntries(
      ['ftp://app.example/cb', 'wss://app.example/cb', 'mailto:owner@app.example', 'tel:+1555'].map((callbackUrl) => [
        `SF-84: a scheme that is a protocol and no app (${callbackUrl})`,
        [{ globalOauthSettings: { callbackUrl } }, /which is a protocol and no app.*Use https, http for localhost/],
      ]),
    ),
    'SF-83: too many characters of callbacks': [
      {
        globalOauthSettings: {
          callbackUrl: Array.from({ length: 60 }, (_, i) => `https://app.example/callback/number/${i}`).join('\n'),
        },
      },
      /may have 2000/,
    ],
    'SF-04: a secret that an auth URL cannot carry': [
      { globalOauthSettings: { consumerSecret: 'pass word:' } },
      /cannot have/,
    ],
    'SF-206: an inactivity period beyond the idle limit': [
      {
        oauthConfigurablePolicies: {
          refreshTokenPolicyType: 'SpecificInactivity',
          refreshTokenValidityPeriod: 60,
          refreshTokenValidityUnit: 'Days',
        },
      },
      /oauthConfigurablePolicies\.refreshTokenValidityPeriod is longer than the 30-day idle limit/,
    ],
    'a certificate that is none': [{ globalOauthSettings: { certificate: 'MIIB' } }, /is no X\.509 certificate/],
    'a secret from the server’s own environment': [
      { globalOauthSettings: { consumerSecret: { env: 'PATH' } } },
      /a text is expected/,
    ],
  }
  for (const [what, [about, words]] of Object.entries(bad))
    test(`${what} is refused`, async () => {
      const { status, body } = await make(about)
      deepEqual([status, body.code], [422, 'OBJECT_INVALID'])
      match(messages(body), words)
    })

  test('an unknown scope survives', async () => {
    const { body } = await make({ oauthSettings: { commaSeparatedOauthScopes: 'Api, BrandNew' } })
    equal((await call(org, `/apps/${body.name}`)).body.oauthSettings.commaSeparatedOauthScopes, 'Api, BrandNew')
  })

  test('custom schemes and several callbacks are accepted', async () => {
    const callbackUrl =
      'https://app.example/cb\nhttp://localhost:1717/OauthRedirect\ncursor://oauth\ncom.example.app:/done\nftpbrowser://done'
    equal((await make({ globalOauthSettings: { callbackUrl } })).status, 201)
  })

  test('a name and a consumer key are taken once', async () => {
    const { body } = await make()
    const again = await call(org, '/apps', { body: { name: body.name, contactEmail: 'x@y.example' } })
    deepEqual([again.status, again.body.code], [409, 'NAME_TAKEN'])
    const sameKey = await make({ globalOauthSettings: { consumerKey: body.globalOauthSettings.consumerKey } })
    deepEqual([sameKey.status, sameKey.body.code], [409, 'CONSUMER_KEY_TAKEN'])
  })

  test('a patch merges, null removes, and a stale editor gets 412', async () => {
    const { body } = await make({ label: 'Old', description: 'gone soon' })
    const read = await call(org, `/apps/${body.name}`)
    const patch = { label: 'New', description: null, globalOauthSettings: { isPkceRequired: false } }
    const changed = await call(org, `/apps/${body.name}`, { method: 'PATCH', body: patch, ifMatch: read.etag ?? '' })
    deepEqual([changed.status, changed.body.label, changed.body.description], [200, 'New', undefined])
    equal(changed.body.globalOauthSettings.consumerKey, body.globalOauthSettings.consumerKey)
    const stale = await call(org, `/apps/${body.name}`, { method: 'PATCH', body: patch, ifMatch: read.etag ?? '' })
    equal(stale.status, 412)
  })

  test('a patch changes neither the name nor the secret', async () => {
    const { body } = await make()
    const patch = { name: 'Other', globalOauthSettings: { consumerSecret: 'abc' } }
    const { status, body: problem } = await call(org, `/apps/${body.name}`, { method: 'PATCH', body: patch })
    equal(status, 422)
    match(messages(problem), /name cannot be changed/)
    match(messages(problem), /rotate-consumer-secret/)
  })

  test('SF-213: rotating the secret ends every grant, and the old secret stops working', async () => {
    const { refresh_token } = await org.grant()
    const rotated = await call(org, `/apps/${org.client.name}/rotate-consumer-secret`, { method: 'POST' })
    deepEqual([rotated.status, rotated.body.grantsEnded >= 1], [200, true])
    equal((await redeem(org, refresh_token)).body.error_description, 'invalid client credentials')
    const { status, body } = await redeem(org, refresh_token, { secret: rotated.body.consumerSecret })
    deepEqual([status, body.error], [400, 'invalid_grant'])
    const grant = (await org.grant()).refresh_token
    equal((await redeem(org, grant, { secret: rotated.body.consumerSecret })).status, 200)
  })

  test('a removed app ends its grants, and one made anew under its name does not revive them', async () => {
    const other = await make({
      globalOauthSettings: { callbackUrl: 'http://localhost/' },
      oauthSettings: { commaSeparatedOauthScopes: 'Api, RefreshToken' },
    })
    const { name } = other.body
    await org.grant({ app: name })
    equal((await call(org, `/apps/${name}`, { method: 'DELETE' })).status, 204)
    equal((await call(org, `/apps/${name}`)).status, 404)
    equal((await call(org, '/apps', { body: { name, contactEmail: 'a@b.example' } })).status, 201)
    const { body } = await call(org, `/oauth-usage?app=${name}&ended=true`)
    deepEqual(
      body.grants.map((each: { ended: string }) => each.ended),
      ['revoked'],
    )
    notEqual((await call(org, `/apps/${name}`)).body.system.version, other.body.system.version)
  })

  test('pages follow one another by their cursors and show each app once', async () => {
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const { body } = await call(org, `/apps?limit=3${cursor && `&cursor=${cursor}`}`)
      seen.push(...body.apps.map(({ name }: { name: string }) => name))
      cursor = body.next
    }
    equal(new Set(seen).size, seen.length)
    equal(seen.length > 3, true)
  })

  const badQueries = {
    'limit=0': /at least 1/,
    'limit=201': /at most 200/,
    'limit=x': /whole number/,
    'cursor=zzz': /no cursor/,
    'limt=3': /Did you mean limit/,
  }
  for (const [query, words] of Object.entries(badQueries))
    test(`the query ${query} is refused`, async () => {
      const { status, body } = await call(org, `/apps?${query}`)
      deepEqual([status, body.code], [400, 'QUERY_INVALID'])
      match(messages(body), words)
    })

  test('no token, another token and another scheme are 401', async () => {
    const ask = (authorization?: string) =>
      fetch(`${org.url}/admin/v1/apps`, { headers: authorization === undefined ? {} : { authorization } })
    for (const header of [undefined, 'Bearer wrong', `Basic ${org.adminToken}`, `Bearer ${org.adminToken}x`])
      deepEqual([(await ask(header)).status, (await ask(header)).headers.get('www-authenticate')], [401, 'Bearer'])
  })

  test('malformed JSON is 400 and another type 415, both as problem details', async () => {
    const send = (type: string, body: string) =>
      fetch(`${org.url}/admin/v1/apps`, {
        method: 'POST',
        body,
        headers: { 'authorization': `Bearer ${org.adminToken}`, 'content-type': type },
      })
    const malformed = await send('application/json', '{"name":')
    deepEqual(
      [malformed.status, malformed.headers.get('content-type')],
      [400, 'application/problem+json; charset=utf-8'],
    )
    equal((await send('text/plain', 'x')).status, 415)
    equal((await send('application/json', `"${'x'.repeat(300_000)}"`)).status, 413)
  })
})
