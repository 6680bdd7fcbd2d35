/** What ends a forwarded request: deadlines, a drain, and refusals; over raw sockets. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { Duplex } from 'node:stream'
import { describe, test, type TestContext } from 'node:test'
import { parseAddress } from '../../src/ip/address.ts'
import { milliseconds } from '../../src/values/time.ts'
import { bareCredentials, openBare, type Bare, type BareOptions } from './bare-parts.ts'
import { answering, okReply, openOrigin } from './probe/origin.ts'
import { ask, getFrom, proof, type Subject } from './probe/rows.ts'
import { hasHead, open, replyIn, type Line } from './probe/wire.ts'

describe('deadlines of forwarded requests', () => {
  const short = { header: milliseconds(300), response: milliseconds(300), idle: milliseconds(300) }
  const withShort = async (
    use: (subject: Subject, bare: Bare) => Promise<void>,
    deadlines: Exclude<BareOptions['deadlines'], undefined> = short,
  ): Promise<void> => {
    await using bare = await openBare({ deadlines })
    await use({ host: bare.host, port: bare.port, credentials: bareCredentials }, bare)
  }

  test('a destination that does not answer is 504, http_response_timeout', async () => {
    await withShort(async (subject) => {
      await using origin = await openOrigin(() => undefined)
      const seen = await ask(subject, getFrom(subject, origin))
      equal(seen.reply.status, 504)
      match(seen.reply.field('proxy-status') ?? '', /error=http_response_timeout/)
      ok(seen.ms >= 300 && seen.ms < 2000, `${seen.ms} ms`)
    })
  })

  test('a request whose body stops is 408', async () => {
    await withShort(async (subject) => {
      await using origin = await openOrigin(() => undefined)
      const { host, port } = origin
      const head = `POST http://${host}:${port}/ HTTP/1.1\r\nHost: x\r\n${proof(subject)}Content-Length: 9\r\n\r\n`
      const seen = await ask(subject, `${head}hello`)
      deepEqual([seen.reply.status, seen.ending], [408, 'end'])
    })
  })

  test('a response that stops is broken off', async () => {
    await withShort(async (subject) => {
      await using origin = await openOrigin(answering('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello'))
      equal((await ask(subject, getFrom(subject, origin))).ending, 'reset')
    })
  })

  test('a connection that waits for a further request is closed without a word', async () => {
    await withShort(async (subject, bare) => {
      await using origin = await openOrigin()
      const seen = await ask(subject, getFrom(subject, origin))
      deepEqual([seen.reply.status, seen.reply.rest, seen.ending], [200, 'ok', 'end'])
      await bare.haveEnded(1)
    })
  })

  test('a slow client has the whole of its reply, however long it takes, and is then not waited for', async () => {
    await withShort(
      async (_, bare) => {
        let take: () => void = () => undefined
        let last = false
        const taking = (): Promise<void> => new Promise((resolve) => (took = resolve))
        let took: () => void = () => undefined
        const socket = new Duplex({
          allowHalfOpen: true,
          read: () => undefined,
          write(_chunk, _encoding, done) {
            take = done
            took()
          },
          final(done) {
            last = true
            done()
          },
        })
        const written = taking()
        const closed = new Promise((resolve) => socket.once('close', resolve))
        const from = parseAddress('127.0.0.1')
        if (!from.ok) throw new Error('an address')
        bare.serve({
          ...{ socket, from: from.value, secure: false, authenticated: () => undefined },
          head: Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
        })
        await written
        await new Promise((resolve) => setTimeout(resolve, 1500)) // five times as long as it lingers for one who has it
        deepEqual([socket.destroyed, last], [false, false])
        take()
        await closed
        equal(last, true)
      },
      { ...short, idle: milliseconds(60_000) },
    )
  })

  test('a client that is slow with a response has the whole of it where its connection could go on, too', async () => {
    const patient = { ...short, idle: milliseconds(60_000) }
    await withShort(async (subject, bare) => {
      await using origin = await openOrigin()
      const from = parseAddress('127.0.0.1')
      if (!from.ok) throw new Error('an address')
      const { promise: written, resolve: hasWritten } = Promise.withResolvers<void>()
      const { promise: taken, resolve: isTaken } = Promise.withResolvers<void>()
      const keep = async (done: () => void): Promise<void> => {
        hasWritten()
        await taken
        done()
      }
      let last = false
      const socket = new Duplex({
        allowHalfOpen: true,
        read: () => undefined,
        write: (_chunk, _encoding, done) => void keep(done),
        writev: (_chunks, done) => void keep(done),
        final(done) {
          last = true
          done()
        },
      })
      const closed = new Promise((resolve) => socket.once('close', resolve))
      const head = Buffer.from(getFrom(subject, origin), 'latin1')
      bare.serve({ socket, from: from.value, secure: false, authenticated: () => undefined, head })
      await written
      await new Promise((resolve) => setTimeout(resolve, 1500)) // five times as long as the next request has
      deepEqual([socket.destroyed, last], [false, false])
      isTaken()
      await closed
      equal(last, true)
    }, patient)
  })

  test('L-73: a connection that waits for a further request goes when 1024 of its client wait besides', async () => {
    await using bare = await openBare()
    await using origin = await openOrigin(answering(okReply.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')))
    const subject = { host: bare.host, port: bare.port, credentials: bareCredentials }
    const openOne = async (): Promise<Line> => {
      const line = await open(subject)
      line.send(getFrom(subject, origin))
      equal(await line.listen({ until: (text) => text.endsWith('ok') }), 'open')
      return line
    }
    const first = await openOne()
    const lines: Line[] = []
    while (lines.length < 1024) lines.push(...(await Promise.all(Array.from({ length: 64 }, openOne))))
    equal(await first.listen({ patience: 2000 }), 'end')
    const [second] = lines
    equal(await second?.listen({ patience: 300 }), 'timeout')
    for (const { socket } of lines) socket.destroy()
  })

  test('a response that is interim for ever is 502, and no more of it is passed on than a few', async () => {
    await withShort(async (subject) => {
      await using origin = await openOrigin((socket) => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1000)))
      const { text } = await ask(subject, getFrom(subject, origin))
      equal(text.split('103 Early Hints').length - 1, 64)
      match(text, /HTTP\/1\.1 502 /)
    })
  })

  test('while it drains the gateway says close, and refuses what comes after', async () => {
    await withShort(async (subject, bare) => {
      await using origin = await openOrigin(() => (bare.drain = true))
      const line = await open(subject)
      line.send(getFrom(subject, origin))
      await origin.hears(hasHead)
      origin.sockets[0]?.write(okReply)
      equal(await line.listen(), 'end')
      equal(replyIn(line.text()).field('connection'), 'close')
      const seen = await ask(subject, getFrom(subject, origin))
      deepEqual([seen.reply.status, seen.reply.field('retry-after')], [503, '1'])
    })
  })
})

describe('refusals of forwarded requests', () => {
  const scene = async (t: TestContext): Promise<Subject> => {
    const bare = await openBare()
    t.after(async () => await bare[Symbol.asyncDispose]())
    return { host: bare.host, port: bare.port, credentials: bareCredentials }
  }

  test('LOOP: a request that has passed is 508', async (t) => {
    const subject = await scene(t)
    await using origin = await openOrigin()
    const seen = await ask(subject, getFrom(subject, origin, 'Via: 1.1 other, 1.1 sallyport-5eed\r\n'))
    deepEqual([seen.reply.status, origin.connections()], [508, 0])
    match(seen.reply.field('proxy-status') ?? '', /error=proxy_loop_detected/)
  })

  test('a refusal is problem details for who accepts JSON, and has no body for HEAD', async (t) => {
    const subject = await scene(t)
    const request = (more: string): string => `GET http://127.0.0.1/ HTTP/1.1\r\nHost: x\r\n${more}\r\n`
    const json = await ask(subject, request('Accept: application/json\r\n'))
    equal(json.reply.field('content-type'), 'application/problem+json')
    const problem = JSON.parse(Buffer.from(json.reply.rest, 'latin1').toString()) as Record<string, unknown>
    deepEqual([problem['status'], problem['code']], [407, 'CREDENTIALS_MISSING'])
    const plain = await ask(subject, request('Accept: text/html, */*\r\n'))
    equal(plain.reply.field('content-type'), 'text/plain; charset=utf-8')
    const head = await ask(subject, request('').replace('GET', 'HEAD'))
    deepEqual([head.reply.status, head.reply.rest], [407, ''])
    ok(Number(head.reply.field('content-length')) > 0)
  })
})
