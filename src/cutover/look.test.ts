import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { instant, milliseconds, minutes, seconds } from '../values/time.ts'
import { look } from './look.ts'
import type { CutoverPorts } from './ports.ts'
import { beginning } from './rules/state.ts'

const unused = (): never => {
  throw new Error('it is not asked for')
}

test('the pool is looked at when everything else was, however long that takes', async () => {
  const order: string[] = []
  const said = async <T>(name: string, answer: T): Promise<T> => {
    await new Promise((resolve) => setImmediate(resolve))
    order.push(name)
    return answer
  }
  const allowlist = {
    ...{ save: unused, invalidate: unused, redemptions: unused, redeemers: () => said('history', []) },
    read: () => said('list', { rows: [], version: '1', isEnforced: true }),
  }
  const pool = { version: '1', members: [], whole: true, usedAt: new Map<string, never>(), strangers: [] }
  const read = async () => {
    order.push('pool')
    return await Promise.resolve(pool)
  }
  const ports: CutoverPorts = {
    ...{ lookBack: minutes(1), lists: [{ allowlist, canary: { redeem: unused } }] },
    traffic: { set: unused, invalidate: unused, probe: unused, read },
  }
  const none = milliseconds(0)
  const terms = {
    ...{ propagation: seconds(60), watch: minutes(15), redemptionSuccess: 1, quiet: none, drain: none, probes: 1 },
    ...{ proofs: 1, recheck: minutes(5), retry: seconds(10), patience: 8, saves: 3, freshness: seconds(5) },
  }
  const plan = { apps: [{ name: 'a', kind: 'external-client-app' as const }], from: ['192.0.2.1'], to: [], terms }
  await look(ports, beginning({ plan, lists: [] }), () => instant(0))
  deepEqual(order, ['list', 'history', 'pool'])
})
