/** curl, as the README's commands use it: one token from several addresses of one machine, the three forms of a reply, headers that claim things. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import type { TestOrg } from '../../src/testing.ts'
import { authorizeAs } from './person.ts'
import { changeApp, history, openOrg } from './wire.ts'

const run = promisify(execFile)
type Curled = { readonly status: number; readonly type: string; readonly body: string }

/** Throws where curl itself failed; what a server refuses is a reply. */
async function curl(...options: readonly string[]): Promise<Curled> {
  const written = '\n%{http_code} %{content_type}'
  const { stdout } = await run('curl', [
    '--silent',
    '--show-error',
    '--noproxy',
    '*',
    '--write-out',
    written,
    ...options,
  ])
  const [, body = '', status = '', type = ''] = /^(.*)\n(\d{3}) (.*)$/s.exec(stdout) ?? []
  return { status: Number(status), type, body }
}

const refresh = (org: TestOrg, token: string, ...options: readonly string[]): Promise<Curled> =>
  curl(
    ...options,
    ...['--data-urlencode', `refresh_token=${token}`, '--data', 'grant_type=refresh_token'],
    ...['--data', `client_id=${org.client.consumerKey}`, '--data', `client_secret=${org.client.consumerSecret}`],
    `${org.url}/services/oauth2/token`,
  )

const allow = (org: TestOrg, address: string): Promise<void> =>
  changeApp(org, {
    oauthSecuritySettings: {
      enforceRefreshTokenIpAllowlist: true,
      tokenIpRanges: [{ startIpAddress: address, endIpAddress: address }],
    },
  })

const restricted = '{"error":"invalid_grant","error_description":"ip restricted by app developer"}'

before(async () => {
  const missing =
    'This test needs curl, which also runs the commands of the README. Install it (apt-get install curl) and run the test again.'
  await run('curl', ['--version']).catch((cause: unknown) => {
    throw new Error(missing, { cause })
  })
})

describe('curl', () => {
  test('SF-24, SF-50: bound to an address outside the allowlist it is refused, bound to one inside it is served with the same token', async () => {
    await using org = await openOrg()
    const { refresh_token } = await org.grant()
    await allow(org, '127.0.0.11')
    const refused = await refresh(org, refresh_token, '--interface', '127.0.0.99')
    deepEqual(refused, { status: 400, type: 'application/json;charset=UTF-8', body: restricted })
    const served = await refresh(org, refresh_token, '--interface', '127.0.0.11')
    equal(served.status, 200)
    const [second, first] = await history(org)
    deepEqual([first?.sourceIp, first?.status], ['127.0.0.99', 'Restricted IP'])
    deepEqual([second?.sourceIp, second?.status], ['127.0.0.11', 'Success'])
    match(
      first?.explained.join('\n') ?? '',
      /refresh-token-ip-allowlist: deny, 127\.0\.0\.99 is in none of the ranges of Test_App/,
    )
  })

  test('SF-14: format=xml answers XML, refusals included', async () => {
    await using org = await openOrg()
    const { refresh_token } = await org.grant()
    const served = await refresh(org, refresh_token, '--data', 'format=xml')
    equal(served.type, 'application/xml;charset=UTF-8')
    match(served.body, /^<\?xml version="1.0" encoding="UTF-8"\?><OAuth><access_token>00D.*<\/OAuth>$/s)
    const { body } = await refresh(org, 'unknown', '--data', 'format=xml')
    match(
      body,
      /<OAuth><error>invalid_grant<\/error><error_description>expired access\/refresh token<\/error_description>/,
    )
  })

  test('SF-14: Accept asks for form-encoding or XML, and the parameter beats it', async () => {
    await using org = await openOrg()
    const { refresh_token } = await org.grant()
    const asked = await refresh(org, refresh_token, '--header', 'Accept: application/x-www-form-urlencoded')
    equal(asked.type, 'application/x-www-form-urlencoded;charset=UTF-8')
    const fields = new URLSearchParams(asked.body)
    equal(fields.get('instance_url'), org.url)
    const next = fields.get('refresh_token') ?? ''
    const both = await refresh(org, next, '--header', 'Accept: application/xml', '--data', 'format=json')
    equal(JSON.parse(both.body).token_type, 'Bearer')
    equal((await refresh(org, 'unknown', '--header', 'Accept: application/xml')).type, 'application/xml;charset=UTF-8')
  })

  test('SF-13: a parameter given twice is refused, and the token is not spent', async () => {
    await using org = await openOrg()
    const { refresh_token } = await org.grant()
    const twice = await refresh(org, refresh_token, '--data', 'grant_type=refresh_token')
    deepEqual([twice.status, JSON.parse(twice.body).error], [400, 'invalid_request'])
    equal((await refresh(org, refresh_token)).status, 200)
  })

  test('SF-21: GET is refused, token or not', async () => {
    await using org = await openOrg()
    const { status, body } = await curl(`${org.url}/services/oauth2/token?grant_type=refresh_token`)
    deepEqual([status, JSON.parse(body).error], [400, 'invalid_request'])
  })
})

describe('a forwarding header from curl', () => {
  test('SF-10: that nobody vouches for changes nothing, and is recorded as a claim', async () => {
    await using org = await openOrg()
    const { refresh_token } = await org.grant()
    await allow(org, '127.0.0.11')
    for (const header of ['X-Forwarded-For: 127.0.0.11', 'Forwarded: for=127.0.0.11']) {
      const spoofed = await refresh(org, refresh_token, '--interface', '127.0.0.99', '--header', header)
      deepEqual([spoofed.status, spoofed.body], [400, restricted])
      const [entry] = await history(org)
      deepEqual([entry?.sourceIp, entry?.forwardedFor], ['127.0.0.99', header.replace(/^[^:]*: /, '')])
    }
    equal(
      (await refresh(org, refresh_token, '--interface', '127.0.0.11', '--header', 'X-Forwarded-For: 192.0.2.1')).status,
      200,
    )
  })

  test('SF-10: from a proxy that is trusted decides, in both directions', async () => {
    await using org = await openOrg({ configuration: { trustedProxies: ['127.0.0.1/32'] } })
    const { refresh_token } = await org.grant()
    await allow(org, '192.0.2.7')
    const away = await refresh(org, refresh_token, '--interface', '127.0.0.1', '--header', 'X-Forwarded-For: 192.0.2.8')
    equal(away.body, restricted)
    const bare = await refresh(org, refresh_token, '--interface', '127.0.0.1')
    equal(bare.body, restricted)
    const stranger = await refresh(
      org,
      refresh_token,
      '--interface',
      '127.0.0.2',
      '--header',
      'X-Forwarded-For: 192.0.2.7',
    )
    equal(stranger.body, restricted, 'another peer is no proxy')
    const behind = ['--interface', '127.0.0.1', '--header', 'X-Forwarded-For: 192.0.2.200, 192.0.2.7']
    equal((await refresh(org, refresh_token, ...behind)).status, 200, 'the nearest hop that is no proxy')
    deepEqual(
      (await history(org)).slice(0, 4).map(({ sourceIp }) => sourceIp),
      [...['192.0.2.7', '127.0.0.2', '127.0.0.1', '192.0.2.8']],
    )
  })
})

describe('the README’s way from nothing to a token', () => {
  test('a person consents in a browser, curl exchanges the code and revokes', async () => {
    await using org = await openOrg()
    const query = new URLSearchParams({
      ...{ response_type: 'code', client_id: org.client.consumerKey, redirect_uri: org.client.callbackUrl },
      ...{ code_challenge: 'HrEA9_Q56Mp8qZRAxQvZE92KA5muvx9LCKm-CieKE1k', scope: 'api refresh_token' },
    })
    const callback = await authorizeAs(org.user, `${org.url}/services/oauth2/authorize?${query.toString()}`)
    const exchanged = await curl(
      ...[
        '--user',
        `${org.client.consumerKey}:${org.client.consumerSecret}`,
        '--data',
        'grant_type=authorization_code',
      ],
      ...[
        '--data-urlencode',
        `code=${callback.searchParams.get('code')}`,
        '--data',
        `code_verifier=${'A'.repeat(171)}`,
      ],
      ...['--data-urlencode', `redirect_uri=${org.client.callbackUrl}`, `${org.url}/services/oauth2/token`],
    )
    const { refresh_token } = JSON.parse(exchanged.body)
    const revoke = ['--data-urlencode', `token=${refresh_token}`, `${org.url}/services/oauth2/revoke`]
    deepEqual([(await curl(...revoke)).status, (await curl(...revoke)).status], [200, 400])
  })
})
