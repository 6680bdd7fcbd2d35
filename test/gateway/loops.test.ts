/** Gateways that lead to each other: what goes round is found out, what need not go round is not, and nothing goes round for ever. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { connect } from 'node:net'
import { describe, test, type TestContext } from 'node:test'
import { secret } from '../../src/values/secret.ts'
import type { EgressConfiguration } from '../../src/gateway/configuration.ts'
import { eventually } from './child.ts'
import { startListener } from './egress-scene.ts'
import { plainCredentials, startTestGateway, type TestGateway } from './kit.ts'
import { startEchoOrigin, startOrigin, type Origin } from './origin.ts'
import { connectRefused, connectThrough, echoed, forwardThrough, socksThrough } from './raw-client.ts'

/** A port that leads to a gateway which is started later; it remembers what each connection began with. */
async function startDoor(t: TestContext): Promise<{ readonly at: string; leadsTo: number; readonly begun: string[] }> {
  const begun: string[] = []
  const front = await startListener(t, (socket) => {
    const back = connect({ host: '127.0.0.1', port: door.leadsTo, allowHalfOpen: true })
    socket.once('data', (head) => begun.push(head.toString('latin1')))
    for (const [one, other] of [
      [socket, back],
      [back, socket],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
    socket.pipe(back).pipe(socket)
  })
  const door = { at: front.at, leadsTo: 1, begun }
  return door
}

const { username, password } = plainCredentials
const through = (scheme: string, at: string): EgressConfiguration => ({
  name: 'v',
  via: secret(`${scheme}://${username}:${password}@${at}`),
})
const local = (address: string): EgressConfiguration => ({ name: 'l', address, confirm: 'on' })

type Pair = {
  readonly one: TestGateway
  readonly two: TestGateway
  readonly origin: Origin
  readonly door: { readonly begun: string[] }
}
type PairWish = {
  readonly scheme?: 'http' | 'socks5'
  /** Whether each has a way out of its own besides the other; without, it was drained. */
  readonly ways: boolean
  readonly connections?: number
  readonly origin?: Origin
}

/** Two gateways, each an egress of the other, with a probe of each behind them. */
async function startPair(t: TestContext, wish: PairWish): Promise<Pair> {
  const { scheme = 'http', ways, connections = 100_000 } = wish
  const origin = wish.origin ?? (await startEchoOrigin(t))
  const door = await startDoor(t)
  const clients = [{ name: 'backend', username, password: secret(password), mayPin: true, connections }]
  const start = (at: string, address: string): Promise<TestGateway> =>
    startTestGateway(t, {
      allow: ['127.0.0.0/8:*'],
      configuration: {
        ...{ clients, balance: 'round-robin', deadlines: { dial: '2s' } },
        healthCheck: { target: origin.at, every: '10m', timeout: '2s' }, // no probe but those of the test
        egress: [local(address), through(scheme, at)],
      },
    })
  const one = await start(door.at, '127.0.0.11')
  const two = await start(`127.0.0.1:${one.port}`, '127.0.0.12')
  door.leadsTo = two.port
  const pair = { one, two, origin, door }
  await probeBoth(pair)
  for (const gateway of ways ? [] : [one, two]) gateway.running.parts.pool.setMode('l', 'draining')
  for (const gateway of [one, two]) equal(stateOf(gateway, 'v')?.state, 'up', stateOf(gateway, 'v')?.why)
  door.begun.length = 0
  return pair
}

const stateOf = ({ running }: TestGateway, name: string) => running.views().find((each) => each.name === name)
const codes = ({ logged }: TestGateway): unknown[] =>
  logged.filter(({ event }) => event === 'refused').map(({ fields }) => fields['code'])
const live = ({ running }: TestGateway): number => running.parts.meter.live().length

async function probeBoth({ one, two }: Pair): Promise<void> {
  for (let round = 0; round < 2; round += 1) for (const each of [one, two]) await each.running.parts.pool.probeNow()
}

describe('two gateways, each the spare way of the other', () => {
  test('lose no tunnel: what comes back is refused there, and takes the other way', async (t) => {
    const pair = await startPair(t, { ways: true })
    await probeBoth(pair)
    for (const gateway of [pair.one, pair.two])
      for (const name of ['l', 'v']) equal(stateOf(gateway, name)?.state, 'up', stateOf(gateway, name)?.why)
    for (let n = 0; n < 20; n += 1) {
      const { raw, reply } = await connectThrough(pair.one, pair.origin.at)
      equal(reply.status, 200)
      equal(await echoed(raw, `hello ${n}`), `hello ${n}`)
      raw.socket.destroy()
    }
    ok([...codes(pair.one), ...codes(pair.two)].includes('LOOP'), 'some did come back')
    await probeBoth(pair)
    for (const gateway of [pair.one, pair.two])
      equal(stateOf(gateway, 'v')?.state, 'up', 'a way round says nothing of the health of the other gateway')
    const heads = pair.door.begun.filter((head) => head.startsWith('CONNECT'))
    ok(heads.length > 0 && heads.every((head) => (/^Via: (.*)\r$/m.exec(head)?.[1] ?? '').split(',').length <= 2))
  })

  test('lose no forwarded request either', async (t) => {
    const origin = await startOrigin(t, (socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok'))
    })
    const pair = await startPair(t, { ways: true, origin })
    for (let n = 0; n < 12; n += 1) {
      const { status, body } = await forwardThrough(pair.one, `http://${origin.at}/`)
      deepEqual([status, body], [200, 'ok'])
    }
  })
})

describe('two gateways with no way but the other', () => {
  const cases = {
    'CONNECT': (gateway: TestGateway, at: string) => connectRefused(gateway, at),
    'absolute-form': (gateway: TestGateway, at: string) => forwardThrough(gateway, `http://${at}/`),
  }
  for (const [sentence, ask] of Object.entries(cases))
    test(`refuse a ${sentence} with 508 when it has come round once, and say so`, async (t) => {
      const pair = await startPair(t, { ways: false })
      const far = await startEchoOrigin(t)
      const began = performance.now()
      const refused = await ask(pair.one, far.at)
      ok(performance.now() - began < 1000, 'nobody waits for a deadline')
      deepEqual(
        [refused.status, refused.fields.get('proxy-status')],
        [508, 'sallyport; error=proxy_loop_detected; details="UPSTREAM_LOOP"'],
      )
      equal(pair.door.begun.filter((head) => head.startsWith('CONNECT')).length, 1)
      match(pair.door.begun.at(-1) ?? '', new RegExp(`Via: 1\\.1 ${pair.one.running.parts.pseudonym}\r\n`))
      await eventually(
        () => live(pair.one) + live(pair.two),
        (left) => left === 0,
      )
      equal(far.sources.length, 0)
    })

  test('are down, and say why', async (t) => {
    const pair = await startPair(t, { ways: false })
    await probeBoth(pair)
    const views = [pair.one, pair.two].map((gateway) => stateOf(gateway, 'v'))
    deepEqual(
      views.map((view) => view?.state),
      ['down', 'down'],
    )
    ok(
      views.some((view) => view?.why.includes('refused with 508')),
      'one finds the way round, the other that nothing is left',
    )
  })

  test('over SOCKS5, which cannot tell, go round until the client has its connections, and let go of all of them', async (t) => {
    const most = 20
    const pair = await startPair(t, { scheme: 'socks5', ways: false, connections: most })
    const bytes = Uint8Array.from(pair.origin.host.split('.').map(Number))
    const began = performance.now()
    const { raw, code } = await socksThrough(pair.one, { address: { kind: 'ipv4', bytes }, port: pair.origin.port })
    raw.socket.destroy()
    ok(code > 0, 'it is refused')
    ok(performance.now() - began < 5000)
    ok(pair.door.begun.length <= most, `${pair.door.begun.length} times round`)
    ok([...codes(pair.one), ...codes(pair.two)].includes('CONNECTIONS_EXHAUSTED'))
    await eventually(
      () => live(pair.one) + live(pair.two),
      (left) => left === 0,
    )
  })
})

describe('how many proxies a request may have come through', () => {
  test('is bounded, for loops among gateways that take turns under one name', async (t) => {
    const origin = await startEchoOrigin(t)
    const gateway = await startTestGateway(t, { allow: [origin.at] })
    const via = (count: number): string => `Via: ${Array.from({ length: count }, (_, n) => `1.1 hop${n}`).join(', ')}`
    const { raw, reply } = await connectThrough(gateway, origin.at, { fields: [via(15)] })
    equal(reply.status, 200)
    raw.socket.destroy()
    const refused = await connectRefused(gateway, origin.at, { fields: [via(16)] })
    deepEqual(
      [refused.status, refused.fields.get('proxy-status')],
      [508, 'sallyport; error=proxy_loop_detected; details="TOO_MANY_HOPS"'],
    )
    equal((await forwardThrough(gateway, `http://${origin.at}/`, { fields: [via(8), via(8)] })).status, 508)
  })

  test('what a request has come through goes on with the CONNECT to the next proxy, without comments', async (t) => {
    const proxy = await startListener(t, (socket) => {
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
    })
    const egress = [through('http', proxy.at)]
    const gateway = await startTestGateway(t, { configuration: { egress }, allow: ['a.example:443'] })
    const before = proxy.received().length
    const fields = ['Via: 1.0 fred (a, b), HTTP/1.1 p.example:80']
    const { raw, reply } = await connectThrough(gateway, 'a.example:443', { fields })
    equal(reply.status, 200)
    const { pseudonym } = gateway.running.parts
    match(
      proxy.received().slice(before),
      new RegExp(`\r\nVia: 1\\.0 fred, HTTP/1\\.1 p\\.example:80, 1\\.1 ${pseudonym}\r\n`),
    )
    raw.socket.destroy()
  })
})
