/** By which egress a dial leaves, and to which address it goes. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openBlackHole } from './black-hole.ts'
import { address, local, nameOf, openScene, startListener, type Bend } from './egress-scene.ts'

describe('the choice', () => {
  test('round robin alternates', async (t) => {
    const origin = await startListener(t)
    deepEqual(await (await openScene(t)).egressesOf(origin.port, 4), ['a', 'b', 'a', 'b'])
  })

  test('by latency, each of a pair gets a fifth of the tunnels or more', async (t) => {
    const origin = await startListener(t)
    const names = await (await openScene(t, { balance: 'latency' })).egressesOf(origin.port, 60)
    for (const name of ['a', 'b']) ok(names.filter((each) => each === name).length >= 12, names.join(''))
  })

  test('by affinity a client keeps its egress, and clients are spread', async (t) => {
    const origin = await startListener(t)
    const scene = await openScene(t, { balance: 'affinity' })
    const firsts = new Set<string>()
    for (const client of ['one', 'two', 'three', 'four', 'five', 'six']) {
      const names = new Set(await scene.egressesOf(origin.port, 3, { client }))
      equal(names.size, 1)
      for (const name of names) firsts.add(name)
    }
    equal(firsts.size, 2)
  })

  test('an IPv4 egress dials the IPv4 address of a destination that names IPv6 first, at once (L-84)', async (t) => {
    const origin = await startListener(t)
    const scene = await openScene(t, { attemptMs: 60_000 })
    const destination = { host: nameOf('x.test'), port: origin.port }
    const reachable = { destination, addresses: [address('2001:db8::1'), address('127.0.0.1')] }
    const dialled = await scene.dial(origin.port, { reachable })
    ok(dialled.ok)
    equal(dialled.value.remote, address('127.0.0.1'))
    const none = await scene.dial(origin.port, { reachable: { destination, addresses: [address('2001:db8::1')] } })
    ok(!none.ok)
    match(String(none.fault.saw['why']), /IPv6 addresses only, and no live egress can dial those/)
  })

  test('a dead address of the destination costs one attempt delay, since the second attempt goes to another address', async (t) => {
    const hole = await openBlackHole(t)
    const origin = await startListener(t, undefined, '127.0.0.3')
    const bend: Bend = ({ to, port }) => (to === '127.0.0.4' && port === origin.port ? hole : undefined)
    const scene = await openScene(t, { bend, attemptMs: 80 })
    const destination = { host: nameOf('x.test'), port: origin.port }
    const reachable = { destination, addresses: [address('127.0.0.4'), address('127.0.0.3')] }
    const dialled = await scene.dial(origin.port, { reachable })
    ok(dialled.ok)
    deepEqual([dialled.value.egress, dialled.value.remote], ['b', address('127.0.0.3')])
    equal(scene.begun.length, 2)
  })

  test('by affinity a dead address does not move a client to another egress', async (t) => {
    const hole = await openBlackHole(t)
    const origin = await startListener(t, undefined, '127.0.0.3')
    const bend: Bend = ({ to, port }) => (to === '127.0.0.4' && port === origin.port ? hole : undefined)
    const scene = await openScene(t, { bend, attemptMs: 80, balance: 'affinity' })
    const destination = { host: nameOf('x.test'), port: origin.port }
    const [usual] = await scene.egressesOf(origin.port, 1, {
      reachable: { destination, addresses: [address('127.0.0.3')] },
    })
    const reachable = { destination, addresses: [address('127.0.0.4'), address('127.0.0.3')] }
    deepEqual(await scene.egressesOf(origin.port, 1, { reachable }), [usual])
  })

  test('new tunnels go to the other egress when source ports run short, and are refused by name when there are none (L-79)', async (t) => {
    const origin = await startListener(t)
    const scene = await openScene(t, { options: { portRange: { first: 40_000, last: 40_001 } } })
    const names: string[] = []
    for (let i = 0; i < 5; i += 1) {
      const dialled = await scene.dial(origin.port)
      names.push(dialled.ok ? dialled.value.egress : dialled.fault.code)
    }
    deepEqual(names.toSorted(), ['PORTS_EXHAUSTED', 'a', 'a', 'b', 'b'])
    deepEqual(scene.view('a').ports, { used: 2, of: 2 })
  })
})

describe('the declared set', () => {
  test('changes without touching those that stay as they were', async (t) => {
    const scene = await openScene(t)
    const { since } = scene.view('a')
    scene.pool.count('a', 1)
    await scene.pool.declare([local('a', '127.0.0.11'), local('c', '127.0.0.13')])
    deepEqual(
      scene.pool.views().map(({ name, state }) => `${name} ${state}`),
      ['a up', 'c up'],
    )
    deepEqual([scene.view('a').since, scene.view('a').tunnels], [since, 1])
  })

  test('has no egress: 503, which says so', async (t) => {
    const scene = await openScene(t, { egress: [] })
    const dialled = await scene.dial(443)
    ok(!dialled.ok)
    deepEqual([dialled.fault.code, dialled.fault.saw['why']], ['NO_LIVE_EGRESS', 'none is declared in gateway.egress'])
  })

  test('an egress on standby carries what is pinned to it and nothing else, not even where the others are gone', async (t) => {
    const origin = await startListener(t)
    const scene = await openScene(t)
    equal(scene.pool.setMode('a', 'standby'), true)
    equal(scene.view('a').state, 'standby')
    deepEqual(await scene.egressesOf(origin.port, 4), ['b', 'b', 'b', 'b'])
    const pinned = await scene.dial(origin.port, { pin: 'a' })
    ok(pinned.ok)
    equal(pinned.value.egress, 'a')
    scene.pool.setMode('b', 'draining')
    const dialled = await scene.dial(origin.port)
    ok(!dialled.ok)
    equal(dialled.fault.code, 'NO_LIVE_EGRESS')
    scene.pool.setMode('a', 'active')
    deepEqual(await scene.egressesOf(origin.port, 2), ['a', 'a'])
  })

  test('a drained egress gets no new tunnels until it is resumed', async (t) => {
    const origin = await startListener(t)
    const scene = await openScene(t)
    equal(scene.pool.setMode('a', 'draining'), true)
    equal(scene.pool.setMode('z', 'draining'), false)
    equal(scene.view('a').state, 'draining')
    deepEqual(await scene.egressesOf(origin.port, 3), ['b', 'b', 'b'])
    scene.pool.setMode('a', 'active')
    deepEqual(new Set(await scene.egressesOf(origin.port, 4)), new Set(['a', 'b']))
  })
})
