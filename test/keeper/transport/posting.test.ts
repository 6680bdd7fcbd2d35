/** One POST over a connection that is open: when it is not written, and what counts as its reply. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { TLSSocket } from 'node:tls'
import { parseHost } from '../../../src/ip/hosts.ts'
import { mostRequestBytes } from '../../../src/keeper/rules/http-request.ts'
import { mostReplyBytes, openConnection, type Connection } from '../../../src/keeper/transport/connection.ts'
import type { Scope } from '../../gateway/kit.ts'
import {
  answering,
  direct,
  listening,
  opened,
  proxying,
  rawOf,
  refresh,
  through,
  transportBy,
  wish,
  yes,
  type Answerer,
} from './kit.ts'
import { isWhole, json, tokens } from './said.ts'

describe('P-24: nothing is sent', () => {
  test('where the permission has ended: no byte leaves, and the connection is closed', async (t) => {
    const origin = await listening(t, answering(tokens))
    const connection = await opened(transportBy(direct), wish(origin.port))
    const posted = await connection.post(refresh(), { ...yes, mayWrite: () => false })
    deepEqual(posted, { kind: 'not-sent', why: 'the permission to write had ended' })
    await origin.ended(1)
    deepEqual(origin.heard, [''])
  })

  test('where the question for the permission throws, which reaches the caller', async (t) => {
    const origin = await listening(t, answering(tokens))
    const connection = await opened(transportBy(direct), wish(origin.port))
    const broken = (): boolean => {
      throw new Error('no clock')
    }
    await rejects(connection.post(refresh(), { ...yes, mayWrite: broken }), /no clock/)
    await origin.ended(1)
    deepEqual(origin.heard, [''])
  })

  const clocks = {
    'by the wall clock alone, which was set': { wall: 60_000, monotonic: 0 },
    'by the monotonic clock alone, as the wall clock was set back': { wall: -3_600_000, monotonic: 60_000 },
  }
  for (const [sentence, later] of Object.entries(clocks))
    test(`P-21: where the end of the connection has come ${sentence}`, async (t) => {
      const origin = await listening(t, answering(tokens))
      let by = { wall: 0, monotonic: 0 }
      const transport = transportBy(direct, { clock: () => 1_000_000 + by.wall, monotonic: () => 5000 + by.monotonic })
      const connection = await opened(transport, wish(origin.port, { deadline: 1_010_000, endsAt: 1_060_000 }))
      by = later
      let asked = false
      const posted = await connection.post(refresh(), { ...yes, mayWrite: () => (asked = true) })
      deepEqual(posted, { kind: 'not-sent', why: 'the connection had reached its end before the request was written' })
      equal(asked, false)
      await origin.ended(1)
      deepEqual(origin.heard, [''])
    })

  for (const secure of [false, true])
    test(`where the other side has ended the ${secure ? 'https' : 'http'} connection before`, async (t) => {
      let accepted: Socket | undefined
      const origin = await listening(t, (socket) => void (accepted = socket), secure ? {} : undefined)
      const connection = await opened(transportBy(direct), wish(origin.port, { secure }))
      accepted?.end()
      await origin.ended(1)
      const posted = await connection.post(refresh(), yes)
      equal(posted.kind, 'not-sent')
      match(posted.kind === 'not-sent' ? posted.why : '', /^the connection had ended before the request was written/)
    })

  test('where the other side spoke before it was asked, even a whole reply', async (t) => {
    const origin = await listening(t, (socket, heard) => void (heard() === '' && socket.end(tokens)))
    const connection = await opened(transportBy(direct), wish(origin.port))
    await origin.ended(1)
    const posted = await connection.post(refresh(), yes)
    deepEqual(posted, { kind: 'not-sent', why: 'the other side spoke before it was asked' })
  })

  test('where a proxy spoke on behind its yes, in the same piece, and the request follows at once', async (t) => {
    const proxy = await listening(
      t,
      (socket, heard) => void (heard().endsWith('\r\n\r\n') && socket.write(`HTTP/1.1 200 OK\r\n\r\n${tokens}`)),
    )
    const connection = await opened(transportBy(through(`http://127.0.0.1:${proxy.port}`)), wish(9))
    const posted = await connection.post(refresh(), yes)
    deepEqual(posted, { kind: 'not-sent', why: 'the other side spoke before it was asked' })
  })

  test('where the connection was given up', async (t) => {
    const origin = await listening(t, answering(tokens))
    const connection = await opened(transportBy(direct), wish(origin.port))
    connection.close()
    await origin.ended(1)
    equal((await connection.post(refresh(), yes)).kind, 'not-sent')
  })

  const requests = {
    'its path has a line break': { path: '/x\r\nHost: evil' },
    'its path is a whole URL': { path: 'https://evil.example/' },
    'a header has a line break': { headers: { 'X-A': 'a\r\nB: c' } },
    'a header is one that frames the message': { headers: { 'Transfer-Encoding': 'chunked' } },
    'a header would let the other side answer before it has the body': { headers: { expect: '100-continue' } },
    'it is larger than what goes out in one piece': { body: new Uint8Array(mostRequestBytes) },
  }
  for (const [sentence, bent] of Object.entries(requests))
    test(`where the request cannot be: ${sentence}`, async (t) => {
      const origin = await listening(t, answering(tokens))
      const connection = await opened(transportBy(direct), wish(origin.port))
      const posted = await connection.post({ ...refresh(), ...bent }, yes)
      match(posted.kind === 'not-sent' ? posted.why : '', /^the request cannot be sent: /)
      await origin.ended(1)
      deepEqual(origin.heard, [''])
    })

  test('twice from one body: it is erased with the first', async (t) => {
    const origin = await listening(t, answering(tokens))
    const connection = await opened(transportBy(direct), wish(origin.port))
    const request = refresh()
    equal((await connection.post(request, yes)).kind, 'replied')
    equal(origin.heard.join('').includes('canary'), true)
    deepEqual(new Set(request.body), new Set([0]))
  })

  test('a second time: a connection is for one request', async (t) => {
    const origin = await listening(t, answering(tokens))
    const connection = await opened(transportBy(direct), wish(origin.port))
    equal((await connection.post(refresh(), yes)).kind, 'replied')
    await rejects(connection.post(refresh(), yes), /one request/)
    equal(origin.heard.join('').split('POST ').length, 2)
  })
})

/** A connection over a socket and a stream that a test has bent. */
async function bentConnection(
  t: Scope,
  port: number,
  bend: (raw: Socket) => { readonly stream?: PassThrough },
): Promise<Connection> {
  const raw = connect(port, '127.0.0.1')
  t.after(() => void raw.destroy())
  await new Promise<void>((resolve) => raw.once('connect', resolve))
  raw.on('error', () => undefined)
  const { stream = raw } = bend(raw)
  const host = parseHost('127.0.0.1')
  if (!host.ok) throw new Error(host.fault)
  const to = { host: host.value, port, secure: false }
  const said = { egress: undefined, leavesFrom: undefined, tunnelEndsAt: undefined }
  return openConnection({ raw, stream, to, isOver: () => false, ...said })
}

describe('P-21: a request that would wait in this process is destroyed in the tick of its write', () => {
  test('where the connection takes no byte of it, it was not sent', async (t) => {
    const origin = await listening(t, () => undefined)
    const connection = await bentConnection(t, origin.port, () => ({ stream: new PassThrough() }))
    deepEqual(await connection.post(refresh(), yes), {
      kind: 'not-sent',
      why: 'the connection took no byte of the request',
    })
    await origin.ended(1)
    deepEqual(origin.heard, [''])
  })

  test('where it stands in a queue behind other bytes, it is in doubt, and never leaves', async (t) => {
    const origin = await listening(t, () => undefined)
    const connection = await bentConnection(t, origin.port, (raw) => {
      raw.write(Buffer.alloc(64 * 1024 * 1024, 'x'))
      ok(raw.writableLength > 0)
      return {}
    })
    const posted = await connection.post(refresh(), yes)
    match(posted.kind === 'cut' ? posted.why : posted.kind, /did not take the whole request at once/)
    await origin.ended(1)
    equal(origin.heard.join('').includes('POST'), false)
  })
})

/** In writes of their own, and then an end. */
const saying =
  (...said: readonly string[]): Answerer =>
  (socket, heard) => {
    if (!isWhole(heard()) || socket.writableEnded) return
    for (const each of said) socket.write(each)
    socket.end()
  }

/** A socket of TLS cannot be reset by itself. */
const breakUp = (socket: Socket): unknown => (socket instanceof TLSSocket ? socket.destroy() : socket.resetAndDestroy())

const openSockets = (): number => process.getActiveResourcesInfo().filter((each) => each === 'TCPSocketWrap').length

/** No socket of this process is left over. */
async function allClosed(): Promise<void> {
  for (let turns = 0; turns < 1000 && openSockets() > 0; turns += 1) await turn()
  equal(openSockets(), 0)
}

describe('L-42: exactly one POST is on the wire', () => {
  const canary = /canary|refresh_token/
  const answers: Readonly<Record<string, readonly [Answerer, kind: string, raw: RegExp]>> = {
    'after a reset': [(socket, heard) => void (isWhole(heard()) && breakUp(socket)), 'cut', /^$/],
    'after an end without a word': [(socket, heard) => void (isWhole(heard()) && socket.end()), 'cut', /^$/],
    'after a silence until the deadline': [() => undefined, 'cut', /^$/],
    'after an interim answer and silence': [
      (socket, heard) => void (isWhole(heard()) && socket.write('HTTP/1.1 102 Processing\r\n\r\n')),
      'cut',
      /^HTTP\/1\.1 102/,
    ],
    'after 503 with Retry-After': [
      saying('HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n'),
      'replied',
      /^HTTP\/1\.1 503/,
    ],
    'after 408': [saying('HTTP/1.1 408 Slow\r\nContent-Length: 0\r\n\r\n'), 'replied', /^HTTP\/1\.1 408/],
    'after 421': [saying('HTTP/1.1 421 No\r\nContent-Length: 0\r\n\r\n'), 'replied', /^HTTP\/1\.1 421/],
    'after a redirect that keeps the method': [
      saying('HTTP/1.1 307 There\r\nLocation: /services/oauth2/token\r\nContent-Length: 0\r\n\r\n'),
      'replied',
      /^HTTP\/1\.1 307/,
    ],
    'after 401 with a challenge': [
      saying('HTTP/1.1 401 Who\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n'),
      'replied',
      /^HTTP\/1\.1 401/,
    ],
    'after what is no HTTP': [saying('SSH-2.0-x\r\n'), 'replied', /^SSH/],
    'after half of a reply': [saying(tokens.slice(0, -3)), 'cut', /^HTTP\/1\.1 200/],
    'after a reply in pieces': [saying(...tokens.split('')), 'replied', /^HTTP\/1\.1 200/],
  }
  for (const secure of [false, true])
    for (const [sentence, [answer, kind, raw]] of Object.entries(answers))
      test(`${sentence}, over ${secure ? 'https' : 'http'}`, async (t) => {
        const origin = await listening(t, answer, secure ? {} : undefined)
        const connection = await opened(transportBy(direct), wish(origin.port, { secure }))
        const deadlineMs = sentence.includes('silence') ? 100 : yes.deadlineMs
        const posted = await connection.post(refresh(), { ...yes, deadlineMs })
        equal(posted.kind, kind)
        match(rawOf(posted), raw)
        if (posted.kind === 'cut') equal(canary.test(posted.why), false, posted.why)
        await origin.ended(1)
        await allClosed()
        equal(origin.connections(), 1)
        equal(origin.heard.join('').split('POST ').length - 1, 1)
      })
})

describe('P-21: a request without a whole reply is broken off by a reset, so that the kernel does not go on sending it', () => {
  const ways = {
    'at the deadline of its reply': { deadlineMs: 100, lasts: 60_000 },
    'at the end of its connection': { deadlineMs: 10_000, lasts: 1500 },
  } as const
  for (const [sentence, { deadlineMs, lasts }] of Object.entries(ways))
    for (const secure of [false, true])
      test(`${sentence}, over ${secure ? 'https' : 'http'}`, async (t) => {
        const origin = await listening(t, () => undefined, secure ? {} : undefined)
        const broken = Promise.withResolvers<string | undefined>()
        const front = await listening(
          t,
          proxying('HTTP/1.1 200 OK\r\n\r\n', (client, far) => {
            client.on('error', (error: NodeJS.ErrnoException) => broken.resolve(error.code))
            client.on('end', () => broken.resolve('an end'))
            client.pipe(far).pipe(client)
          }),
        )
        const endsAt = Date.now() + lasts
        const transport = transportBy(through(`http://127.0.0.1:${front.port}`))
        const connection = await opened(transport, wish(origin.port, { secure, deadline: endsAt - 1, endsAt }))
        equal((await connection.post(refresh(), { ...yes, deadlineMs })).kind, 'cut')
        equal(await broken.promise, 'ECONNRESET')
      })
})

describe('a reply', () => {
  async function answered(t: Scope, answer: Answerer, bent: { readonly endsAt?: number } = {}) {
    const origin = await listening(t, answer)
    const connection = await opened(transportBy(direct), wish(origin.port, bent))
    const posted = await connection.post(refresh(), yes)
    await origin.ended(1)
    return posted
  }

  test('is over where its framing says so, though the other side keeps the connection open', async (t) => {
    const posted = await answered(
      t,
      (socket, heard) => void (isWhole(heard()) && socket.write(`${tokens}HTTP/1.1 500 x`)),
    )
    equal(posted.kind, 'replied')
    equal(rawOf(posted), tokens)
  })

  test('of the largest size is taken, and a larger one is a cut with its beginning', async (t) => {
    const head = json('').length + 4 // a length of five digits
    const largest = json('x'.repeat(mostReplyBytes - head))
    equal(largest.length, mostReplyBytes)
    const taken = await answered(t, answering(largest))
    equal(taken.kind, 'replied')
    equal(rawOf(taken), largest)
    const larger = json('x'.repeat(mostReplyBytes - head + 1))
    const cut = await answered(t, answering(larger))
    equal(
      cut.kind === 'cut' && cut.why,
      `the connection gave no whole reply: the reply is larger than ${mostReplyBytes} bytes`,
    )
    equal(rawOf(cut), larger.slice(0, -1))
  })

  test('without end is cut at that size', async (t) => {
    const pour = (socket: Socket): void => {
      while (socket.writable && socket.write('x'.repeat(8192)));
      if (socket.writable) socket.once('drain', () => pour(socket))
    }
    const posted = await answered(t, (socket, heard) => {
      if (isWhole(heard()))
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n', () => pour(socket))
    })
    equal(posted.kind, 'cut')
    equal(rawOf(posted).length, mostReplyBytes)
  })

  test('that does not come is waited for until the end of the connection, and no longer', async (t) => {
    const endsAt = Date.now() + 1000
    const origin = await listening(t, () => undefined)
    const connection = await opened(transportBy(direct), wish(origin.port, { endsAt, deadline: endsAt - 50 }))
    const posted = await connection.post(refresh(), yes)
    equal(
      posted.kind === 'cut' && posted.why,
      'the connection gave no whole reply: the end of the connection was reached',
    )
    ok(Date.now() >= endsAt)
    await origin.ended(1)
  })
})
