import { deepEqual, equal } from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { committed, openGatewayStore, rows } from '../../../test/gateway/store.ts'
import { instant } from '../../values/time.ts'
import { prune } from '../metering/ticking.ts'
import { findEgressUse, findMonthSums, type UsageBatch } from './usage.ts'

const batch = (sequence: number, about: Partial<UsageBatch> = {}): UsageBatch => ({
  ...{ processId: 'p', sequence, at: 1, hours: [], sumsOf: { month: '2026-11', clients: ['app'] } },
  usage: [{ month: '2026-11', client: 'app', egress: 'a', up: 1, down: 2, tunnels: 1 }],
  ...about,
})

describe('batches', () => {
  test('P-44: one that is replayed, alone or after a later one, counts once and is answered all the same', async (t) => {
    const storage = await openGatewayStore(t)
    const write = async (of: UsageBatch) => committed(await storage.write('recordUsage', of))
    deepEqual(await write(batch(1)), [{ client: 'app', bytes: 3 }])
    deepEqual(await write(batch(1)), [{ client: 'app', bytes: 3 }])
    deepEqual(await write(batch(2)), [{ client: 'app', bytes: 6 }])
    deepEqual(await write(batch(1)), [{ client: 'app', bytes: 6 }])
  })

  test('of two processes do not stand for each other', async (t) => {
    const storage = await openGatewayStore(t)
    committed(await storage.write('recordUsage', batch(1)))
    committed(await storage.write('recordUsage', batch(1, { processId: 'q' })))
    deepEqual(await storage.read(() => findMonthSums('2026-11')), [{ client: 'app', bytes: 6 }])
  })
})

describe('use by hour', () => {
  const hour = 494_000
  const used = (at: number, about: object = {}) => ({
    ...{
      egress: 'a',
      hour: Math.floor(at / 3_600_000),
      destination: 'x:443',
      up: 1,
      down: 1,
      tunnels: 1,
      lastUsedAt: at,
    },
    ...about,
  })
  const fill = async (t: TestContext) => {
    const storage = await openGatewayStore(t)
    const start = hour * 3_600_000
    const hours = [
      used(start + 1000),
      used(start + 3_600_000),
      used(start, { egress: 'b' }),
      used(start, { destination: 'y:443' }),
    ]
    committed(await storage.write('recordUsage', batch(1, { hours })))
    return { storage, start, ask: (since: number) => storage.read(() => findEgressUse({ egress: 'a', since })) }
  }

  test('is summed by destination from the hour in which since lies', async (t) => {
    const { start, ask } = await fill(t)
    deepEqual((await ask(start)).map(({ destination, tunnels }) => [destination, tunnels]), [['x:443', 2], ['y:443', 1]])
    deepEqual((await ask(start + 1)).map(({ destination, tunnels }) => [destination, tunnels]), [['x:443', 2]])
    deepEqual((await ask(start + 1001)).map(({ destination, tunnels }) => [destination, tunnels]), [['x:443', 1]])
    deepEqual(await ask(start + 3_600_001), [])
  }) // prettier-ignore
})

test('25 months by client and 92 days by hour are kept, however much there is to remove', async (t) => {
  const storage = await openGatewayStore(t)
  const now = instant('2026-11-15T12:00:00Z')
  const old = Math.floor(now / 3_600_000) - 92 * 24
  const usage = ['2024-10', '2024-11', '2026-11'].map((month) => ({ ...{ month, client: 'app', egress: 'a' }, up: 1, down: 0, tunnels: 0 }))
  const hours = Array.from({ length: 1200 }, (_each, i) => ({
    ...{ egress: 'a', hour: old - 1200 + i + 1, destination: 'x:443', up: 1, down: 0, tunnels: 0, lastUsedAt: 0 },
  }))
  committed(await storage.write('recordUsage', batch(1, { usage, hours, at: now - 8 * 86_400_000 })))
  committed(await storage.write('recordUsage', batch(1, { processId: 'q', usage: [], at: now })))
  await prune({ storage, clock: () => now })
  deepEqual(await rows(storage, 'SELECT month FROM usage ORDER BY month'), [{ month: '2024-11' }, { month: '2026-11' }])
  deepEqual(await rows(storage, 'SELECT hour FROM egress_hours'), [{ hour: old }])
  deepEqual(await rows(storage, 'SELECT process FROM batches'), [{ process: 'q' }])
  equal((await rows(storage, 'SELECT 1 FROM usage')).length, 2)
}) // prettier-ignore
