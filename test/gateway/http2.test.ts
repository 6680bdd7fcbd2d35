/** CONNECT over HTTP/2, with Node’s own client. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type OutgoingHttpHeaders,
} from 'node:http2'
import { describe, test } from 'node:test'
import { refusal } from '../../src/gateway/rules/refusal.ts'
import { milliseconds } from '../../src/values/time.ts'
import { byteClient } from './byte-client.ts'
import { makeCertificate } from './certificate.ts'
import { backend, echo, openDoorway, openFar, type Doorway } from './doorway.ts'

const certificate = makeCertificate()
const tls = certificate.material
const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
const authorized = { 'proxy-authorization': basic('app', 's3cret') }

async function openSession(door: Doorway): Promise<ClientHttp2Session & AsyncDisposable> {
  const session = connect(`https://127.0.0.1:${door.number}`, { ca: certificate.pem, maxSessionMemory: 200 })
  session.on('error', () => undefined)
  await once(session, 'connect')
  return Object.assign(session, {
    async [Symbol.asyncDispose]() {
      session.destroy()
      await closed(session)
    },
  })
}

function tunnel(
  session: ClientHttp2Session,
  port: number | string,
  headers: OutgoingHttpHeaders = authorized,
): ClientHttp2Stream {
  const authority = typeof port === 'number' ? `127.0.0.1:${port}` : port
  const stream = session.request({ ':method': 'CONNECT', ':authority': authority, ...headers }, { endStream: false })
  stream.on('error', () => undefined)
  return stream
}

/** Resolves however it was closed. */
const closed = (either: ClientHttp2Stream | ClientHttp2Session): Promise<void> =>
  new Promise((resolve) => (either.destroyed ? resolve() : void either.once('close', resolve)))

async function reply(
  stream: ClientHttp2Stream,
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  const client = byteClient(stream)
  const [headers] = await once(stream, 'response')
  return { status: headers[':status'], headers, body: await client.untilEnd() }
}

describe('CONNECT over HTTP/2', () => {
  test('opens a tunnel, names its egress, and carries bytes both ways', async () => {
    await using far = await openFar(echo)
    await using door = await openDoorway({ tls })
    await using session = await openSession(door)
    const stream = tunnel(session, far.port)
    const client = byteClient(stream)
    const [headers] = await once(stream, 'response')
    deepEqual(
      [headers[':status'], headers['sallyport-egress'], headers['proxy-status'], headers['content-length']],
      [200, 'a; address=127.0.0.11', 'sallyport; next-hop="127.0.0.1"', undefined],
    )
    client.say('ping')
    equal(await client.until(4), 'ping')
    equal(far.sockets[0]?.remoteAddress, '127.0.0.11')
    stream.end()
    await client.untilEnd()
    await closed(stream)
    while (door.ends.length === 0) await new Promise((resolve) => setImmediate(resolve))
    deepEqual([door.ends, door.tunnels[0]?.up, door.tunnels[0]?.down], [[{ kind: 'closed' }], 4, 4])
  })

  test('early bytes wait for the tunnel', async () => {
    await using far = await openFar(echo)
    const go = Promise.withResolvers<void>()
    await using door = await openDoorway({ tls, beforeDial: () => go.promise })
    await using session = await openSession(door)
    const client = byteClient(tunnel(session, far.port))
    client.say('early')
    while (door.asks.length === 0) await new Promise((resolve) => setImmediate(resolve))
    go.resolve()
    equal(await client.until(5), 'early')
  })

  test('many tunnels share one connection, and each has its own bytes', async () => {
    await using far = await openFar(echo)
    await using door = await openDoorway({ tls })
    await using session = await openSession(door)
    const clients = Array.from({ length: 100 }, () => byteClient(tunnel(session, far.port)))
    clients.forEach((client, i) => client.say(`tunnel ${i}`))
    for (const [i, client] of clients.entries()) equal(await client.until(`tunnel ${i}`.length), `tunnel ${i}`)
    equal(door.asks.length, 100)
  })

  test('a slow destination holds back its own tunnel and no other', async () => {
    await using stuck = await openFar((socket) => void socket.pause())
    await using far = await openFar(echo)
    await using door = await openDoorway({ tls })
    await using session = await openSession(door)
    const slow = tunnel(session, stuck.port)
    await once(slow, 'response')
    const piece = Buffer.alloc(64 * 1024)
    let sent = 0
    while (slow.write(piece)) sent += piece.length
    for (let i = 0; i < 400; i += 1) slow.write(piece)
    const client = byteClient(tunnel(session, far.port))
    client.say('ping')
    equal(await client.until(4), 'ping')
    ok((door.tunnels[0]?.up ?? 0) < 16_000_000, `what was taken of it is bounded: ${door.tunnels[0]?.up}`)
    ok(sent < 1_000_000)
  })

  test('G-05: what the destination sends after the client has ended its half arrives', async () => {
    await using far = await openFar((socket) => {
      socket.on('data', () => undefined)
      socket.on('end', () => socket.end('x'.repeat(300_000)))
    })
    await using door = await openDoorway({ tls })
    await using session = await openSession(door)
    const stream = tunnel(session, far.port)
    const client = byteClient(stream)
    stream.end('request')
    equal((await client.untilEnd()).length, 300_000)
  })

  test('RFC 9113 section 8.5: a reset of the destination resets the stream as a connect error', async () => {
    await using far = await openFar((socket) => socket.on('data', () => socket.resetAndDestroy()))
    await using door = await openDoorway({ tls })
    await using session = await openSession(door)
    const stream = tunnel(session, far.port)
    stream.write('go')
    await closed(stream)
    equal(stream.rstCode, constants.NGHTTP2_CONNECT_ERROR)
    while (door.ends.length === 0) await new Promise((resolve) => setImmediate(resolve))
    deepEqual(door.ends, [{ kind: 'broken', side: 'destination', code: 'ECONNRESET' }])
  })

  test('a stream that the client resets ends the tunnel', async () => {
    await using far = await openFar((socket) => void socket.resume())
    await using door = await openDoorway({ tls })
    await using session = await openSession(door)
    const stream = tunnel(session, far.port)
    await once(stream, 'response')
    stream.close(constants.NGHTTP2_CANCEL)
    while (door.ends.length === 0) await new Promise((resolve) => setImmediate(resolve))
    deepEqual(door.ends, [{ kind: 'broken', side: 'client', code: 'CLOSED' }])
  })

  test('a client that is gone ends its tunnels', async () => {
    await using far = await openFar(echo)
    await using door = await openDoorway({ tls })
    const session = await openSession(door)
    await once(tunnel(session, far.port), 'response')
    session.destroy()
    while (door.ends.length === 0) await new Promise((resolve) => setImmediate(resolve))
    deepEqual(door.ends, [{ kind: 'broken', side: 'client', code: 'CLOSED' }])
  })

  test('a client that resets its stream while it is dialled has the dial given up', async () => {
    const asked = Promise.withResolvers<AbortSignal>()
    await using door = await openDoorway({
      tls,
      refuse: { '127.0.0.1:9': refusal('CONNECTION_TIMED_OUT') },
      beforeDial: async ({ gone }) => {
        asked.resolve(gone)
        if (!gone.aborted) await once(gone, 'abort')
      },
    })
    await using session = await openSession(door)
    const stream = tunnel(session, 9)
    const gone = await asked.promise
    stream.close(constants.NGHTTP2_CANCEL)
    if (!gone.aborted) await once(gone, 'abort')
  })

  test('an egress is pinned by the field, or by the user, where the client may', async () => {
    await using far = await openFar(echo)
    const other = { ...backend, name: 'other', username: 'other', mayPin: false }
    await using door = await openDoorway({ tls, clients: [backend, other] })
    await using session = await openSession(door)
    await once(tunnel(session, far.port, { ...authorized, 'sallyport-egress': 'b' }), 'response')
    await once(tunnel(session, far.port, { 'proxy-authorization': basic('app+egress=c', 's3cret') }), 'response')
    const fields = { 'proxy-authorization': basic('other', 's3cret'), 'sallyport-egress': 'b' }
    const refused = await reply(tunnel(session, far.port, fields))
    deepEqual([door.asks.map(({ pin }) => pin), refused.status], [['b', 'c'], 403])
  })
})

describe('refusals over HTTP/2', () => {
  test('G-16: no credentials, wrong ones and other schemes are 407 with a challenge', async () => {
    await using door = await openDoorway({ tls })
    await using session = await openSession(door)
    for (const fields of [
      {},
      { 'proxy-authorization': 'Bearer x' },
      { 'proxy-authorization': basic('app', 'wrong') },
    ]) {
      const { status, headers, body } = await reply(tunnel(session, 80, fields))
      deepEqual([status, headers['proxy-authenticate']], [407, 'Basic realm="sallyport", charset="UTF-8"'])
      match(String(headers['proxy-status']), /^sallyport; error=http_request_denied/)
      ok(body.length > 20)
    }
    deepEqual(door.refusals, ['CREDENTIALS_MISSING', 'CREDENTIALS_MISSING', 'CREDENTIALS_WRONG'])
  })

  test('what has passed this gateway before is 508; what has passed others says so to whoever dials', async () => {
    await using far = await openFar(echo)
    await using door = await openDoorway({ tls })
    await using session = await openSession(door)
    const looped = await reply(tunnel(session, far.port, { ...authorized, via: '1.1 a, 1.1 sallyport-5eed, 2 b' }))
    deepEqual([looped.status, door.refusals], [508, ['LOOP']])
    equal(looped.headers['proxy-status'], 'sallyport; error=proxy_loop_detected; details="LOOP"')
    const stream = tunnel(session, far.port, { ...authorized, via: '1.1 a (x), 2 b' })
    const [headers] = await once(stream, 'response')
    deepEqual([headers[':status'], door.asks.map(({ passed }) => passed)], [200, ['1.1 a, 2 b']])
    stream.destroy()
  })

  test('what is no CONNECT is told so in words, and so is a destination without port', async () => {
    await using door = await openDoorway({ tls })
    await using session = await openSession(door)
    const get = session.request({ ':path': '/', ':scheme': 'http', ':authority': 'a.example', ...authorized })
    const got = await reply(get)
    deepEqual([got.status, /CONNECT alone/.test(got.body)], [400, true])
    const portless = await reply(tunnel(session, 'a.example'))
    deepEqual([portless.status, /has no port/.test(portless.body)], [400, true])
  })

  test('a refused destination has its status, and the next tunnel of the connection is opened', async () => {
    await using far = await openFar(echo)
    await using door = await openDoorway({ tls, refuse: { 'denied.example:443': refusal('DESTINATION_NOT_ALLOWED') } })
    await using session = await openSession(door)
    const refused = await reply(tunnel(session, 'denied.example:443'))
    deepEqual([refused.status, refused.headers['content-type']], [403, 'text/plain; charset=utf-8'])
    const client = byteClient(tunnel(session, far.port))
    client.say('ping')
    equal(await client.until(4), 'ping')
  })

  test('a connection that shows wrong credentials ten times is told to calm down', async () => {
    await using door = await openDoorway({ tls })
    await using session = await openSession(door)
    const away = once(session, 'goaway')
    for (let i = 0; i < 10; i += 1) {
      const stream = tunnel(session, 80, { 'proxy-authorization': basic('app', `wrong ${i}`) })
      equal((await reply(stream)).status, 407)
    }
    const [code] = await away
    equal(code, constants.NGHTTP2_ENHANCE_YOUR_CALM)
    await closed(session)
  })

  test('a header that is too large is refused', async () => {
    await using door = await openDoorway({ tls, refuse: { 'denied.example:443': refusal('DESTINATION_NOT_ALLOWED') } })
    await using session = await openSession(door)
    await once(tunnel(session, 'denied.example:443'), 'response') // our settings have been taken by then
    const stream = tunnel(session, 80, { ...authorized, 'x-long': 'x'.repeat(30_000) })
    await closed(stream)
    ok(stream.rstCode !== constants.NGHTTP2_NO_ERROR)
    equal(door.asks.length, 1)
  })
})

describe('a connection of HTTP/2', () => {
  test('L-73: that shows no right credentials in time is closed, whatever it sends', async () => {
    await using door = await openDoorway({ tls, deadlines: { header: milliseconds(150) } })
    const session = await openSession(door)
    const { status } = await reply(tunnel(session, 80, {}))
    equal(status, 407)
    await closed(session)
  })

  test('that has no tunnel is closed after the idle deadline, and one that has lives on', async () => {
    await using far = await openFar(echo)
    await using door = await openDoorway({ tls, deadlines: { idle: milliseconds(200) } })
    const session = await openSession(door)
    const stream = tunnel(session, far.port)
    await once(stream, 'response')
    stream.end()
    stream.resume()
    await closed(stream)
    await closed(session)
  })

  test('L-73: that carries nothing goes when its client has 256 such ones besides', async () => {
    await using door = await openDoorway({ tls, refuse: { '127.0.0.1:9': refusal('DRAINING') } })
    const sessions: ClientHttp2Session[] = []
    for (let n = 0; n < 257; n += 1) {
      const session = await openSession(door)
      equal((await reply(tunnel(session, 9))).status, 503)
      sessions.push(session)
    }
    const [first, second] = sessions
    if (first !== undefined) await closed(first)
    ok(second !== undefined && !second.closed && !second.destroyed)
    for (const session of sessions) session.destroy()
  })

  test('is told to go elsewhere when the gateway drains, and its tunnels run on', async () => {
    await using far = await openFar(echo)
    await using door = await openDoorway({ tls })
    await using session = await openSession(door)
    const client = byteClient(tunnel(session, far.port))
    client.say('ping')
    await client.until(4)
    const away = once(session, 'goaway')
    door.drain()
    await away
    client.say('pong')
    equal(await client.until(8), 'pingpong')
    client.socket.end()
    await closed(session)
  })

  test('CVE-2023-44487: a storm of resets ends it, and dials little', async () => {
    await using door = await openDoorway({
      tls,
      beforeDial: ({ gone }) => once(gone, 'abort').then(() => undefined),
      refuse: { '127.0.0.1:9': refusal('CONNECTION_TIMED_OUT') },
    })
    const storm = fork(new URL('child-reset-storm.ts', import.meta.url), [String(door.number), certificate.pem])
    const [told] = await once(storm, 'message')
    // what was said last is lost where a reset overtakes it: there is always more of a storm that nobody has read
    ok(told === constants.NGHTTP2_ENHANCE_YOUR_CALM || told === -1, `it was told ${told}`)
    ok(door.asks.length < 1000, `${door.asks.length} were opened`)
  })
})
