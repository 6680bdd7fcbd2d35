import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { days, hours } from '../../src/values/time.ts'
import { ada, openEndpointOrg, organization, other, sync, type EndpointOrg } from './endpoint-org.ts'

const path = '/services/oauth2/introspect'
const asSync = { client_id: sync.key, client_secret: sync.secret }
const asOther = { client_id: other.key, client_secret: other.secret }
const ask = async (org: EndpointOrg, token: string, client: Record<string, string> = asSync) =>
  (await org.post(path, { token, ...client })).json
const dead = { active: false }

describe('introspection', () => {
  test('tells of an access token all that Salesforce tells', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    const at = org.parts.clock() / 1000
    deepEqual(await ask(org, access), {
      ...{ active: true, scope: 'api refresh_token openid id', client_id: sync.key, username: ada.username },
      ...{ sub: `${org.origin}/id/${organization}/${ada.id}`, token_type: 'access_token' },
      ...{ exp: at + 7200, iat: at, nbf: at },
    })
  })

  test('tells of a refresh token when it ends without further use', async () => {
    await using org = await openEndpointOrg()
    const { refresh } = await org.grant()
    const at = org.parts.clock()
    org.advance(days(3))
    const told = await ask(org, refresh)
    deepEqual([told.active, told.token_type], [true, 'refresh_token'])
    deepEqual([told.iat, told.exp], [at / 1000, (at + days(30)) / 1000]) // the idle limit comes before the fixed life
  })

  test('leaves exp out where nothing ends the refresh token', async () => {
    await using org = await openEndpointOrg()
    org.app({}, { refreshTokenPolicyType: 'Infinite', isEnforceRefreshTokenTTL: false })
    const { refresh } = await org.grant()
    const told = await ask(org, refresh)
    deepEqual([told.active, 'exp' in told], [true, false])
  })

  test('spends nothing and is no use: the token is as it was, and its idle clock runs on', async () => {
    await using org = await openEndpointOrg()
    const { refresh } = await org.grant()
    const before = await org.rows('SELECT * FROM grants')
    org.advance(days(29))
    for (let n = 0; n < 3; n += 1) await ask(org, refresh)
    deepEqual(await org.rows('SELECT * FROM grants'), before)
    org.advance(days(2))
    deepEqual(await ask(org, refresh), dead)
  })

  test('calls a refresh token inactive that its policy would refuse, and does not end it', async () => {
    await using org = await openEndpointOrg()
    const { refresh } = await org.grant()
    org.advance(days(31))
    deepEqual(await ask(org, refresh), dead)
    deepEqual(await org.rows('SELECT ended FROM grants'), [{ ended: null }])
    org.app({}, { isEnforceRefreshTokenTTL: false })
    equal((await ask(org, refresh)).active, true)
  })

  test('calls a superseded refresh token inactive, is no replay, and knows its successor', async () => {
    await using org = await openEndpointOrg()
    const { refresh } = await org.grant()
    const rotated = await org.refresh(refresh)
    deepEqual(await ask(org, refresh), dead)
    equal((await ask(org, rotated.body['refresh_token'] ?? '')).active, true)
    equal((await org.refresh(rotated.body['refresh_token'] ?? '')).status, 200)
  })

  test('never renews an access token', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    org.advance(hours(1.9))
    equal((await ask(org, access)).active, true)
    org.advance(hours(0.1))
    deepEqual(await ask(org, access), dead)
  })

  test('calls dead whatever is expired, revoked, junk, or of an inactive user or app', async () => {
    await using org = await openEndpointOrg()
    const revoked = await org.grant()
    await org.post('/services/oauth2/revoke', { token: revoked.refresh })
    for (const token of [revoked.access, revoked.refresh, 'something', `${revoked.access}x`])
      deepEqual(await ask(org, token), dead, token.slice(0, 20))
    const { access, refresh } = await org.grant()
    await org.execute('UPDATE users SET is_active = 0')
    deepEqual([await ask(org, access), await ask(org, refresh)], [dead, dead])
  })

  test("shows an app its own tokens only, unless it may introspect everybody's", async () => {
    await using org = await openEndpointOrg()
    const mine = await org.grant()
    const theirs = await org.grant({ app: other.name })
    deepEqual([await ask(org, mine.access, asOther), await ask(org, mine.refresh, asOther)], [dead, dead])
    deepEqual(await ask(org, theirs.access), dead)
    org.app({ isIntrospectAllTokens: true })
    const seen = await ask(org, theirs.access)
    deepEqual([seen.active, seen.client_id], [true, other.key])
  })

  test('asks for the client and its secret', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    const refusals = {
      'no client': [{}, 'invalid_client_id'],
      'no secret': [{ client_id: sync.key }, 'invalid_client'],
      'a wrong secret': [{ ...asSync, client_secret: 'x' }, 'invalid_client'],
    } as const
    for (const [what, [client, error]] of Object.entries(refusals)) {
      const answer = await org.post(path, { token: access, ...client })
      deepEqual([answer.status, answer.json.error], [400, error], what)
    }
    equal((await org.post(path, asSync)).json.error, 'invalid_request')
    const basic = `Basic ${Buffer.from(`${sync.key}:${sync.secret}`).toString('base64')}`
    equal((await org.post(path, { token: access }, { authorization: basic })).json.active, true)
  })

  test('takes a client without a secret where the app has it optional', async () => {
    await using org = await openEndpointOrg()
    org.app({ isConsumerSecretOptional: true })
    const { access } = await org.grant()
    equal((await ask(org, access, { client_id: sync.key })).active, true)
  })

  test('is refused for an app that is switched off', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    org.app({ isEnabled: false })
    equal((await ask(org, access)).error, 'invalid_client_id')
  })
})
