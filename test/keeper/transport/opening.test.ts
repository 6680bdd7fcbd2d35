/** Connections that do not open: where it stopped, in words, and with nothing sent (P-24). */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { connect, createServer, type Socket } from 'node:net'
import { describe, test } from 'node:test'
import type { Opened } from '../../../src/keeper/transport/transport.ts'
import { makeCertificate } from '../../gateway/certificate.ts'
import { closeServer, listenOn, startTestGateway } from '../../gateway/kit.ts'
import { answering, direct, listening, proxying, through, transportBy, wish } from './kit.ts'
import { tokens } from './said.ts'

const seen = (end: Opened): readonly unknown[] =>
  end.kind === 'open' ? ['open'] : [end.stage, end.why, ...(end.status === undefined ? [] : [end.status])]

/** A port on which nobody listens any more. */
async function closedPort(): Promise<number> {
  const server = createServer()
  const { port } = await listenOn(server, '127.0.0.1')
  await closeServer(server)
  return port
}

const credentials = 'http://app:canary-passw0rd@127.0.0.1'

describe('a connection is not opened', () => {
  test('where nobody listens as the proxy', async () => {
    const port = await closedPort()
    deepEqual(seen(await transportBy(through(`${credentials}:${port}`)).open(wish(443, { secure: true }))), [
      'connect',
      `the proxy http://127.0.0.1:${port} was not reached: ECONNREFUSED`,
    ])
  })

  test('where nobody listens at the destination, directly', async () => {
    const port = await closedPort()
    deepEqual(seen(await transportBy(direct).open(wish(port))), [
      'connect',
      `127.0.0.1:${port} was not reached: ECONNREFUSED`,
    ])
  })

  test('where nobody listens on any address of a name', async () => {
    const end = await transportBy(direct).open(wish(await closedPort(), { host: 'LOCALHOST.' }))
    match(String(seen(end)[1]), /^localhost:\d+ was not reached: ECONNREFUSED/)
  })

  test('where the name of the proxy does not resolve', async () => {
    const [stage, why] = seen(await transportBy(through('http://proxy.invalid:9293')).open(wish(443)))
    equal(stage, 'resolve')
    match(String(why), /^the proxy http:\/\/proxy\.invalid:9293 was not reached: (?:ENOTFOUND|EAI_AGAIN)$/)
  })

  test('where the host cannot be one', async () =>
    deepEqual(seen(await transportBy(direct).open(wish(443, { host: 'evil.example\r\nX' }))), [
      'resolve',
      'the host is no name that DNS can have: "evil.example\\r\\nX"; write letters, digits, hyphens and dots',
    ]))

  const refusals = {
    'with its status and what it says': [
      'HTTP/1.1 403 Forbidden\r\nProxy-Status: sallyport; error=http_request_denied; details="DESTINATION_NOT_ALLOWED"\r\n\r\n',
      'it refused the tunnel with 403 (http_request_denied, DESTINATION_NOT_ALLOWED)',
      403,
    ],
    'with its status alone': [
      'HTTP/1.1 407 Who\r\nContent-Length: 5\r\n\r\nWho ?',
      'it refused the tunnel with 407',
      407,
    ],
    'by a redirect, which is not followed': [
      'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n',
      'it refused the tunnel with 302',
      302,
    ],
    'by what is no HTTP': ['SSH-2.0-x\r\n\r\n', 'its answer does not begin with a status line of HTTP/1.1'],
    'by a header that is none': ['HTTP/1.1 200 OK\r\nno header\r\n\r\n', 'its answer has a malformed header'],
    'by a head without end': [`HTTP/1.1 200 OK\r\nA: ${'a'.repeat(20_000)}`, 'its answer is larger than 16384 bytes'],
    'by interim answers without end': [
      'HTTP/1.1 100 Continue\r\n\r\n'.repeat(20),
      'it sends interim answers without end',
    ],
  } as const
  for (const [sentence, [reply, why, ...status]] of Object.entries(refusals))
    test(`where the proxy refuses ${sentence}`, async (t) => {
      const proxy = await listening(t, proxying(reply))
      const end = await transportBy(through(`${credentials}:${proxy.port}`)).open(
        wish(443, { host: 'login.example', secure: true }),
      )
      const whole = `the proxy http://127.0.0.1:${proxy.port} gave no tunnel to login.example:443: ${why}`
      deepEqual(seen(end), ['proxy', whole, ...status])
      await proxy.ended(1)
      equal(proxy.connections(), 1)
    })

  test('where the gateway does not take the credentials, and says no secret', async (t) => {
    const gateway = await startTestGateway(t)
    const scheme = { http: 'it refused the tunnel with 407', socks5: 'it refused the user and password' }
    for (const [protocol, words] of Object.entries(scheme)) {
      const end = await transportBy(through(`${protocol}://app:canary-passw0rd@127.0.0.1:${gateway.port}`)).open(
        wish(443),
      )
      equal(end.kind === 'not-opened' && end.stage, 'proxy')
      ok(JSON.stringify(end).includes(words), JSON.stringify(end))
      ok(!JSON.stringify(end).includes('canary'))
    }
  })

  test('where the gateway does not admit the destination, by either protocol', async (t) => {
    const gateway = await startTestGateway(t)
    const http = await transportBy(through(gateway.proxyUrl)).open(wish(443))
    match(
      String(seen(http)[1]),
      /gave no tunnel to 127\.0\.0\.1:443: it refused the tunnel with 403 \([a-z_]+, [A-Z_]+\)$/,
    )
    const socks = await transportBy(through(gateway.proxyUrl.replace('http', 'socks5'))).open(wish(443))
    match(String(seen(socks)[1]), /SOCKS5 reply 2 \(not allowed by its rules\)$/)
  })

  const certificates = {
    'has another name': [{}, { host: 'localhost.example' }, /ERR_TLS_CERT_ALTNAME_INVALID/],
    'has another address': [{}, { host: '127.0.0.9' }, /ERR_TLS_CERT_ALTNAME_INVALID/],
    'is of an authority that nobody knows': [makeCertificate().material, {}, /self-signed certificate/],
    'is of TLS 1.1': [
      { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' },
      {},
      /alert|version|protocol/i,
    ],
  } as const
  for (const [sentence, [material, asked, words]] of Object.entries(certificates))
    test(`where the certificate of the destination ${sentence}, and nothing has been sent`, async (t) => {
      const tls = 'cert' in material ? { cert: material.cert.expose(), key: material.key.expose() } : material
      const origin = await listening(t, answering(tokens), tls)
      // every name leads to the origin, as a wrong DNS would lead it
      const proxy = await listening(t, (socket, heard) => {
        const asking = (): string => heard().replace(/^CONNECT \S+/, `CONNECT 127.0.0.1:${origin.port}`)
        proxying('HTTP/1.1 200 OK\r\n\r\n')(socket, asking)
      })
      const [stage, why] = seen(
        await transportBy(through(`http://127.0.0.1:${proxy.port}`)).open(wish(443, { secure: true, ...asked })),
      )
      equal(stage, 'tls')
      match(String(why), words)
      equal(origin.heard.join(''), '')
    })

  test('where an environment variable turns verification off, and the certificate is wrong', async (t) => {
    const origin = await listening(t, answering(tokens), {})
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    t.after(() => delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'])
    const [stage] = seen(await transportBy(direct, { ca: [] }).open(wish(origin.port, { secure: true })))
    equal(stage, 'tls')
  })

  test('where the proxy is https and its certificate is wrong: it never sees the credentials', async (t) => {
    const proxy = await listening(t, proxying('HTTP/1.1 200 OK\r\n\r\n'), {})
    const end = await transportBy(through(`https://app:canary@127.0.0.1:${proxy.port}`), { ca: [] }).open(wish(443))
    equal(end.kind === 'not-opened' && end.stage, 'proxy')
    equal(proxy.heard.join(''), '')
  })

  const silences = {
    'the proxy says nothing': ['proxy', false],
    'the destination says nothing in TLS': ['tls', true],
  } as const
  for (const [sentence, [stage, answers]] of Object.entries(silences))
    test(`by its deadline where ${sentence}, and nothing stays open`, async (t) => {
      const origin = await listening(t, () => undefined)
      const proxy = await listening(t, answers ? proxying('HTTP/1.1 200 OK\r\n\r\n') : () => undefined)
      const asked = wish(origin.port, { secure: true, deadline: Date.now() + 700 })
      const end = await transportBy(through(`http://127.0.0.1:${proxy.port}`)).open(asked)
      deepEqual(seen(end), [stage, 'the deadline for opening the connection has passed'])
      await proxy.ended(1)
    })

  test('where its deadline has passed already, and nobody is asked', async (t) => {
    const origin = await listening(t, answering(tokens))
    deepEqual(seen(await transportBy(direct).open(wish(origin.port, { deadline: Date.now() }))), [
      'connect',
      'the deadline for opening the connection has passed',
    ])
    equal(origin.connections(), 0)
  })

  test('and a wish that would end before it is open is a mistake of the caller', async () => {
    let thrown: unknown
    const at = Date.now() + 100
    await transportBy(direct)
      .open(wish(443, { deadline: at, endsAt: at }))
      .catch((error: unknown) => (thrown = error))
    match(String(thrown), /must end later than the deadline/)
  })
})

/** Hands on no more than so many bytes, then breaks the connection. */
function limited(socket: Socket, most: number, how: 'end' | 'resetAndDestroy'): (bytes: Buffer) => void {
  let left = most
  return (bytes) => {
    if (left < 0) return
    const last = bytes.length >= left
    socket.write(bytes.subarray(0, left))
    left -= bytes.length
    if (!last) return
    left = -1
    socket[how]()
  }
}

describe('what opens a connection is cut after every byte that comes, by a reset and by an end in turn', () => {
  for (const secure of [false, true])
    test(`${secure ? 'of the proxy and of TLS' : 'of the proxy'}: it is not opened, and the destination heard nothing`, async (t) => {
      const origin = await listening(t, answering(tokens), secure ? { maxVersion: 'TLSv1.2' } : undefined)
      let most = 0
      const proxy = await listening(t, (socket, heard) => {
        if (!heard().endsWith('\r\n\r\n')) return
        socket.removeAllListeners('data')
        const write = limited(socket, most, most % 2 === 0 ? 'end' : 'resetAndDestroy')
        write(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'))
        const far = connect(origin.port, '127.0.0.1')
        far.on('data', write).on('error', () => undefined)
        socket.on('data', (chunk: Buffer) => far.write(chunk)).on('close', () => far.destroy())
      })
      const transport = transportBy(through(`http://127.0.0.1:${proxy.port}`))
      for (; ; most += 1) {
        const end = await transport.open(wish(origin.port, { secure }))
        if (end.kind === 'open') break
        equal(end.stage, most < 19 ? 'proxy' : 'tls', `after ${most}`)
      }
      ok(secure ? most > 500 : most === 19 || most === 20, `${most} cuts`)
      t.diagnostic(`${most} cuts`)
      equal(origin.heard.join(''), '')
    })
})
