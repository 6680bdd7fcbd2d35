/** What the pool promises about every dial: which egress, which address, and what becomes of it when one fails. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { reasonOf } from '../../src/gateway/rules/refusal.ts'
import { openBlackHole } from './black-hole.ts'
import { address, closedPort, local, openScene, pair, startListener, type Bend } from './egress-scene.ts'

describe('P-40: a dial fails over while nothing has been sent', () => {
  test('one that stalls is raced after the attempt delay, the first connection wins, and the loser is destroyed', async (t) => {
    const origin = await startListener(t)
    const hole = await openBlackHole(t)
    const bend: Bend = ({ from, port }) => (from === '127.0.0.11' && port === origin.port ? hole : undefined)
    const scene = await openScene(t, { bend, attemptMs: 100 })
    const dialled = await scene.dial(origin.port)
    ok(dialled.ok)
    equal(dialled.value.egress, 'b')
    ok(dialled.value.dialMs >= 95, `${dialled.value.dialMs}`)
    deepEqual(
      scene.begun.map(({ from }) => from),
      ['127.0.0.11', '127.0.0.12'],
    )
    deepEqual(
      scene.begun.map(({ socket }) => socket.destroyed),
      [true, false],
    )
    equal(origin.received(), '')
  })

  test('one that is refused goes to the next at once', async (t) => {
    const origin = await startListener(t)
    const closed = await closedPort()
    const bend: Bend = ({ from, port }) =>
      from === '127.0.0.11' && port === origin.port ? { port: closed } : undefined
    const scene = await openScene(t, { bend, attemptMs: 60_000 })
    deepEqual(await scene.egressesOf(origin.port, 4), ['b', 'b', 'b', 'b'])
  })

  test('one that is refused from everywhere is answered with the refusal of the destination, and leaves the egresses up', async (t) => {
    const scene = await openScene(t, { attemptMs: 60_000 })
    const dialled = await scene.dial(await closedPort())
    ok(!dialled.ok)
    equal(dialled.fault.code, 'CONNECTION_REFUSED')
    deepEqual(new Set(scene.begun.map(({ from }) => from)), new Set(['127.0.0.11', '127.0.0.12']))
    deepEqual(
      scene.pool.views().map(({ state }) => state),
      ['up', 'up'],
    )
  })

  test('one that nobody answers ends at the dial deadline', async (t) => {
    const hole = await openBlackHole(t)
    const scene = await openScene(t, { attemptMs: 50, dialMs: 400 })
    const dialled = await scene.dial(hole.port)
    ok(!dialled.ok)
    equal(dialled.fault.code, 'CONNECTION_TIMED_OUT')
    equal(dialled.fault.saw['egress'], 'a, b')
    ok(Number(dialled.fault.saw['after']) < 2_000)
  })

  test('a pinned one never fails over', async (t) => {
    const scene = await openScene(t)
    const closed = await closedPort()
    const dialled = await scene.dial(closed, { pin: 'b' })
    ok(!dialled.ok)
    equal(dialled.fault.code, 'CONNECTION_REFUSED')
    deepEqual(
      scene.begun.map(({ from }) => from),
      ['127.0.0.12'],
    )
  })

  test('a pinned one is refused at once where its egress cannot be used, or is none', async (t) => {
    const origin = await startListener(t)
    const scene = await openScene(t, { egress: [...pair, local('c', '203.0.113.7')] })
    const down = await scene.dial(origin.port, { pin: 'c' })
    const unknown = await scene.dial(origin.port, { pin: 'z' })
    ok(!down.ok && !unknown.ok)
    deepEqual([down.fault.code, unknown.fault.code], ['PINNED_EGRESS_DOWN', 'EGRESS_UNKNOWN'])
    match(String(down.fault.saw['why']), /203\.0\.113\.7 is not an address of this machine; add it to an interface/)
    deepEqual(scene.begun, [])
  })

  test('one whose client goes away is given up, and leaves no connection behind', async (t) => {
    const hole = await openBlackHole(t)
    const scene = await openScene(t, { attemptMs: 20 })
    const client = new AbortController()
    const dialling = scene.dial(hole.port, { gone: client.signal })
    setTimeout(() => client.abort(), 60)
    const dialled = await dialling
    ok(!dialled.ok)
    match(String(dialled.fault.saw['why']), /client has gone/)
    equal(scene.begun.length, 2)
    ok(scene.begun.every(({ socket }) => socket.destroyed))
  })

  test('one whose client had gone before it was connected hands out nothing', async (t) => {
    const origin = await startListener(t)
    const scene = await openScene(t)
    const dialled = await scene.dial(origin.port, { gone: AbortSignal.abort() })
    equal(dialled.ok, false)
  })
})

describe('P-41: an egress leaves by its own address and no other', () => {
  test('every connection is from the address of its egress, with TCP_NODELAY to be half closed', async (t) => {
    const origin = await startListener(t)
    const scene = await openScene(t)
    const dialled = await scene.dial(origin.port)
    ok(dialled.ok)
    const { egress, address: leaves, observed, remote, socket } = dialled.value
    deepEqual(
      { egress, leaves, observed, remote },
      { egress: 'a', leaves: '127.0.0.11', observed: true, remote: address('127.0.0.1') },
    )
    equal(socket.allowHalfOpen, true)
    equal(origin.sockets[0]?.remoteAddress, '127.0.0.11')
  })

  test('a connection that turns out to be bound to another address is never handed out', async (t) => {
    const origin = await startListener(t)
    // as if the binding had been lost on the way
    const bend: Bend = ({ port }) => (port === origin.port ? { localAddress: '127.0.0.99' } : undefined)
    const scene = await openScene(t, { bend })
    const dialled = await scene.dial(origin.port)
    ok(!dialled.ok)
    equal(dialled.fault.code, 'NO_LIVE_EGRESS')
    match(String(dialled.fault.saw['why']), /would have left by 127\.0\.0\.99, not by 127\.0\.0\.11/)
    deepEqual(
      scene.pool.views().map(({ state }) => state),
      ['unusable', 'unusable'],
    )
    await new Promise((resolve) => setImmediate(resolve))
    equal(origin.received(), '')
  })

  test('with every egress down the refusal comes at once, and tells of each why', async (t) => {
    const scene = await openScene(t, { egress: [local('a', '203.0.113.7'), local('b', '203.0.113.8')] })
    const dialled = await scene.dial(1)
    ok(!dialled.ok)
    equal(reasonOf(dialled.fault).status, 503)
    match(
      String(dialled.fault.saw['why']),
      /a is unusable: 203\.0\.113\.7 is not .*; b is unusable: 203\.0\.113\.8 is not /,
    )
    deepEqual(scene.begun, [])
  })

  test('an echo that sees another address makes it unusable; what is declared is not held against confirm: off', async (t) => {
    const origin = await startListener(t)
    const egress = [
      local('a', '127.0.0.11', { public: '192.0.2.1' }),
      local('b', '127.0.0.12', { public: '192.0.2.2', confirm: false }),
    ]
    const scene = await openScene(t, { egress })
    equal(scene.view('a').state, 'unusable')
    match(scene.view('a').why, /echo saw 127\.0\.0\.11, not the declared 192\.0\.2\.1; .*gateway\.echo\.url/)
    equal(scene.view('a').publicIs, 'unconfirmed')
    equal(scene.view('b').publicIs, 'declared')
    const dialled = await scene.dial(origin.port)
    ok(dialled.ok)
    deepEqual([dialled.value.egress, dialled.value.address, dialled.value.observed], ['b', '192.0.2.2', false])
  })

  test('an echo outside is asked instead of the own one', async (t) => {
    const outside = await startListener(t, (socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"ip": "192.0.2.1"}'))
    })
    const scene = await openScene(t, {
      egress: [local('a', '127.0.0.11', { public: '192.0.2.1' })],
      echoUrl: `http://${outside.at}/ip`,
    })
    deepEqual(
      [scene.view('a').state, scene.view('a').public, scene.view('a').publicIs],
      ['up', '192.0.2.1', 'observed'],
    )
    match(outside.received(), /^GET \/ip HTTP\/1\.1\r\n/)
  })

  test('an echo that does not answer leaves it unconfirmed, hence unusable', async (t) => {
    const scene = await openScene(t, {
      egress: [local('a', '127.0.0.11')],
      echoUrl: `http://127.0.0.1:${await closedPort()}/`,
    })
    equal(scene.view('a').state, 'unusable')
    match(scene.view('a').why, /could not confirm 127\.0\.0\.11: the connection was refused; see gateway\.echo/)
  })

  test('the own echo answers as text and as JSON, and believes no header', async (t) => {
    const { echo } = await openScene(t)
    const ask = async (accept: string) =>
      await fetch(`http://127.0.0.1:${echo.port}/`, { headers: { 'Accept': accept, 'X-Forwarded-For': '192.0.2.66' } })
    equal(await (await ask('*/*')).text(), '127.0.0.1\n')
    deepEqual(await (await ask('application/json')).json(), { ip: '127.0.0.1' })
  })
})

describe('P-42: admission orders the choice and never empties it', () => {
  const row = (egress: string, admission: 'confirmed' | 'refused', label?: string) => ({
    label,
    group: 'x.test:*',
    egress,
    admission,
  })

  test('with one address refused every tunnel leaves by the other (L-61)', async (t) => {
    const origin = await startListener(t)
    const scene = await openScene(t)
    scene.pool.declareAdmissions([row('a', 'refused')])
    deepEqual(new Set(await scene.egressesOf(origin.port, 6)), new Set(['b']))
  })

  test('customer x refused on a, y on b: both get out', async (t) => {
    const origin = await startListener(t)
    const scene = await openScene(t)
    scene.pool.admit(row('a', 'refused', 'x'))
    scene.pool.admit(row('b', 'refused', 'y'))
    deepEqual(await scene.egressesOf(origin.port, 2, { client: 'x' }), ['b', 'b'])
    deepEqual(await scene.egressesOf(origin.port, 2, { client: 'y' }), ['a', 'a'])
    deepEqual(scene.view('a').admissions, [{ label: 'x', group: 'x.test:*', admission: 'refused' }])
  })

  test('a refused one is still used where the others are down', async (t) => {
    const origin = await startListener(t)
    const scene = await openScene(t)
    scene.pool.declareAdmissions([row('a', 'refused'), row('b', 'confirmed')])
    scene.pool.setMode('b', 'draining')
    deepEqual(await scene.egressesOf(origin.port, 2), ['a', 'a'])
    scene.pool.setMode('b', 'active')
    deepEqual(await scene.egressesOf(origin.port, 2), ['b', 'b'])
  })

  test('a refused one is not raced as soon as another: a lost packet has the time to be sent again', async (t) => {
    const origin = await startListener(t)
    const hole = await openBlackHole(t)
    const bend: Bend = ({ from, port }) => (from === '127.0.0.11' && port === origin.port ? hole : undefined)
    const scene = await openScene(t, { bend, attemptMs: 50 })
    scene.pool.declareAdmissions([row('a', 'confirmed'), row('b', 'refused')])
    const dialled = await scene.dial(origin.port)
    ok(dialled.ok)
    equal(dialled.value.egress, 'b')
    ok(dialled.value.dialMs >= 290, `${dialled.value.dialMs}`)
  })
})
