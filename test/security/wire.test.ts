/** What a stranger can do with the bytes of a request: smuggling, spoofed headers, other methods, other planes. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { connect } from 'node:net'
import { stat, readdir } from 'node:fs/promises'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { openOrg } from '../../src/org/org.ts'
import { defaultOrgConfiguration } from '../../src/org/configuration.ts'
import { systemEnvironment } from '../../src/system.ts'
import { startOrg, type TestOrg } from '../../src/testing.ts'
import { call } from '../admin/call.ts'
import { withoutIdToken } from '../kit/without-id-token.ts'

let org: TestOrg
before(async () => (org = await startOrg({ storage: 'file' })))
after(() => org.close())

/** Everything that came back until the server closed. */
function say(text: string, from = '127.0.0.1'): Promise<string> {
  return new Promise((resolve) => {
    const port = Number(new URL(org.url).port)
    const socket = connect({ port, host: '127.0.0.1', localAddress: from }, () => socket.write(text))
    let back = ''
    socket.setEncoding('utf8').on('data', (piece: string) => (back += piece))
    socket.on('error', () => resolve(back)).on('close', () => resolve(back))
  })
}
const statuses = (reply: string): string[] => [...reply.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, code]) => code ?? '')
const lines = (...all: string[]): string => `${all.join('\r\n')}\r\n\r\n`

describe('smuggling', () => {
  const post = ['POST /services/oauth2/token HTTP/1.1', 'Host: x', 'Content-Type: application/x-www-form-urlencoded']
  const hidden = lines('GET /healthz HTTP/1.1', 'Host: x', 'Connection: close')
  const attempts: Record<string, string> = {
    'Content-Length beside Transfer-Encoding':
      lines(...post, 'Content-Length: 4', 'Transfer-Encoding: chunked') + `0\r\n\r\n${hidden}`,
    'two Content-Lengths': lines(...post, 'Content-Length: 0', `Content-Length: ${hidden.length}`) + hidden,
    'a Content-Length with a sign': lines(...post, `Content-Length: +${hidden.length}`) + hidden,
    'a Transfer-Encoding that is obfuscated': lines(...post, 'Transfer-Encoding: xchunked') + `0\r\n\r\n${hidden}`,
    'a header name with a blank before the colon': lines(...post, 'Transfer-Encoding : chunked') + `0\r\n\r\n${hidden}`,
    'a folded header': lines(...post, 'X-Folded: a', ' b', 'Content-Length: 0') + hidden,
    'a header ended by a bare LF': `${post.join('\n')}\nContent-Length: 0\n\n${hidden}`,
    'NUL in a header': lines(...post, 'X-Nul: a\0b', 'Content-Length: 0') + hidden,
    'a chunk size that overflows': `${lines(...post, 'Transfer-Encoding: chunked')}fffffffffffffffff\r\n${hidden}`,
  }
  for (const [sentence, text] of Object.entries(attempts))
    test(`${sentence} ends the connection, and what is behind it is not answered`, async () =>
      deepEqual(statuses(await say(text)), ['400']))

  test('no Host is refused', async () => deepEqual(statuses(await say(lines('GET /healthz HTTP/1.1'))), ['400']))
})

describe('requests that are given up half way', () => {
  const head = (length: number): string =>
    lines(
      'POST /services/oauth2/token HTTP/1.1',
      'Host: x',
      'Content-Type: application/x-www-form-urlencoded',
      `Content-Length: ${length}`,
    )
  const giveUp = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect(Number(new URL(org.url).port), '127.0.0.1', () =>
        socket.write(text, () => socket.resetAndDestroy()),
      )
      socket.on('error', () => undefined).on('close', () => resolve())
    })

  test('in the header, in the body, behind it: the server goes on', async () => {
    const form = 'grant_type=refresh_token&refresh_token=x&client_id=y'
    for (let nth = 0; nth < 20; nth += 1)
      await Promise.all([
        giveUp('POST /services/oauth2/token HTTP/1.1\r\nHost'),
        giveUp(head(300) + form),
        giveUp(head(form.length) + form),
        giveUp(head(200_000) + form),
      ])
    equal((await fetch(`${org.url}/healthz`)).status, 200)
  })

  test('two requests in one packet are answered apart and in turn', async () => {
    const form = 'grant_type=refresh_token&refresh_token=x&client_id=y'
    const last = lines('GET /healthz HTTP/1.1', 'Host: x', 'Connection: close')
    const reply = await say(`${head(form.length)}${form}${head(0)}${last}`)
    deepEqual(statuses(reply), ['400', '400', '200'])
    match(reply, /client identifier invalid[^]*invalid_request[^]*"status":"ok"/)
  })
})

describe('headers that anyone can write', () => {
  const get = (path: string, headers: Record<string, string>): Promise<Response> =>
    fetch(org.url + path, { headers, redirect: 'manual' })
  const raw = (path: string, ...headers: string[]): Promise<string> =>
    say(lines(`GET ${path} HTTP/1.1`, ...headers, 'Connection: close'))

  test('Host decides nothing: not the issuer, not a link, not a redirect', async () => {
    for (const path of [
      '/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server',
      '/',
      '/secur/logout.jsp?startURL=/x',
      '/nowhere',
    ]) {
      const reply = await raw(path, 'Host: evil.example', 'X-Forwarded-Host: evil.example', 'X-Forwarded-Proto: https')
      ok(!reply.includes('evil.example'), path)
    }
    match(await raw('/.well-known/openid-configuration', 'Host: evil.example'), new RegExp(`"issuer":"${org.url}"`))
  })

  test('a request line with a whole address in it reaches no other page and is not repeated', async () => {
    const reply = await say(
      lines('GET http://evil.example/healthz HTTP/1.1', 'Host: evil.example', 'Connection: close'),
    )
    ok(!reply.includes('evil.example'))
  })

  test('neither X-Forwarded-For nor Forwarded moves a caller who is no proxy', async () => {
    const range = { startIpAddress: '127.0.0.11', endIpAddress: '127.0.0.11' }
    const url = `/apps/${org.client.name}/refresh-token-ip-allowlist`
    equal((await call(org, url, { method: 'PUT', body: { enforce: true, ranges: [range] } })).status, 200)
    const { refresh_token } = await org.grant({ ...withoutIdToken, from: '127.0.0.11' })
    const body = String(
      new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token,
        client_id: org.client.consumerKey,
        client_secret: org.client.consumerSecret,
      }),
    )
    const spoofs = [
      'X-Forwarded-For',
      'Forwarded',
      'X-Real-IP',
      'X-Client-IP',
      'True-Client-IP',
      'CF-Connecting-IP',
      'Via',
    ]
    const redeem = (from: string, ...headers: string[]): Promise<string> =>
      say(
        lines(
          'POST /services/oauth2/token HTTP/1.1',
          'Host: x',
          'Connection: close',
          'Content-Type: application/x-www-form-urlencoded',
          `Content-Length: ${body.length}`,
          ...headers,
        ) + body,
        from,
      )
    for (const name of spoofs) {
      const value = name === 'Forwarded' ? 'for=127.0.0.11' : '127.0.0.11'
      match(await redeem('127.0.0.1', `${name}: ${value}`, `${name}: ${value}`), /ip restricted by app developer/, name)
    }
    deepEqual(statuses(await redeem('127.0.0.11')), ['200'])
  })

  test('X-HTTP-Method-Override overrides nothing', async () => {
    const headers = { 'x-http-method-override': 'DELETE', 'authorization': `Bearer ${org.adminToken}` }
    equal((await get(`/admin/v1/apps/${org.client.name}`, headers)).status, 200)
    equal((await get(`/admin/v1/apps/${org.client.name}`, headers)).status, 200)
  })

  test('no page or reply lets another origin read it', async () => {
    for (const path of ['/', '/services/oauth2/userinfo', '/admin/v1/apps', '/.well-known/openid-configuration']) {
      const answer = await get(path, { origin: 'https://evil.example' })
      equal(answer.headers.get('access-control-allow-credentials'), null, path)
      ok(answer.headers.get('access-control-allow-origin') !== 'https://evil.example', path)
    }
  })
})

describe('methods', () => {
  for (const method of ['TRACE', 'CONNECT', 'HEAD', 'OPTIONS', 'PROPFIND', 'PURGE'])
    test(`${method} of the token, revoke and consent endpoints does nothing`, async () => {
      const { refresh_token } = await org.grant({ ...withoutIdToken, from: '127.0.0.11' })
      for (const path of [
        `/services/oauth2/revoke?token=${refresh_token}`,
        `/services/oauth2/token?grant_type=refresh_token`,
        '/secur/logout.jsp',
      ]) {
        const reply = await say(lines(`${method} ${path} HTTP/1.1`, 'Host: x', 'Connection: close'))
        ok(!/^HTTP\/1\.1 [23]/.test(reply), `${path}: ${reply.slice(0, 40)}`)
        ok(!reply.includes('Host: x'))
      }
      const { body } = await call(org, '/oauth-usage?limit=1000')
      ok(body.grants.length > 0)
    })
})

describe('addresses of strange spelling', () => {
  const odd = [
    '/services/data/..%2f..%2fadmin/v1/apps',
    '/services/data/v64.0/../../../admin/v1/apps',
    '/services/data/v64.0/sobjects/User/..%2f..%2f..',
    '/id/..%2f/..%2f',
    '/id/00D000000000001EAA/005000000000001AAA%00',
    '/id/%2e%2e/%2e%2e',
    '//admin/v1/apps',
    '/admin//v1/apps',
    '/ADMIN/v1/apps',
    '/admin/v1/apps/',
    '/admin/v1/apps%2f',
    '/admin/v1/%61pps',
    '/%61dmin/v1/apps',
    '/admin/v1/apps;x=y',
    '/admin/v1/apps?token=x',
    '/testing/v1/clock',
    '/%00',
    '/%',
    '/%ff%fe',
    '/\u{fffd}',
  ]
  test('none of them opens anything or shows how the server is made', async () => {
    for (const path of odd) {
      const reply = await say(lines(`GET ${path} HTTP/1.1`, 'Host: x', 'Connection: close'))
      const [status = 'none'] = statuses(reply)
      ok(['400', '401', '403', '404', 'none'].includes(status), `${path}: ${status}`)
      ok(!/node_modules|\bat .*\.ts|Error:|sqlite|FST_/i.test(reply), `${path}: ${reply.slice(0, 400)}`)
    }
  })

  test('a name that is too long is refused', async () => {
    const [status] = statuses(
      await say(lines(`GET /id/${'a'.repeat(4000)}/b HTTP/1.1`, 'Host: x', 'Connection: close')),
    )
    ok(['400', '403', '404', '414'].includes(status ?? ''), status)
  })
})

describe('the admin plane', () => {
  type Document = { readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>> }
  const document = async (): Promise<Document> =>
    JSON.parse(await (await fetch(`${org.url}/admin/openapi.json`)).text())

  test('nothing that the document lists answers without the token, with another one, or by another way to bring it', async () => {
    const { paths } = await document()
    let asked = 0
    for (const [path, methods] of Object.entries(paths))
      for (const method of Object.keys(methods)) {
        const url = org.url + path.replaceAll(/\{\w+\}/g, 'x')
        const tries: Record<string, string>[] = [
          {},
          { authorization: 'Bearer wrong' },
          { authorization: `Basic ${Buffer.from(`x:${org.adminToken}`).toString('base64')}` },
          { authorization: `Bearer ${org.adminToken}x` },
          { authorization: `Bearer ${org.adminToken.slice(0, -1)}` },
          { cookie: `token=${org.adminToken}; sid=${org.adminToken}` },
        ]
        for (const headers of tries) {
          asked += 1
          const answer = await fetch(`${url}?access_token=${org.adminToken}`, { method: method.toUpperCase(), headers })
          equal(answer.status, 401, `${method} ${path} ${JSON.stringify(headers)}`)
          equal(answer.headers.get('cache-control'), 'no-store')
        }
      }
    ok(asked > 100, `${asked} requests`)
  })

  test('a form of another site cannot speak to it: it takes JSON and a header that no form sends', async () => {
    const headers = { 'authorization': `Bearer ${org.adminToken}`, 'content-type': 'text/plain' }
    const answer = await fetch(`${org.url}/admin/v1/users`, { method: 'POST', headers, body: '{"username":"x@y.z"}' })
    equal(answer.status, 415)
  })

  test('members called __proto__ and constructor pollute nothing', async () => {
    const headers = { 'authorization': `Bearer ${org.adminToken}`, 'content-type': 'application/json' }
    const send = (method: string, path: string, body: string) =>
      fetch(`${org.url}/admin/v1${path}`, { method, headers, body })
    const polluted = '{"__proto__":{"isActive":false,"polluted":1},"constructor":{"prototype":{"polluted":1}}}'
    equal((await send('POST', '/users', polluted)).status, 422)
    equal((await send('PATCH', `/users/${org.user.username}`, polluted)).status, 422)
    equal((await send('PATCH', `/apps/${org.client.name}`, polluted)).status, 422)
    equal(
      (await send('PATCH', `/apps/${org.client.name}`, '{"oauthSettings":{"__proto__":{"polluted":1}}}')).status,
      422,
    )
    equal(Reflect.get({}, 'polluted'), undefined)
    equal((await call(org, `/users/${org.user.username}`)).body.isActive, true)
  })

  test('nesting without end is refused and costs the server nothing but the refusal', async () => {
    const headers = { 'authorization': `Bearer ${org.adminToken}`, 'content-type': 'application/json' }
    const deep = '{"a":'.repeat(40_000) + '1' + '}'.repeat(40_000)
    const answer = await fetch(`${org.url}/admin/v1/apps/${org.client.name}`, { method: 'PATCH', headers, body: deep })
    ok(answer.status >= 400 && answer.status < 600)
    ok(!/at .*\.ts/.test(await answer.text()))
    equal((await fetch(`${org.url}/healthz`)).status, 200)
  })
})

describe('an org that is not for testing', () => {
  test('has no testing plane, not even for the admin, and keeps its files to itself', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-plain-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
    const plain = await openOrg(systemEnvironment(quiet), {
      storage: `sqlite:${join(folder, 'data')}`,
      configuration: defaultOrgConfiguration({ listen: '127.0.0.1:0' }),
      testing: false,
      onFault: (cause) => {
        throw cause
      },
    })
    t.after(() => plain.close())
    const headers = { authorization: `Bearer ${plain.adminToken.token.expose()}` }
    for (const path of ['/clock', '/faults', '/reset', '/grants'])
      equal((await fetch(`${plain.url}/testing/v1${path}`, { method: 'POST', headers })).status, 404, path)
    equal((await stat(join(folder, 'data'))).mode & 0o777, 0o700)
    for (const name of await readdir(join(folder, 'data')))
      equal((await stat(join(folder, 'data', name))).mode & 0o077, 0, name)
  })
})
