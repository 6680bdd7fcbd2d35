/** What other real clients read of a reply or put into a request, done as their sources do it: omniauth, passport, @salesforce/core, the mobile SDKs. */
import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { TestOrg, Tokens } from '../../src/testing.ts'
import { authorizeAs } from './person.ts'
import { fieldsOf, history, openOrg, redeem, send } from './wire.ts'

let org: TestOrg
let tokens: Tokens
before(async () => {
  org = await openOrg()
  tokens = await org.grant()
})
after(() => org.close())

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })
const jsonOf = (text: string): any => JSON.parse(text) // oxlint-disable-line typescript/no-explicit-any -- whatever the server says

describe('omniauth-salesforce', () => {
  const signatureOf = (secret: string, { id = '', issued_at = '' }: Readonly<Record<string, string>>): string =>
    createHmac('sha256', secret)
      .update(id + issued_at)
      .digest('base64')

  test('SF-46: finds the signature of a reply genuine', () =>
    equal(tokens['signature'], signatureOf(org.client.consumerSecret, tokens)))

  test('SF-46: and that of a refresh', async () => {
    const { refresh_token } = await org.grant()
    const reply = fieldsOf(await redeem(org, refresh_token))
    equal(reply['signature'], signatureOf(org.client.consumerSecret, reply))
    notEqual(reply['signature'], signatureOf('another secret', reply))
  })

  test('SF-47: the check itself is that of the published vector', () => {
    const id = 'https://login.salesforce.com/id/00D000000000001EAA/005000000000001AAA'
    equal(signatureOf('s3cr3t', { id, issued_at: '1767225600000' }), 'UzOXxhR187G9hnqNNytuJfp4Tin3XCiv7YmcsG2rkTM=')
  })

  test('SF-123: POSTs to the identity URL and finds picture and names', async () => {
    const { status, text } = await send(tokens['id'] ?? '', { method: 'POST', headers: bearer(tokens.access_token) })
    const { photos, display_name, nick_name, user_id } = jsonOf(text)
    deepEqual([status, tokens['id']?.endsWith(user_id)], [200, true])
    ok(display_name && nick_name)
    const { status: drawn, type } = await send(photos.thumbnail)
    deepEqual([drawn, type], [200, 'image/svg+xml'])
  })
})

describe('passport-forcedotcom', () => {
  test('SF-298: GETs the identity URL on the host and port of instance_url, and finds where users are', async () => {
    const { host, protocol } = new URL(tokens['instance_url'] ?? '')
    const url = new URL(tokens['id'] ?? '')
    url.host = host
    url.protocol = protocol
    const { status, text } = await send(url.href, { headers: bearer(tokens.access_token) })
    equal(status, 200)
    match(jsonOf(text).urls.users, /\{version\}/)
  })

  test('SF-298: also where instance_url is another name of this server', async () => {
    await using named = await openOrg({ organization: { instanceUrl: 'https://acme.my.salesforce.example' } })
    const granted = await named.grant()
    equal(granted['instance_url'], 'https://acme.my.salesforce.example')
    const asked = { headers: { ...bearer(granted.access_token), host: 'acme.my.salesforce.example' } }
    const { status, text } = await send(`${named.url}${new URL(granted['id'] ?? '').pathname}`, asked)
    equal(status, 200)
    match(jsonOf(text).urls.users, /^https:\/\/acme\.my\.salesforce\.example\//)
  })
})

describe('@salesforce/core', () => {
  test('SF-121: after a login asks userinfo, then the User record for its Username', async () => {
    const headers = bearer(tokens.access_token)
    const { user_id } = jsonOf((await send(`${tokens['instance_url']}/services/oauth2/userinfo`, { headers })).text)
    const record = await send(`${tokens['instance_url']}/services/data/v51.0/sobjects/User/${user_id}`, { headers })
    deepEqual([record.status, jsonOf(record.text).Username], [200, org.user.username])
  })

  test('SF-296, SF-86: logs in with prompt=login, its three scopes and a random state, and reads both', async () => {
    const state = 'f00dfeed8844'
    const query = new URLSearchParams({
      ...{ prompt: 'login', scope: 'refresh_token api web', response_type: 'code', state },
      ...{ client_id: org.client.consumerKey, redirect_uri: org.client.callbackUrl },
      code_challenge: 'HrEA9_Q56Mp8qZRAxQvZE92KA5muvx9LCKm-CieKE1k', // SF-95; no method, as with jsforce
    })
    const callback = await authorizeAs(org.user, `${org.url}/services/oauth2/authorize?${query.toString()}`)
    equal(callback.searchParams.get('state'), state)
    equal(`${callback.origin}${callback.pathname}`, org.client.callbackUrl)
    match(callback.searchParams.get('code') ?? '', /^aPrx/)
  })

  test('SF-12: posts multipart/form-data, and is served', async () => {
    const { refresh_token } = await org.grant()
    const form = new FormData()
    form.set('grant_type', 'refresh_token')
    form.set('refresh_token', refresh_token)
    form.set('client_id', org.client.consumerKey)
    form.set('client_secret', org.client.consumerSecret)
    const response = await fetch(`${org.url}/services/oauth2/token`, { method: 'POST', body: form })
    deepEqual([response.status, Object.hasOwn(jsonOf(await response.text()), 'refresh_token')], [200, true])
  })
})

describe('the mobile SDKs', () => {
  const refreshOn = (path: string, token: string, stray: Readonly<Record<string, string>> = {}) => {
    const { consumerKey: client_id, consumerSecret: client_secret } = org.client
    const body = {
      grant_type: 'hybrid_refresh',
      refresh_token: token,
      client_id,
      client_secret,
      format: 'json',
      ...stray,
    }
    return send(`${org.url}${path}`, { body })
  }

  test('SF-13, SF-42: redeem by hybrid_refresh with a device id in the URL (Android)', async () => {
    const { refresh_token } = await org.grant()
    const reply = await refreshOn('/services/oauth2/token?device_id=1f2e3d', refresh_token)
    equal(reply.status, 200)
    const fields = fieldsOf(reply)
    for (const name of ['lightning_sid', 'visualforce_domain', 'content_domain', 'csrf_token', 'sidCookieName'])
      ok(name in fields, name)
    ok(fields['refresh_token'])
  })

  test('SF-13: or in the body, with a redirect_uri (iOS)', async () => {
    const { refresh_token } = await org.grant()
    const stray = { device_id: '1f2e3d', redirect_uri: org.client.callbackUrl }
    equal((await refreshOn('/services/oauth2/token', refresh_token, stray)).status, 200)
  })

  test('SF-300: read both fields of an error', async () => {
    const fields = fieldsOf(await refreshOn('/services/oauth2/token', 'unknown'))
    deepEqual(fields, { error: 'invalid_grant', error_description: 'expired access/refresh token' })
  })

  test('SF-115: revoke the older token of a user who logged in again, with their reason; the newer grant survives', async () => {
    const older = await org.grant()
    const newer = await org.grant()
    const body = { token: older.refresh_token, revoke_reason: 'refresh_token_rotated' }
    const revoked = await send(`${org.url}/services/oauth2/revoke`, { body })
    deepEqual([revoked.status, revoked.text], [200, ''])
    equal((await redeem(org, older.refresh_token)).status, 400)
    equal((await redeem(org, newer.refresh_token)).status, 200)
  })

  test('SF-116: a token that was rotated out is refused by revoke, and the family lives', async () => {
    const { refresh_token } = await org.grant()
    const next = fieldsOf(await redeem(org, refresh_token))['refresh_token'] ?? ''
    const revoked = await send(`${org.url}/services/oauth2/revoke`, { body: { token: refresh_token } })
    deepEqual([revoked.status, fieldsOf(revoked)['error']], [400, 'invalid_token'])
    equal((await redeem(org, next)).status, 200)
    equal((await history(org, '?decision=reuse')).length, 0)
  })
})
