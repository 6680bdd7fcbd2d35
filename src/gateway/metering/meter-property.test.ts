import { deepEqual, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { array, assert, asyncProperty, constant, constantFrom, nat, oneof, record, type Arbitrary } from 'fast-check'
import { bentStore, openGatewayStore, rows, type Fate, type GatewayStore } from '../../../test/gateway/store.ts'
import { client, midNovember, openMetered, tunnelOf, type Metered } from '../../../test/gateway/metered.ts'
import { after, days, type Instant } from '../../values/time.ts'
import type { LiveTunnel } from '../tunnel.ts'

type Step =
  | { readonly kind: 'start'; readonly client: 'app' | 'other'; readonly egress: 'a' | 'b' }
  | { readonly kind: 'carry'; readonly tunnel: number; readonly up: number; readonly down: number }
  | { readonly kind: 'end'; readonly tunnel: number }
  | { readonly kind: 'flush'; readonly fate: Fate }
  | { readonly kind: 'months' }
  | { readonly kind: 'crash' }

const step: Arbitrary<Step> = oneof(
  record({ kind: constant('start'), client: constantFrom('app', 'other'), egress: constantFrom('a', 'b') }),
  {
    weight: 3,
    arbitrary: record({ kind: constant('carry'), tunnel: nat(9), up: nat(5000), down: nat(5000) }),
  },
  record({ kind: constant('end'), tunnel: nat(9) }),
  {
    weight: 2,
    arbitrary: record({
      kind: constant('flush'),
      fate: constantFrom<Fate>('committed', 'committed', 'failed', 'dropped', 'unknown', 'lost'),
    }),
  },
  record({ kind: constant('months') }),
  record({ kind: constant('crash') }),
)

type Sum = { up: number; down: number; tunnels: number }
type World = {
  readonly storage: GatewayStore
  metered: Metered
  fate: Fate
  now: Instant
  live: LiveTunnel[]
  /** By `client egress`: what was carried at all; what of it a crash may have taken; and of what the months were told apart. */
  readonly truth: Map<string, Sum>
  readonly atRisk: Map<string, Sum>
}

const add = (to: Map<string, Sum>, key: string, about: Partial<Sum>): void => {
  const sum = to.get(key) ?? { up: 0, down: 0, tunnels: 0 }
  to.set(key, sum)
  sum.up += about.up ?? 0
  sum.down += about.down ?? 0
  sum.tunnels += about.tunnels ?? 0
}

async function reopen(world: Omit<World, 'metered'>): Promise<Metered> {
  return await openMetered(bentStore(world.storage, () => world.fate), { now: world.now }) // prettier-ignore
}

async function take(world: World, what: Step): Promise<void> {
  const { metered, live } = world
  const at = (n: number): LiveTunnel | undefined => live[n % Math.max(1, live.length)]
  const keyOf = ({ ask, dialled }: LiveTunnel): string => `${ask.client.name} ${dialled?.egress}`
  switch (what.kind) {
    case 'start': {
      ok(metered.meter.permit(client(what.client)).ok)
      const tunnel = tunnelOf(what.client, what.egress, world.now)
      metered.meter.started(tunnel)
      live.push(tunnel)
      add(world.truth, keyOf(tunnel), { tunnels: 1 })
      return add(world.atRisk, keyOf(tunnel), { tunnels: 1 })
    }
    case 'carry': {
      const tunnel = at(what.tunnel)
      if (tunnel === undefined) return
      tunnel.up += what.up
      tunnel.down += what.down
      add(world.truth, keyOf(tunnel), what)
      return add(world.atRisk, keyOf(tunnel), what)
    }
    case 'end': {
      const tunnel = at(what.tunnel)
      if (tunnel !== undefined) metered.meter.ended(tunnel, { kind: 'closed' })
      world.live = live.filter((each) => each !== tunnel)
      return
    }
    case 'flush':
      world.fate = what.fate
      await metered.meter.flush()
      world.fate = 'committed'
      if (what.fate === 'committed') world.atRisk.clear()
      return
    case 'months':
      world.now = after(world.now, days(20))
      metered.now = world.now
      return
    case 'crash': {
      // the process is gone, and with it its tunnels; of what was at risk a lost report may have been stored all the same
      world.live = []
      const stored = await storedSums(world.storage)
      for (const [key, { up, down, tunnels }] of world.truth) {
        const there = stored.get(key) ?? { up: 0, down: 0, tunnels: 0 }
        const risk = world.atRisk.get(key) ?? { up: 0, down: 0, tunnels: 0 }
        for (const [lost, most] of [[up - there.up, risk.up], [down - there.down, risk.down], [tunnels - there.tunnels, risk.tunnels]] as const)
          ok(lost >= 0 && lost <= most, `${key}: ${lost} of at most ${most} lost`) // prettier-ignore
      }
      world.truth.clear()
      for (const [key, sum] of stored) world.truth.set(key, sum)
      world.atRisk.clear()
      world.metered = await reopen(world)
    }
  }
}

async function storedSums(storage: GatewayStore, table: 'usage' | 'egress_hours' = 'usage'): Promise<Map<string, Sum>> {
  const found = (await rows(storage, `SELECT * FROM ${table}`)) as (Sum & { client: string; egress: string })[]
  const sums = new Map<string, Sum>()
  for (const row of found) add(sums, table === 'usage' ? `${row.client} ${row.egress}` : row.egress, row)
  return sums
}

test('L-83, P-44: after any sequence of counts, failures and crashes the sums are the truth, or less by what a crash took since the last batch', async (t) => {
  await assert(
    asyncProperty(array(step, { maxLength: 40 }), async (steps) => {
      const storage = await openGatewayStore(t)
      const ground = { storage, fate: 'committed' as Fate, now: midNovember, live: [], truth: new Map(), atRisk: new Map() }
      const world: World = Object.assign(ground, { metered: await reopen(ground) })
      // `ground` and `world` are one object: the bent store asks it for its fate
      for (const each of steps) await take(world, each)
      await world.metered.meter.close()
      const sorted = (sums: Map<string, Sum>) => [...sums].filter(([, { up, down, tunnels }]) => up + down + tunnels > 0).toSorted(([a], [b]) => (a < b ? -1 : 1))
      const stored = await storedSums(storage)
      deepEqual(sorted(stored), sorted(world.truth))
      await knowsItsMonth(world)
      const byEgress = new Map<string, Sum>()
      for (const [key, sum] of stored) add(byEgress, key.split(' ')[1] ?? '', sum)
      deepEqual(sorted(await storedSums(storage, 'egress_hours')), sorted(byEgress), 'hours and months tell the same')
      await storage.close()
    }),
    { numRuns: 150 },
  )
}) // prettier-ignore

/** What plans are judged by is what is stored of this month. */
async function knowsItsMonth({ metered, storage, now }: World): Promise<void> {
  const month = new Date(now).toISOString().slice(0, 7)
  ok(metered.meter.permit(client('app')).ok) // a month that has ended is found here
  const used = metered.meter.plans().map(({ client: name, usedBytes }) => [name, usedBytes])
  const sums = await rows(
    storage,
    'SELECT client, sum(up + down) AS bytes FROM usage WHERE month = ? GROUP BY client',
    month,
  )
  const stored = new Map((sums as { client: string; bytes: number }[]).map(({ client: name, bytes }) => [name, bytes]))
  deepEqual(
    used,
    ['app', 'other'].map((name) => [name, stored.get(name) ?? 0]),
  )
}
