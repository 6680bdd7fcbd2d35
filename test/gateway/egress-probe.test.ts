/** What a probe takes for evidence, and what it does not. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openBlackHole } from './black-hole.ts'
import { closedPort, local, openScene, pair, startListener, via, type Bend, type Scene } from './egress-scene.ts'

/** What reaches the target, until it is said that nothing does any more. */
async function openDroppable(t: Parameters<typeof openScene>[0], from?: string) {
  const target = await startListener(t)
  const hole = await openBlackHole(t)
  const world = { drops: false }
  const bend: Bend = (asked) =>
    world.drops && asked.port === target.port && (from === undefined || asked.from === from) ? hole : undefined
  const becomes = openBecomes()
  const scene = await openScene(t, { bend, target: target.at, attemptMs: 50, options: { log: becomes.log } })
  return { ...{ target, world, scene }, becomes: becomes.resolved }
}

/** Resolves once that event has been logged. */
function openBecomes() {
  const seen = new Set<string>()
  const waiting: (() => void)[] = []
  const keep = (event: string): void => {
    seen.add(event)
    for (const look of waiting) look()
  }
  const resolved = async (event: string): Promise<void> =>
    await new Promise((resolve) => {
      const look = (): void => void (seen.has(event) && resolve())
      waiting.push(look)
      look()
    })
  return { log: { info: keep, warn: keep, error: keep }, resolved }
}

/** Blocks the loop as soon as a probe has been sent, for longer than its timeout of 300 ms. */
async function probeOverBlockedLoop({ pool, begun }: Scene): Promise<void> {
  const before = begun.length
  const probing = pool.probeNow()
  while (begun.length < before + pair.length) await new Promise((resolve) => setImmediate(resolve))
  await new Promise((resolve) => setImmediate(resolve)) // the connection is begun on the next tick
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700)
  await probing
}

describe('a probe', () => {
  test('that nobody answers within its timeout is a failure, and as many as fall says take the egress down', async (t) => {
    const { scene, world } = await openDroppable(t)
    world.drops = true
    // on a machine so busy that a timer fires late a probe is no evidence (P-15), and another one is made
    const failTo = async (count: number): Promise<void> => {
      while (scene.view('a').probes.failed < count) await scene.pool.probeNow()
    }
    await failTo(1)
    equal(scene.view('a').state, 'up')
    await failTo(2)
    equal(scene.view('a').state, 'down')
    match(scene.view('a').why, /^The probe of 127\.0\.0\.1:\d+ had no answer within 300 ms\.$/)
    deepEqual(scene.view('a').probes, { succeeded: 1, failed: 2 })
    world.drops = false
    await scene.pool.probeNow()
    await scene.pool.probeNow()
    equal(scene.view('a').state, 'up')
  })

  test('P-15: whose timer fires late is no evidence against the egress', async (t) => {
    const { scene, world } = await openDroppable(t)
    world.drops = true
    for (let i = 0; i < 3; i += 1) await probeOverBlockedLoop(scene)
    deepEqual(
      scene.pool.views().map(({ state, probes }) => [state, probes.failed]),
      [
        ['up', 0],
        ['up', 0],
      ],
    )
  })

  test('P-15: whose answer arrived while the loop was blocked is a success', async (t) => {
    const { scene } = await openDroppable(t)
    await probeOverBlockedLoop(scene)
    deepEqual(scene.view('a').probes, { succeeded: 2, failed: 0 })
  })

  test('L-64: is brought forward by a dial that another egress outran, and takes the black-holed one down', async (t) => {
    const { scene, target, world, becomes } = await openDroppable(t, '127.0.0.11')
    world.drops = true
    deepEqual(await scene.egressesOf(target.port, 1), ['b'])
    await becomes('gateway.egress.down')
    deepEqual(
      scene.pool.views().map(({ name, state }) => `${name} ${state}`),
      ['a down', 'b up'],
    )
  })

  test('that is refused is a failure: the target is what has to be reached', async (t) => {
    const scene = await openScene(t, { target: `127.0.0.1:${await closedPort()}` })
    equal(scene.view('a').state, 'down')
    match(scene.view('a').why, /the connection was refused/)
  })

  test('of an address that is not on this machine makes the egress unusable, and says what to do', async (t) => {
    const scene = await openScene(t, { egress: [local('c', '203.0.113.7')] })
    equal(scene.view('c').state, 'unusable')
    match(scene.view('c').why, /^203\.0\.113\.7 is not an address of this machine; add it to an interface, or /)
  })

  test('through a proxy is a CONNECT to the target, and nothing is sent behind it', async (t) => {
    const proxy = await startListener(t, (socket) => {
      socket.once('data', () => void socket.write('HTTP/1.1 200 OK\r\n\r\n'))
    })
    const target = await startListener(t)
    const scene = await openScene(t, { egress: [via('v', `http://${proxy.at}`)], target: target.at })
    equal(scene.view('v').state, 'up')
    equal(proxy.received(), `CONNECT ${target.at} HTTP/1.1\r\nHost: ${target.at}\r\nVia: 1.1 sallyport\r\n\r\n`)
  })
})
