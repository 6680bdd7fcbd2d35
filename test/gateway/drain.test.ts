/** Drain, reload and SIGTERM: what is carried stays carried, what was accepted is answered, and it comes to an end. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, test } from 'node:test'
import { secret } from '../../src/values/secret.ts'
import { eventually, startChildGateway } from './child.ts'
import { basic, egressAddresses, plainCredentials, startTestGateway, type TestGateway } from './kit.ts'
import { startEchoOrigin, startOrigin, type Origin } from './origin.ts'
import {
  connectRefused,
  connectThrough,
  echoed,
  forwardThrough,
  openRaw,
  readHead,
  type Proxy,
  type Raw,
} from './raw-client.ts'

const [, second] = egressAddresses

type Tunnel = { readonly raw: Raw; readonly egress: string }

/** All at once would be a flood of strangers; fifty at a time are clients. */
async function openTunnels(proxy: Proxy, target: string, count: number): Promise<Tunnel[]> {
  const tunnels: Tunnel[] = []
  while (tunnels.length < count) {
    const wanted = Math.min(50, count - tunnels.length)
    const opened = await Promise.all(Array.from({ length: wanted }, () => connectThrough(proxy, target)))
    for (const { raw, reply } of opened) {
      equal(reply.status, 200)
      tunnels.push({ raw, egress: reply.fields.get('sallyport-egress')?.split(';')[0] ?? '' })
    }
  }
  return tunnels
}

async function allEcho(tunnels: readonly Tunnel[], text: string): Promise<void> {
  const answers = await Promise.all(tunnels.map(({ raw }, n) => echoed(raw, `${text} ${n}\n`)))
  deepEqual(
    answers,
    tunnels.map((_, n) => `${text} ${n}\n`),
  )
}

const endAll = (tunnels: readonly Tunnel[]): void => tunnels.forEach(({ raw }) => raw.socket.end())
const on = (tunnels: readonly Tunnel[], egress: string): Tunnel[] => tunnels.filter((each) => each.egress === egress)
const viewOf = (gateway: TestGateway, name: string) => gateway.running.views().find((each) => each.name === name)

describe('drain of one egress', () => {
  test('with 1,000 live tunnels loses none; new ones leave by the other; it is empty when its clients have ended', async (t) => {
    const origin = await startEchoOrigin(t)
    const gateway = await startTestGateway(t, { allow: [origin.at], configuration: { deadlines: { drain: '1m' } } })
    const tunnels = await openTunnels(gateway, origin.at, 1000)
    ok(on(tunnels, 'a').length >= 200 && on(tunnels, 'b').length >= 200, 'both carry their share')
    equal((await gateway.admin('/egress/a/drain', { method: 'POST', body: '{}' })).status, 200)
    await allEcho(tunnels, 'after the drain')
    const later = await openTunnels(gateway, origin.at, 50)
    deepEqual(new Set(later.map(({ egress }) => egress)), new Set(['b']))
    equal(viewOf(gateway, 'a')?.state, 'draining')
    equal(viewOf(gateway, 'a')?.tunnels, on(tunnels, 'a').length)
    endAll(on(tunnels, 'a'))
    await eventually(
      () => viewOf(gateway, 'a')?.tunnels,
      (left) => left === 0,
    )
    await allEcho([...on(tunnels, 'b'), ...later], 'and those of the other run on')

    equal((await gateway.admin('/egress/a/resume', { method: 'POST', body: '{}' })).status, 200)
    const last = await openTunnels(gateway, origin.at, 50)
    ok(on(last, 'a').length >= 10, 'taken back, it carries tunnels again')
    endAll([...on(tunnels, 'b'), ...later, ...last])
    await gateway.haveEnded(1100)
    ok(gateway.tunnels().every(({ end }) => end === 'closed'))
  })
})

describe('a reload', () => {
  test('takes a password back from a client of SOCKS5 that has shown it and has not asked for its tunnel yet', async (t) => {
    const origin = await startEchoOrigin(t)
    const gateway = await startTestGateway(t, { allow: [origin.at] })
    const { username, password } = plainCredentials
    const raw = await openRaw(gateway)
    raw.write(Buffer.of(5, 1, 2))
    raw.write(Buffer.from(`\x01${String.fromCharCode(username.length)}${username}`))
    raw.write(Buffer.from(`${String.fromCharCode(password.length)}${password}`))
    deepEqual([...(await raw.read(4))], [5, 2, 1, 0])

    const [client] = gateway.configuration.clients
    if (client === undefined) throw new Error('the kit has one client')
    await gateway.running.reload({ ...gateway.configuration, clients: [{ ...client, password: secret('r3newed') }] })
    raw.write(Buffer.of(5, 1, 0, 1, 127, 0, 0, 1, origin.port >> 8, origin.port & 255))
    equal((await raw.read(2))[1], 2, 'not allowed by ruleset')
    deepEqual(origin.sources, [])
    raw.socket.destroy()
  })

  test('of clients, destinations and egresses drops no tunnel; what comes later is judged by the new words', async (t) => {
    const origin = await startEchoOrigin(t)
    const other = await startEchoOrigin(t)
    const gateway = await startTestGateway(t, { allow: [origin.at], configuration: { deadlines: { drain: '1m' } } })
    const tunnels = await openTunnels(gateway, origin.at, 200)
    equal((await connectRefused(gateway, other.at)).status, 403)

    const { configuration, running } = gateway
    const [client] = configuration.clients
    if (client === undefined) throw new Error('the kit has one client')
    const credentials = { username: 'renewed', password: 'r3newed' }
    const changed = {
      ...configuration,
      allow: [other.at],
      clients: [{ ...client, username: credentials.username, password: secret(credentials.password) }],
      egress: configuration.egress.slice(1),
    }
    await running.reload(changed)
    await allEcho(tunnels, 'after the reload')
    equal((await connectRefused(gateway, other.at)).status, 407, 'the old password is out')
    equal((await connectRefused(gateway, origin.at, { credentials })).status, 403)
    const { raw, reply } = await connectThrough(gateway, other.at, { credentials })
    deepEqual([reply.status, reply.fields.get('sallyport-egress')], [200, `b; address=${second}`])
    raw.socket.destroy()
    deepEqual(other.sources, [second])
    await allEcho(tunnels, 'and later')
    endAll(tunnels)
    await gateway.haveEnded(201)
    equal(gateway.tunnels().filter(({ end }) => end === 'closed').length >= 200, true)
  })

  test('that cannot be used is refused with words, and changes nothing', async (t) => {
    const origin = await startEchoOrigin(t)
    const gateway = await startTestGateway(t, { allow: [origin.at] })
    const tunnels = await openTunnels(gateway, origin.at, 5)
    await rejects(gateway.running.reload({ ...gateway.configuration, allow: ['*:*'] }), /allow/)
    await rejects(gateway.running.reload({ ...gateway.configuration, listen: '127.0.0.1:1' }), /restart/)
    await allEcho(tunnels, 'still here')
    const later = await openTunnels(gateway, origin.at, 5)
    await allEcho(later, 'and new ones too')
    endAll([...tunnels, ...later])
  })
})

describe('SIGTERM', () => {
  test('with 1,000 live tunnels loses none, takes no new ones, and ends with 0 once the last has ended', async (t) => {
    const origin = await startEchoOrigin(t)
    const gateway = await startChildGateway(t, { allow: [origin.at], configuration: { deadlines: { drain: '2m' } } })
    const tunnels = await openTunnels(gateway, origin.at, 1000)
    const terminated = gateway.terminate()
    await eventually(
      () => isRefused(gateway),
      (refused) => refused,
    )
    await allEcho(tunnels, 'after SIGTERM')
    endAll(tunnels)
    const { code, printed } = await terminated
    equal(code, 0)
    deepEqual(JSON.parse(printed), { ends: { closed: 1000 } })
  })

  test('L-85: ends by the drain deadline though its tunnels go on, and their records say so', async (t) => {
    const origin = await startEchoOrigin(t)
    const gateway = await startChildGateway(t, { allow: [origin.at], configuration: { deadlines: { drain: '1s' } } })
    const tunnels = await openTunnels(gateway, origin.at, 20)
    const began = performance.now()
    const { code, printed } = await gateway.terminate()
    const took = performance.now() - began
    equal(code, 0)
    deepEqual(JSON.parse(printed), { ends: { 'drain-deadline': 20 } })
    ok(took >= 900 && took < 5000, `it took ${took} ms`)
    await Promise.all(tunnels.map(({ raw }) => raw.rest()))
  })

  test('L-85: under load no accepted request stays unanswered, and keep-alive clients do not hold it up', async (t) => {
    const origin = await startSlowHttp(t)
    const gateway = await startChildGateway(t, { allow: [origin.at], configuration: { deadlines: { drain: '20s' } } })
    const idle = await keepAlive(gateway, origin)
    const waiting = Array.from({ length: 50 }, () => forwardThrough(gateway, `http://${origin.at}/slow`))
    await eventually(
      () => origin.sources.length,
      (count) => count >= 51,
    )
    const began = performance.now()
    const terminated = gateway.terminate()
    const replies = await Promise.all(waiting)
    deepEqual(new Set(replies.map(({ status, body }) => `${status} ${body}`)), new Set(['200 slow']))
    const { code } = await terminated
    equal(code, 0)
    const took = performance.now() - began
    ok(took < 5000, `an idle connection held it for ${took} ms`)
    await idle.rest()
    idle.socket.destroy()
  })

  test('L-85: a response that its client reads slowly arrives whole, though the destination has long closed', async (t) => {
    const body = Buffer.alloc(3_000_000, 'x')
    const origin = await startOrigin(t, (socket) => {
      socket.once('data', () => {
        socket.end(
          Buffer.concat([
            Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`),
            body,
          ]),
        )
      })
    })
    const gateway = await startChildGateway(t, { allow: [origin.at], configuration: { deadlines: { drain: '20s' } } })
    const raw = await openRaw(gateway)
    raw.socket.pause()
    raw.write(`GET http://${origin.at}/ HTTP/1.1\r\nHost: x\r\nProxy-Authorization: ${basic(plainCredentials)}\r\n\r\n`)
    await eventually(
      () => origin.sources.length,
      (count) => count === 1,
    )
    const terminated = gateway.terminate()
    await eventually(
      () => isRefused(gateway),
      (refused) => refused,
    )
    await sleep(300) // the client is this slow
    raw.socket.resume()
    equal((await readHead(raw)).status, 200)
    equal((await raw.rest()).length, body.length)
    equal((await terminated).code, 0)
  })

  test('L-85: what is being dialled when it comes is answered, whatever the answer', async (t) => {
    const far = '192.0.3.7:443'
    const held: Socket[] = []
    const proxy = await startOrigin(t, (socket) => {
      socket.on('data', (chunk: Buffer) => {
        if (chunk.includes(`CONNECT ${far}`)) held.push(socket)
        else socket.write('HTTP/1.1 200 OK\r\n\r\n')
      })
    })
    const via = `http://u:p@${proxy.at}`
    const gateway = await startChildGateway(t, { via, allow: [far], configuration: { deadlines: { drain: '20s' } } })
    const waiting = connectRefused(gateway, far)
    await eventually(
      () => held.length,
      (count) => count === 1,
    )
    const terminated = gateway.terminate()
    await eventually(
      () => isRefused(gateway),
      (refused) => refused,
    )
    held[0]?.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n')
    equal((await waiting).status, 502)
    equal((await terminated).code, 0)
  })

  test('a request on a connection that was there before is told to go elsewhere: 503, DRAINING', async (t) => {
    const origin = await startEchoOrigin(t)
    const gateway = await startChildGateway(t, { allow: [origin.at], configuration: { deadlines: { drain: '20s' } } })
    const [tunnel] = await openTunnels(gateway, origin.at, 1)
    const early = await openRaw(gateway)
    early.write('CONNECT ')
    await eventually(
      () => gateway.descriptors(),
      () => true,
    )
    const terminated = gateway.terminate()
    await eventually(
      () => isRefused(gateway),
      (refused) => refused,
    )
    early.write(
      `${origin.at} HTTP/1.1\r\nHost: ${origin.at}\r\nProxy-Authorization: ${basic(plainCredentials)}\r\n\r\n`,
    )
    const { status, fields } = await readHead(early)
    equal(status, 503)
    match(fields.get('proxy-status') ?? '', /DRAINING/)
    tunnel?.raw.socket.end()
    equal((await terminated).code, 0)
  })
})

async function isRefused(proxy: Proxy): Promise<boolean> {
  try {
    const raw = await openRaw(proxy)
    raw.socket.destroy()
    return false
  } catch {
    return true
  }
}

/** Answers `/slow` after a second, everything else at once; keeps the connection. */
function startSlowHttp(t: Parameters<typeof startOrigin>[0]): Promise<Origin> {
  return startOrigin(t, (socket) => {
    socket.on('data', (chunk: Buffer) => {
      const slow = chunk.includes('/slow')
      const reply = (): void => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow')
      if (slow) setTimeout(reply, 1000)
      else reply()
    })
    socket.on('end', () => socket.end())
  })
}

/** Has asked once and been answered, and waits for what to ask next. */
async function keepAlive(gateway: Proxy, origin: Origin): Promise<Raw> {
  const raw = await openRaw(gateway)
  raw.write(
    `GET http://${origin.at}/ HTTP/1.1\r\nHost: ${origin.at}\r\nProxy-Authorization: ${basic(plainCredentials)}\r\n\r\n`,
  )
  equal((await readHead(raw)).status, 200)
  await raw.read(4)
  return raw
}
