/** What clients notice of an egress that is gone: nothing when its address is missing or its proxy refuses, a moment when it is black-holed. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { createServer } from 'node:net'
import { describe, test, type TestContext } from 'node:test'
import { secret } from '../../src/values/secret.ts'
import { inNamespace } from './namespace.ts'
import { closeServer, egressAddresses, listenOn, plainCredentials, startTestGateway, type TestGateway } from './kit.ts'
import { loadOf } from './load.ts'
import { startEchoOrigin, startOrigin } from './origin.ts'
import { connectRefused, connectThrough, echoed, forwardThrough, openRaw, socksThrough } from './raw-client.ts'

/** Of a network that is for documentation: on no machine. */
const nowhere = ['192.0.2.77', '192.0.2.78'] as const

const [first, second] = egressAddresses
const local = (name: string, address: string) => ({ name, address, confirm: 'on' as const })

const viewOf = (gateway: TestGateway, name: string) => gateway.running.views().find((each) => each.name === name)

describe('one egress of two cannot be used', () => {
  test('its address is not on this machine: it says so, and no client request fails', async (t) => {
    const origin = await startEchoOrigin(t)
    const egress = [local('a', first), local('b', nowhere[0])]
    const gateway = await startTestGateway(t, { allow: [origin.at], configuration: { egress } })
    const lost = viewOf(gateway, 'b')
    equal(lost?.state, 'unusable')
    match(lost?.why ?? '', /192\.0\.2\.77.*not .*this machine/)
    const load = await loadOf(gateway, { target: origin.at, requests: 300, atOnce: 20 })
    deepEqual(load.failures, [])
    deepEqual(new Set(origin.sources), new Set([first]))
    t.diagnostic(`300 tunnels, the slowest ${load.slowestMs.toFixed(0)} ms`)
  })

  test('the proxy that it goes through refuses connections: no client request fails', async (t) => {
    const origin = await startEchoOrigin(t)
    const proxy = await startOrigin(t, (socket) => socket.destroy())
    await proxy.refuse()
    const egress = [local('a', first), { name: 'b', via: secret(`http://u:p@${proxy.at}`) }]
    const gateway = await startTestGateway(t, { allow: [origin.at], configuration: { egress } })
    const load = await loadOf(gateway, { target: origin.at, requests: 300, atOnce: 20 })
    deepEqual(load.failures, [])
    deepEqual(new Set(origin.sources), new Set([first]))
  })

  test('L-64: the proxy that it goes through takes everything and answers nothing: no client request fails, and none takes a second', async (t) => {
    const origin = await startEchoOrigin(t)
    const healthy = await startTestGateway(t, { allow: [origin.at, '127.0.0.0/8:*'] })
    const deaf = { now: false }
    const proxy = await startOrigin(t, (socket) => {
      if (deaf.now) return void socket.resume()
      const { host, port } = healthy
      void openRaw({ host, port }).then(({ socket: far }) => socket.pipe(far).pipe(socket))
    })
    const { username, password } = plainCredentials
    const egress = [local('a', first), { name: 'b', via: secret(`http://${username}:${password}@${proxy.at}`) }]
    const gateway = await startTestGateway(t, { allow: [origin.at], configuration: { egress, balance: 'round-robin' } })
    equal(viewOf(gateway, 'b')?.state, 'up', viewOf(gateway, 'b')?.why)
    deepEqual((await loadOf(gateway, { target: origin.at, requests: 40, atOnce: 4 })).failures, [])
    ok(
      gateway.tunnels().some((tunnel) => tunnel['egress'] === 'b'),
      'both are used',
    )

    deaf.now = true
    const load = await loadOf(gateway, { target: origin.at, requests: 100, atOnce: 10 })
    deepEqual(load.failures, [])
    ok(load.slowestMs < 1000, `the slowest took ${load.slowestMs} ms`)
    t.diagnostic(`the slowest of 100 tunnels took ${load.slowestMs.toFixed(0)} ms`)
  })

  test('L-64: in a network where its packets are dropped, no client request fails, and it is down within 20 s', (t) =>
    inNamespace(t, 'black-hole', (seen) => {
      deepEqual(seen['failures'], [])
      ok(Number(seen['slowestMs']) < 1000, `the slowest took ${String(seen['slowestMs'])} ms`)
      for (const after of [seen['downAfterMs'], seen['downWithoutTrafficAfterMs']])
        ok(Number(after) > 0 && Number(after) < 20_000, `down after ${String(after)} ms`)
      deepEqual(seen['sources'], ['10.9.0.11', '10.9.0.12'])
      deepEqual(seen['sourcesWhenDown'], ['10.9.0.12'])
    }))

  test('in a network where its address is taken away, no client request fails, and nothing leaves by the machine’s own address', (t) =>
    inNamespace(t, 'address-removed', (seen) => {
      deepEqual(seen['failures'], [])
      equal(seen['stateOfRemoved'], 'unusable')
      deepEqual(seen['sourcesAfter'], ['10.9.0.12'])
      equal(seen['statusWithNone'], 503)
      deepEqual(seen['sourcesWithNone'], [])
      equal(seen['stateWhenBack'], 'up')
    }))
})

describe('L-62: every egress is down', () => {
  const egress = [local('a', nowhere[0]), local('b', nowhere[1])]

  test('CONNECT, absolute-form and SOCKS5 are refused at once with 503 and Proxy-Status, and no packet leaves from another address', async (t) => {
    const origin = await startEchoOrigin(t)
    const gateway = await startTestGateway(t, { allow: [origin.at], configuration: { egress } })
    const began = performance.now()
    const refused = await connectRefused(gateway, origin.at)
    equal(refused.status, 503)
    equal(refused.fields.get('proxy-status'), 'sallyport; error=destination_unavailable; details="NO_LIVE_EGRESS"')
    match(refused.body, /No declared egress can be used.*\nNothing leaves by any other address; see sallyport doctor\./)
    const forwarded = await forwardThrough(gateway, `http://${origin.at}/`)
    equal(forwarded.status, 503)
    match(forwarded.fields.get('proxy-status') ?? '', /NO_LIVE_EGRESS/)
    const bytes = Uint8Array.from(origin.host.split('.').map(Number))
    const socks = await socksThrough(gateway, { address: { kind: 'ipv4', bytes }, port: origin.port })
    socks.raw.socket.destroy()
    ok(socks.code > 0, 'SOCKS5 says no')
    ok(performance.now() - began < 500, 'nobody waits for what cannot come')
    deepEqual(origin.sources, [])
  })

  test('an address that is on the machine, but contradicted by the echo, is not used either (L-63, P-41)', async (t) => {
    const origin = await startEchoOrigin(t)
    const claims = [{ ...local('a', first), public: '198.51.100.7' }]
    const gateway = await startTestGateway(t, { allow: [origin.at], configuration: { egress: claims } })
    equal((await connectRefused(gateway, origin.at)).status, 503)
    equal(viewOf(gateway, 'a')?.state, 'unusable')
    deepEqual(origin.sources, [])
  })

  test('a pinned egress that is down is refused, though the other one is up', async (t) => {
    const origin = await startEchoOrigin(t)
    const pair = [local('a', first), local('b', nowhere[1])]
    const gateway = await startTestGateway(t, { allow: [origin.at], configuration: { egress: pair } })
    const refused = await connectRefused(gateway, origin.at, { fields: ['Sallyport-Egress: b'] })
    equal(refused.status, 503)
    match(refused.fields.get('proxy-status') ?? '', /PINNED_EGRESS_DOWN/)
    const { raw, reply } = await connectThrough(gateway, origin.at, { fields: ['Sallyport-Egress: a'] })
    deepEqual([reply.status, reply.fields.get('sallyport-egress')], [200, `a; address=${first}`])
    equal(await echoed(raw, 'hello'), 'hello')
    raw.socket.destroy()
    deepEqual(origin.sources, [first])
  })
})

test('both addresses carry tunnels, at least a fifth of them each, and a tunnel keeps its own (SF-269, SF-270, SF-279)', async (t: TestContext) => {
  const origin = await startEchoOrigin(t)
  const gateway = await startTestGateway(t, { allow: [origin.at] })
  await loadOf(gateway, { target: origin.at, requests: 300, atOnce: 10 })
  const share = (address: string): number =>
    origin.sources.filter((source) => source === address).length / origin.sources.length
  ok(share(first) >= 0.2 && share(second) >= 0.2, `${share(first)} and ${share(second)}`)
  equal(share(first) + share(second), 1)
})

test('P-40: a destination that refuses both egresses is told as such, once', async (t) => {
  const closed = createServer()
  const { port } = await listenOn(closed, '127.0.0.1')
  await closeServer(closed)
  const gateway = await startTestGateway(t, { allow: [`127.0.0.1:${port}`] })
  const refused = await connectRefused(gateway, `127.0.0.1:${port}`)
  equal(refused.status, 502)
  match(refused.fields.get('proxy-status') ?? '', /error=connection_refused/)
})
