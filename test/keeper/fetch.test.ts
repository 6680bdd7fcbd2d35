/** Requests with a connection's access token: to its own hosts, and what becomes of them. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { after, before, describe, test, type TestContext } from 'node:test'
import type { Keeper } from '../../src/keeper/keeper-face.ts'
import type { KeeperError } from '../../src/keeper/keeper-error.ts'
import { secret } from '../../src/values/secret.ts'
import { startTestGateway } from '../gateway/kit.ts'
import { openScene, type Scene } from './scene.ts'

type Heard = {
  readonly method: string
  readonly url: string
  readonly token: string
  readonly type: string
  readonly body: string
}
type Instance = { readonly url: string; readonly heard: readonly Heard[] }

/** In the place of a Salesforce instance: answers as the test wants, and remembers what it heard. */
async function instance(
  t: Pick<TestContext, 'after'>,
  answer: (request: IncomingMessage, response: ServerResponse, heard: Heard) => void,
): Promise<Instance> {
  const heard: Heard[] = []
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const said = {
        method,
        url,
        token: headers.authorization ?? '',
        type: headers['content-type'] ?? '',
        body: Buffer.concat(chunks).toString(),
      }
      heard.push(said)
      answer(request, response, said)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return { url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`, heard }
}

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
const over = [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }]

/** A connection whose login host and instance are this server; its token is the one that is said. */
async function adopt(
  keeper: Keeper,
  loginUrl: string,
  { id = 'acme', instanceUrl = loginUrl, token = 'access-token-0' } = {},
): Promise<void> {
  await keeper.saveApp({ name: `app-of-${id}`, loginUrl, clientId: 'key' })
  await keeper.adopt({
    id,
    app: `app-of-${id}`,
    refreshToken: secret('refresh-token-0'),
    accessToken: secret(token),
    instanceUrl,
  })
}

const refused = (text: RegExp) => (error: KeeperError) => {
  equal(error.code, 'HOST_NOT_ALLOWED', error.message)
  match(error.message, text)
  return true
}

describe('fetch', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene()
  })
  after(async () => await scene[Symbol.asyncDispose]())

  test('asks a real org with a live token', async () => {
    const answer = await scene.keeper.fetch('canary', '/services/data')
    equal(answer.status, 200)
    ok(Array.isArray(await answer.json()))
    match(answer.headers.get('content-type') ?? '', /json/)
    equal(answer.url, `${scene.org.url}/services/data`)
  })

  test('hands on method, headers and body, and what it makes of a form', async (t) => {
    const server = await instance(t, (_request, response) => response.writeHead(204).end())
    await adopt(scene.keeper, server.url, { id: 'hands-on' })
    const answer = await scene.keeper.fetch('hands-on', '/sobjects/Case?x=1#here', {
      method: 'PATCH',
      body: '{"a":"ä"}',
      headers: { 'Content-Type': 'application/json' },
    })
    equal(answer.status, 204)
    equal(answer.body, null)
    await scene.keeper.fetch('hands-on', 'relative', { method: 'POST', body: new URLSearchParams({ a: 'b c' }) })
    const stream = new Blob(['in ', 'pieces']).stream()
    await scene.keeper.fetch('hands-on', `${server.url}/whole`, { method: 'PUT', body: stream })
    deepEqual(server.heard, [
      {
        method: 'PATCH',
        url: '/sobjects/Case?x=1',
        token: 'Bearer access-token-0',
        type: 'application/json',
        body: '{"a":"ä"}',
      },
      {
        method: 'POST',
        url: '/relative',
        token: 'Bearer access-token-0',
        type: 'application/x-www-form-urlencoded;charset=UTF-8',
        body: 'a=b+c',
      },
      { method: 'PUT', url: '/whole', token: 'Bearer access-token-0', type: '', body: 'in pieces' },
    ])
  })

  test('P-28: never sends the token to another origin, however the URL is written', async (t) => {
    const elsewhere = await instance(t, (_request, response) => json(response, 200, {}))
    const server = await instance(t, (_request, response) => json(response, 200, {}))
    await adopt(scene.keeper, server.url, { id: 'stays' })
    const { port } = new URL(server.url)
    const urls = [
      elsewhere.url,
      `//${new URL(elsewhere.url).host}/x`,
      `/\\${new URL(elsewhere.url).host}/x`,
      `http://127.0.0.1:${port}@${new URL(elsewhere.url).host}/`,
      `http://user:pass@127.0.0.1:${port}/`,
      `http://127.0.0.2:${port}/`,
      `https://127.0.0.1:${port}/`,
      `http://localhost:${port}/`,
      `http://127.0.0.1.evil.example:${port}/`,
      '/x\r\nHost: evil.example',
      '/x\thttp://evil.example',
      `\u0000${elsewhere.url}`,
      ' //evil.example',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'https://evil.example/',
      'https://acme.my.salesforce.com/',
    ]
    for (const url of urls) await rejects(scene.keeper.fetch('stays', url), refused(/\.$/), url)
    deepEqual([elsewhere.heard, server.heard], [[], []])
  })

  test('P-28: hands a redirect back and does not follow it', async (t) => {
    const elsewhere = await instance(t, (_request, response) => json(response, 200, {}))
    const server = await instance(t, (_request, response) =>
      response.writeHead(302, { location: `${elsewhere.url}/steal` }).end(),
    )
    await adopt(scene.keeper, server.url, { id: 'redirected' })
    const answer = await scene.keeper.fetch('redirected', '/')
    equal(answer.status, 302)
    equal(answer.headers.get('location'), `${elsewhere.url}/steal`)
    deepEqual(elsewhere.heard, [])
  })

  test('P-28: believes no instance URL that a hostile reply has planted', async (t) => {
    const evil = await instance(t, (_request, response) => json(response, 200, {}))
    const server = await instance(t, (_request, response) =>
      json(response, 200, {
        access_token: 'access-token-1',
        refresh_token: 'refresh-token-1',
        instance_url: evil.url,
        id: `${evil.url}/id/00D000000000001EAA/005000000000001AAA`,
      }),
    )
    await adopt(scene.keeper, server.url, { id: 'planted' })
    const { instanceUrl, generation } = await scene.keeper.verify('planted')
    deepEqual([instanceUrl, generation], [server.url, 2], 'the tokens are kept, and the instance is not')
    await rejects(scene.keeper.fetch('planted', evil.url), refused(/does not go to/))
    equal((await scene.keeper.fetch('planted', '/services/data')).status, 200, 'the login host is asked')
    deepEqual(evil.heard, [])
    ok(scene.logged.some((line) => line.startsWith('keeper.instance-not-believed')))
  })

  test('P-28: sets its own token and its own host, whatever the headers say', async (t) => {
    const server = await instance(t, (_request, response) => json(response, 200, {}))
    await adopt(scene.keeper, server.url, { id: 'headers' })
    const bad = [
      { authorization: 'Bearer mine' },
      { Host: 'evil.example' },
      { 'transfer-encoding': 'chunked' },
      { 'x-a': 'b\r\nHost: evil.example' },
    ]
    for (const headers of bad)
      await rejects(scene.keeper.fetch('headers', '/', { headers }), (error: KeeperError) => error.code === 'INVALID')
    await rejects(
      scene.keeper.fetch('headers', '/', { method: 'GET /evil HTTP/1.1\r\n' }),
      (error: KeeperError) => error.code === 'INVALID',
    )
    deepEqual(server.heard, [])
  })

  test('exchanges a token whose session is over, and repeats the request once', async (t) => {
    const tokens = { access_token: 'access-token-1', refresh_token: 'refresh-token-1' }
    const server = await instance(t, (_request, response, { url, token, body }) => {
      if (url === '/services/oauth2/token') return json(response, 200, tokens)
      return token === 'Bearer access-token-1' ? json(response, 200, { heard: body }) : json(response, 401, over)
    })
    await adopt(scene.keeper, server.url, { id: 'repeats' })
    const answer = await scene.keeper.fetch('repeats', '/x', { method: 'POST', body: 'once more' })
    deepEqual(await answer.json(), { heard: 'once more' })
    deepEqual(
      server.heard.map(({ url }) => url),
      ['/x', '/services/oauth2/token', '/x'],
    )
  })

  test('exchanges, but hands back the 401 of a request whose body was a stream', async (t) => {
    const tokens = { access_token: 'access-token-1', refresh_token: 'refresh-token-1' }
    const server = await instance(t, (_request, response, { url, token }) => {
      if (url === '/services/oauth2/token') return json(response, 200, tokens)
      return token === 'Bearer access-token-1' ? json(response, 200, {}) : json(response, 401, over)
    })
    await adopt(scene.keeper, server.url, { id: 'streams' })
    const answer = await scene.keeper.fetch('streams', '/x', { method: 'POST', body: new Blob(['spent']).stream() })
    equal(answer.status, 401)
    deepEqual(await answer.json(), over)
    equal((await scene.keeper.fetch('streams', '/x')).status, 200)
  })

  test('hands back a 401 that another token would get as well, and one that goes on', async (t) => {
    const policy = [{ errorCode: 'INVALID_SESSION_ID', message: 'This session is not valid for use with the REST API' }]
    const server = await instance(t, (_request, response, { url }) => {
      if (url === '/services/oauth2/token')
        return json(response, 200, { access_token: 'access-token-1', refresh_token: 'refresh-token-1' })
      return json(response, 401, url === '/policy' ? policy : over)
    })
    await adopt(scene.keeper, server.url, { id: 'refused' })
    deepEqual(await (await scene.keeper.fetch('refused', '/policy')).json(), policy)
    deepEqual(
      server.heard.map(({ url }) => url),
      ['/policy'],
    )
    equal((await scene.keeper.fetch('refused', '/x')).status, 401)
    deepEqual(
      server.heard.map(({ url }) => url),
      ['/policy', '/x', '/services/oauth2/token', '/x'],
    )
  })

  test('says by name that a 401 is longer than any of an org', async (t) => {
    const server = await instance(t, (_request, response) => json(response, 401, { page: 'x'.repeat(300 * 1024) }))
    await adopt(scene.keeper, server.url, { id: 'endless' })
    await rejects(scene.keeper.fetch('endless', '/'), (error: KeeperError) => {
      equal(error.code, 'SERVER_TROUBLE')
      match(error.message, /^127\.0\.0\.1:\d+ answered 401 with more than 256 KiB/)
      match(error.next.join(' '), /accessToken\(id, \{ refused \}\)/)
      return true
    })
  })

  test('ends with the reason of its signal, and says when nothing is there', async (t) => {
    const server = await instance(t, () => undefined)
    await adopt(scene.keeper, server.url, { id: 'ends' })
    const stop = new AbortController()
    const asked = scene.keeper.fetch('ends', '/', { signal: stop.signal })
    stop.abort(new Error('enough'))
    await rejects(asked, /enough/)
    await adopt(scene.keeper, 'http://127.0.0.1:9', { id: 'nobody' })
    await rejects(scene.keeper.fetch('nobody', '/'), (error: KeeperError) => error.code === 'NOT_SENT')
    await rejects(scene.keeper.fetch('unheard-of', '/'), (error: KeeperError) => error.code === 'UNKNOWN_CONNECTION')
  })
})

for (const scheme of ['http', 'socks5'])
  test(`fetch leaves through the gateway by ${scheme}`, async (t) => {
    const from: (string | undefined)[] = []
    const server = await instance(t, (request, response) => {
      from.push(request.socket.remoteAddress)
      json(response, 200, {})
    })
    const { proxyUrl } = await startTestGateway(t, { allow: [`127.0.0.1:${new URL(server.url).port}`] })
    await using scene = await openScene()
    const keeper = await scene.again({ proxy: secret(proxyUrl.replace(/^http:/, `${scheme}:`)) })
    await adopt(keeper, server.url)
    equal((await keeper.fetch('acme', '/')).status, 200)
    match(from.join(), /^127\.0\.0\.1[12]$/)
  })
