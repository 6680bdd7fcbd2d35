import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { secret } from '../../src/values/secret.ts'
import { openService, openServiceScene, statusUnder, type Answer, type ServiceScene } from './service-scene.ts'

const code = ({ status, body }: Answer): string => `${status} ${body?.code}`

/** Whether the org takes it. */
const serves = async (url: string, token: string): Promise<boolean> =>
  (await fetch(`${url}/services/oauth2/userinfo`, { headers: { authorization: `Bearer ${token}` } })).status === 200

describe('the keeper over HTTP', () => {
  let scene: ServiceScene
  before(async () => {
    scene = await openServiceScene()
    await scene.adopt('canary')
  })
  after(async () => await scene[Symbol.asyncDispose]())

  test('hands out an access token that the org takes, and tells nobody to store it', async () => {
    const answer = await scene.ask('/v1/connections/canary/access-token', { method: 'POST' })
    deepEqual([answer.status, answer.headers.get('cache-control')], [200, 'no-store'])
    deepEqual(Object.keys(answer.body), ['access_token', 'instance_url', 'expires_at', 'generation'])
    ok(await serves(scene.org.url, answer.body.access_token))
    ok(Date.parse(answer.body.expires_at) > Date.now())
  })

  test('hands out another one where the org has answered 401', async () => {
    const first = await scene.ask('/v1/connections/canary/access-token', { method: 'POST' })
    const refused = first.body.access_token
    const second = await scene.ask('/v1/connections/canary/access-token', { body: { refused } })
    ok(second.body.access_token !== refused)
    equal(second.body.generation, first.body.generation + 1)
  })

  test('verifies by one real exchange, and shows no token', async () => {
    const seen = await scene.ask('/v1/connections/canary')
    const verified = await scene.ask('/v1/connections/canary/verify', { method: 'POST' })
    deepEqual(Object.keys(verified.body), ['instance_url', 'expires_at', 'generation', 'egress'])
    equal(verified.body.generation, seen.body.generation + 1)
  })

  test('shows a connection without its tokens', async () => {
    const { status, body, text } = await scene.ask('/v1/connections/canary')
    equal(status, 200)
    deepEqual([body.id, body.app, body.state, body.login_url], ['canary', 'nightly', 'alive', scene.org.url])
    match(body.next_due_at, /^\d{4}-/)
    ok(Date.parse(body.idle_at) > Date.now())
    ok(!text.includes(scene.org.client.consumerSecret))
  })

  test('shows an app without its secret, and replaces it as a whole', async () => {
    const { body } = await scene.ask('/v1/apps/nightly')
    deepEqual([body.name, body.has_secret, body.redirect_uri], ['nightly', true, null])
    const app = { login_url: scene.org.url, client_id: 'another' }
    const made = await scene.ask('/v1/apps/spare', {
      method: 'PUT',
      body: { ...app, redirect_uri: 'http://localhost/cb' },
    })
    deepEqual([made.body.has_secret, made.body.redirect_uri], [false, 'http://localhost/cb'])
    equal((await scene.ask('/v1/apps/spare', { method: 'PUT', body: app })).body.redirect_uri, null)
    const names = (await scene.ask('/v1/apps?limit=1')).body
    deepEqual([names.apps.length, names.apps[0].name], [1, 'nightly'])
    deepEqual((await scene.ask(`/v1/apps?cursor=${names.next}`)).body.apps[0].name, 'spare')
    equal((await scene.ask('/v1/apps/spare', { method: 'DELETE' })).status, 204)
    equal(code(await scene.ask('/v1/apps/spare')), '404 UNKNOWN_APP')
  })

  test('keeps an app that a connection uses', async () =>
    equal(code(await scene.ask('/v1/apps/nightly', { method: 'DELETE' })), '409 APP_IN_USE'))

  test('lists by id, page by page, and by state', async () => {
    await scene.adopt('bell')
    const first = (await scene.ask('/v1/connections?limit=1')).body
    deepEqual([first.connections.length, first.connections[0].id], [1, 'bell'])
    const second = (await scene.ask(`/v1/connections?limit=1&cursor=${first.next}`)).body
    deepEqual([second.connections[0].id, second.next], ['canary', null])
    equal((await scene.ask('/v1/connections?state=in-doubt')).body.connections.length, 0)
    equal((await scene.ask('/v1/connections?state=alive')).body.connections.length, 2)
    equal((await scene.ask('/v1/connections?app=other')).body.connections.length, 0)
    equal(code(await scene.ask('/v1/connections?cursor=nonsense')), '400 QUERY_INVALID')
    equal(code(await scene.ask('/v1/connections?state=sleepy')), '400 QUERY_INVALID')
  })

  test('revokes at the org what it forgets', async () => {
    await scene.adopt('leaving')
    const token = (await scene.ask('/v1/connections/leaving/access-token', { method: 'POST' })).body.access_token
    deepEqual((await scene.ask('/v1/connections/leaving', { method: 'DELETE' })).body, { revoked: true })
    equal(await serves(scene.org.url, token), false)
    equal(code(await scene.ask('/v1/connections/leaving')), '404 UNKNOWN_CONNECTION')
  })

  const refusals: Readonly<
    Record<string, readonly [path: string, ask: Parameters<ServiceScene['ask']>[1], code: string]>
  > = {
    'an unknown connection': ['/v1/connections/nobody', {}, '404 UNKNOWN_CONNECTION'],
    'the token of an unknown connection': [
      '/v1/connections/nobody/access-token',
      { method: 'POST' },
      '404 UNKNOWN_CONNECTION',
    ],
    'a name that is none': [`/v1/connections/${encodeURIComponent('../x')}`, {}, '404 UNKNOWN_CONNECTION'],
    'a token for an unknown app': [
      '/v1/connections',
      { body: { id: 'a', app: 'none', refresh_token: 'x' } },
      '404 UNKNOWN_APP',
    ],
    'a connection that is there': [
      '/v1/connections',
      { body: { id: 'canary', app: 'nightly', refresh_token: 'x' } },
      '409 CONNECTION_EXISTS',
    ],
    'L-48: a token of an older generation': [
      '/v1/connections',
      { body: { id: 'canary', app: 'nightly', refresh_token: 'x', replaces: 1 } },
      '409 STALE_TOKEN',
    ],
    'a connection whose name is none': [
      '/v1/connections',
      { body: { id: 'a b', app: 'nightly', refresh_token: 'x' } },
      '422 INVALID',
    ],
    'an app whose login host would see tokens in the clear': [
      '/v1/apps/clear',
      { method: 'PUT', body: { login_url: 'http://login.salesforce.com', client_id: 'x' } },
      '422 INVALID',
    ],
    'a field that nobody knows': ['/v1/connections', { body: { id: 'a', tenant: 'rival' } }, '422 BODY_INVALID'],
    'a body that is no JSON': ['/v1/connections', { body: '{' }, '400 REQUEST_MALFORMED'],
    'a body that is too large': ['/v1/connections', { body: { id: 'x'.repeat(300_000) } }, '413 BODY_TOO_LARGE'],
    'no token': ['/v1/connections', { token: null }, '401 TOKEN_MISSING'],
    'another token': ['/v1/connections', { token: 'sp_keeper_guess' }, '401 TOKEN_WRONG'],
    'what there is not': ['/v1/nothing', {}, '404 NOT_FOUND'],
  }
  for (const [what, [path, ask, expected]] of Object.entries(refusals))
    test(`refuses ${what}, and says what to do next`, async () => {
      const answer = await scene.ask(path, ask)
      equal(code(answer), expected)
      match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/)
      ok(answer.body.next.length > 0 && answer.body.detail !== '')
    })

  test('says of a body what is to be written, and of one that is no JSON how to find the place', async () => {
    const missing = await scene.ask('/v1/connections', { body: { id: 'a' } })
    match(missing.body.next.join(' '), /Add app, a text: .* Add refresh_token, a text/)
    const broken = await scene.ask('/v1/connections', { body: '{' })
    match(broken.body.next.join(' '), /Send one JSON value in UTF-8.* jq \. FILE/)
  })

  test('what is in doubt says when to ask again, and why', async () => {
    await scene.adopt('doubtful')
    scene.org.faults.add({ kind: 'drop-response' }, { times: 1 })
    const first = await scene.ask('/v1/connections/doubtful/access-token', { method: 'POST' })
    equal(code(first), '503 IN_DOUBT')
    ok(first.body.explanations.length > 0)
    const second = await scene.ask('/v1/connections/doubtful/access-token', { method: 'POST' })
    equal(code(second), '503 IN_DOUBT')
    ok(Number(second.headers.get('retry-after')) > 0)
    ok(Date.parse(second.body.retry_at) > Date.now())
    equal((await scene.ask('/v1/connections?state=in-doubt')).body.connections[0].id, 'doubtful')
  })

  test('tells a probe that it is alive and ready, and Prometheus its figures without any name', async () => {
    equal((await scene.ask('/healthz', { token: null })).body.status, 'ok')
    equal((await scene.ask('/readyz', { token: null })).body.status, 'ready')
    const { text } = await scene.ask('/metrics', { token: null })
    match(text, /sallyport_keeper_connections\{state="alive"\} \d/)
    match(text, /sallyport_keeper_exchanges_total\{outcome="rotated"\} \d/)
    match(text, /sallyport_keeper_spool_places 64/)
    match(text, /sallyport_keeper_oldest_due_seconds \d/)
    ok(!/canary|rival|default|nightly/.test(text), text)
  })

  test('tells its figures to no page whose name was led to the loopback', async () => {
    equal(await statusUnder('evil.example', `${scene.service.url}/metrics`), 421)
    equal(await statusUnder('evil.example', `${scene.service.url}/readyz`), 421)
    equal(await statusUnder('localhost', `${scene.service.url}/metrics`), 200)
  })

  test('describes every route', async () => {
    const { body } = await scene.ask('/v1/openapi.json', { token: null })
    equal(body.openapi, '3.1.0')
    ok(body.paths['/v1/connections/{id}/access-token'].post.responses['200'])
  })
})

describe('the token of the service', () => {
  test('is made at the first start and kept from then on, for its owner alone', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'keeper-token-'))
    t.after(async () => await rm(folder, { recursive: true }))
    const first = await openService(folder)
    await first.close()
    const second = await openService(folder)
    await second.close()
    deepEqual([first.token.origin, second.token.origin], ['new', 'kept'])
    equal((await readFile(join(folder, 'keeper-token'), 'utf8')).trim(), second.token.token.expose())
    equal((await stat(join(folder, 'keeper-token'))).mode & 0o777, 0o600)
  })

  test(
    'is of no use to whoever keeps a connection in store: the service stops without him',
    { timeout: 5000 },
    async (t) => {
      const folder = await mkdtemp(join(tmpdir(), 'keeper-stop-'))
      t.after(async () => await rm(folder, { recursive: true }))
      const service = await openService(folder)
      const stored = connect(Number(new URL(service.url).port), '127.0.0.1').resume()
      await once(stored, 'connect')
      await service.close()
      stored.destroy()
    },
  )

  test('is the configured one where there is one, and nothing is kept', async () => {
    await using scene = await openServiceScene({ token: secret('a-token-of-more-than-32-characters') })
    equal(scene.service.token.origin, 'given')
    equal((await scene.ask('/v1/apps')).status, 200)
    equal((await stat(join(scene.folder, 'keeper-token')).catch(() => undefined)) === undefined, true)
  })

  test('configured apps are there from the first start on', async () => {
    await using scene = await openServiceScene({
      apps: [
        { name: 'nightly', loginUrl: 'https://login.salesforce.com', clientId: 'abc' },
        { name: 'nightly', tenant: 'rival', loginUrl: 'https://test.salesforce.com', clientId: 'def' },
      ],
    })
    deepEqual((await scene.ask('/v1/apps/nightly')).body.client_id, 'abc')
  })
})
