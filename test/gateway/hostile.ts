/** Crowds of clients that mean harm, or are badly made, against a gateway in a process of its own; and what that process holds afterwards. */
import { equal, ok } from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { eventually, startChildGateway, type ChildGateway, type Held } from './child.ts'
import { startEchoOrigin, type Origin } from './origin.ts'
import { connectThrough, echoed, type Raw } from './raw-client.ts'

export type Siege = { readonly gateway: ChildGateway; readonly origin: Origin; readonly calm: Calm }
type Calm = { readonly descriptors: number; readonly held: Held }

type Deadlines = { readonly header?: string; readonly idle?: string; readonly halfClose?: string }

/** Warmed up by `warm` tunnels, so that what a process takes once and for all is taken. */
export async function besiege(t: TestContext, deadlines: Deadlines = {}, warm = 200): Promise<Siege> {
  const origin = await startEchoOrigin(t)
  const gateway = await startChildGateway(t, { allow: [`${origin.host}:*`], configuration: { deadlines } })
  await closeAll(await openMany({ gateway, origin }, warm))
  await eventually(
    async () => (await gateway.glance()).live,
    (live) => live === 0,
  )
  return { gateway, origin, calm: { descriptors: gateway.descriptors(), held: await gateway.held() } }
}

export async function openMany({ gateway, origin }: Pick<Siege, 'gateway' | 'origin'>, count: number): Promise<Raw[]> {
  const raws: Raw[] = []
  while (raws.length < count) {
    const wanted = Math.min(100, count - raws.length)
    const opened = await Promise.all(Array.from({ length: wanted }, () => connectThrough(gateway, origin.at)))
    for (const { raw, reply } of opened) {
      equal(reply.status, 200)
      raws.push(raw)
    }
  }
  return raws
}

export async function closeAll(raws: readonly Raw[]): Promise<void> {
  for (const { socket } of raws) socket.end()
  await Promise.all(raws.map((raw) => raw.rest()))
  for (const { socket } of raws) socket.destroy()
}

/** Resolves once nothing more is carried: what is on its way through is no measure of what is held. */
export async function untilQuiet({ gateway, calm }: Siege): Promise<Held> {
  const carriedBy = ({ usage }: Held): number => usage.reduce((sum, { up, down }) => sum + up + down, 0)
  let before = carriedBy(calm.held)
  let same = 0
  await eventually(
    () => gateway.glance(),
    (now) => {
      const carried = carriedBy(now)
      same = carried === before && carried > carriedBy(calm.held) ? same + 1 : 0
      before = carried
      return same === 5
    },
    30_000,
  )
  return await gateway.held()
}

/** Descriptors are what they were, but for a probe; the heap too, but for 100 bytes for each of the crowd and 2 MB of noise; and it serves. */
export async function assertCalm(t: TestContext, { gateway, origin, calm }: Siege, crowd: number): Promise<void> {
  await eventually(
    async () => (await gateway.glance()).live,
    (live) => live === 0,
    20_000,
  )
  // probes and echoes come and go with a descriptor of their own
  await eventually(
    () => gateway.descriptors(),
    (count) => count <= calm.descriptors + 2,
    20_000,
  )
  const leftOver = (held: Held): number => held.heapUsed + held.external - calm.held.heapUsed - calm.held.external
  const held = await eventually(
    () => gateway.held(),
    (now) => leftOver(now) < 2_000_000 + crowd * 100,
    20_000,
  )
  const { raw, reply } = await connectThrough(gateway, origin.at)
  equal(reply.status, 200)
  equal(await echoed(raw, 'still here'), 'still here')
  await closeAll([raw])
  t.diagnostic(
    `after ${crowd}: ${gateway.descriptors() - calm.descriptors} descriptors more, ${(leftOver(held) / 1000).toFixed(0)} kB of heap more`,
  )
}

/** Opened, each carried a byte, all idle; then ended. */
export async function idleTunnels(t: TestContext, count: number): Promise<void> {
  const siege = await besiege(t, {}, 400)
  const { gateway, calm } = siege
  const raws = await openMany(siege, count)
  const held = await gateway.held()
  equal(held.live, count)
  const each = (held.heapUsed + held.external - calm.held.heapUsed - calm.held.external) / count
  const resident = (held.rss - calm.held.rss) / count
  t.diagnostic(
    `an idle tunnel: ${(each / 1000).toFixed(1)} kB of heap, ${(resident / 1000).toFixed(1)} kB resident, ${((gateway.descriptors() - calm.descriptors) / count).toFixed(2)} descriptors`,
  )
  ok(each < 30_000, `${each} bytes an idle tunnel`)
  for (const raw of [raws[0], raws[count >> 1], raws.at(-1)]) equal(raw && (await echoed(raw, 'awake')), 'awake')
  await closeAll(raws)
  await assertCalm(t, siege, count)
}
