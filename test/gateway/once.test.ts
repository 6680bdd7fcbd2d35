/** P-40 and P-44 through a whole gateway: a request goes out once whatever happens, early bytes wait, and use is counted once. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { eventually, startChildGateway } from './child.ts'
import { basic, plainCredentials, startTestGateway } from './kit.ts'
import { startEchoOrigin, startOrigin } from './origin.ts'
import { connectRefused, connectThrough, echoed, forwardThrough, openRaw, readHead } from './raw-client.ts'

const post = { method: 'POST', body: 'grant_type=refresh_token&refresh_token=once' }

describe('P-40: a forwarded POST is never sent twice', () => {
  const deaths: Readonly<Record<string, (socket: Socket) => void>> = {
    'the destination closes after the request': (socket) => void socket.end(),
    'the destination resets after the request': (socket) => void socket.resetAndDestroy(),
    'the destination breaks off in the middle of its response': (socket) =>
      void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'),
    'the destination breaks off in the middle of the head': (socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-'),
    'the destination answers what is no HTTP': (socket) => void socket.end('SSH-2.0-OpenSSH\r\n'),
  }
  for (const [sentence, die] of Object.entries(deaths))
    test(sentence, async (t) => {
      const heard: string[] = []
      const origin = await startOrigin(t, (socket) => {
        socket.on('data', (chunk: Buffer) => {
          heard.push(chunk.toString('latin1'))
          if (heard.join('').includes('once')) die(socket)
        })
      })
      const gateway = await startTestGateway(t, {
        allow: [origin.at],
        configuration: { deadlines: { response: '2s' } },
      })
      const { status, fields } = await forwardThrough(gateway, `http://${origin.at}/services/oauth2/token`, post)
      if (status !== 200) {
        equal(status, 502)
        match(
          fields.get('proxy-status') ?? '',
          /error=(connection_terminated|http_response_incomplete|http_protocol_error)/,
        )
      }
      await gateway.haveEnded(1)
      equal(origin.sources.length, 1, 'one connection')
      equal(heard.join('').split('refresh_token=once').length - 1, 1, 'one request')
    })

  test('nor when a kept connection breaks under the next one, as when a server has just decided to close it', async (t) => {
    const heard: string[] = []
    const origin = await startOrigin(t, (socket) => {
      let first = true
      socket.on('data', (chunk: Buffer) => {
        heard.push(chunk.toString('latin1'))
        if (!first) return void socket.resetAndDestroy() // as a server does that has just decided to close
        first = false
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      })
    })
    const gateway = await startTestGateway(t, { allow: [origin.at] })
    const raw = await openRaw(gateway)
    const request = (token: string): string => {
      const body = `refresh_token=${token}`
      return `POST http://${origin.at}/ HTTP/1.1\r\nHost: ${origin.at}\r\nProxy-Authorization: ${basic(plainCredentials)}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    }
    raw.write(request('first'))
    equal((await readHead(raw)).status, 200)
    await raw.read(2)
    raw.write(request('second'))
    const { status } = await readHead(raw)
    raw.socket.destroy()
    ok(status === 200 || status === 502, `${status}`)
    for (const token of ['first', 'second'])
      equal(heard.join('').split(`refresh_token=${token}`).length - 1, 1, `${token} is heard once`)
  })

  test('nor when the first egress stalls: nothing is sent before one connection is chosen', async (t) => {
    const heard: string[] = []
    const origin = await startOrigin(t, (socket) => {
      socket.on('data', (chunk: Buffer) => {
        heard.push(chunk.toString('latin1'))
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok')
      })
    })
    // both are raced for every request: the second starts at once
    const gateway = await startTestGateway(t, { allow: [origin.at], configuration: { deadlines: { attempt: '1ms' } } })
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        forwardThrough(gateway, `http://${origin.at}/`, { method: 'POST', body: `redemption ${n};` }),
      ),
    )
    ok(replies.every(({ status }) => status === 200))
    for (let n = 0; n < 100; n += 1) equal(heard.join('').split(`redemption ${n};`).length - 1, 1)
  })
})

describe('P-44', () => {
  test('early bytes wait for the yes and arrive first, whole and once', async (t) => {
    const origin = await startEchoOrigin(t)
    const gateway = await startTestGateway(t, { allow: [origin.at] })
    const early = 'ClientHello '.repeat(4000)
    const { raw, reply } = await connectThrough(gateway, origin.at, { early })
    equal(reply.status, 200)
    equal((await raw.read(early.length)).toString(), early)
    equal(await echoed(raw, 'and on'), 'and on')
    raw.socket.destroy()
  })

  test('early bytes behind a CONNECT that is refused go nowhere, and are not read as a request', async (t) => {
    const origin = await startEchoOrigin(t)
    const gateway = await startTestGateway(t, { allow: [origin.at] })
    const early = `GET http://${origin.at}/ HTTP/1.1\r\nHost: ${origin.at}\r\nProxy-Authorization: ${basic(plainCredentials)}\r\n\r\n`
    const refused = await connectRefused(gateway, '192.0.2.1:443', { early })
    equal(refused.status, 403)
    ok(!refused.body.includes('HTTP/1.1'), 'one reply')
    deepEqual(origin.sources, [])
  })

  for (const field of ['Content-Length: 5', 'Transfer-Encoding: chunked'])
    test(`CONNECT with ${field} is refused and closed, and nothing is dialled`, async (t) => {
      const origin = await startEchoOrigin(t)
      const gateway = await startTestGateway(t, { allow: [origin.at] })
      const refused = await connectRefused(gateway, origin.at, { fields: [field], early: 'hello' })
      equal(refused.status, 400)
      deepEqual(origin.sources, [])
    })

  test('L-83: over kill -9 at any moment use is counted once: never more than was carried, and at most one interval less', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-gateway-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const origin = await startEchoOrigin(t)
    const storage = `sqlite:${folder}`
    const wish = { storage, allow: [origin.at], configuration: { meterEvery: '100ms' } }
    let carried = 0 // each way
    let counted = 0
    for (let life = 0; life < 3; life += 1) {
      const gateway = await startChildGateway(t, wish)
      const before = sumOf((await gateway.held()).usage)
      ok(before <= carried, `${before} of ${carried}`)
      ok(before >= counted, 'what was told as counted is not lost')
      const { raw } = await connectThrough(gateway, origin.at)
      for (let n = 0; n < 20; n += 1) {
        await echoed(raw, 'x'.repeat(1000))
        carried += 1000
      }
      // known to be stored: the question flushes
      counted = sumOf((await gateway.held()).usage)
      equal(counted, before + 20_000)
      await echoed(raw, 'y'.repeat(777)) // may be lost, may be counted, is never counted twice
      carried += 777
      await gateway.kill()
      raw.socket.destroy()
    }
    const last = await startChildGateway(t, wish)
    const { usage } = await last.held()
    const sum = sumOf(usage)
    ok(sum >= 60_000 && sum <= carried, `${sum} of ${carried}`)
    deepEqual(new Set(usage.map(({ client }) => client)), new Set(['backend']))
    await eventually(
      () => last.held(),
      ({ live }) => live === 0,
    )
  })
})

const sumOf = (usage: readonly { readonly up: number; readonly down: number }[]): number => {
  const up = usage.reduce((sum, each) => sum + each.up, 0)
  const down = usage.reduce((sum, each) => sum + each.down, 0)
  return Math.max(up, down)
}
