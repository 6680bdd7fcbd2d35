import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '../../cutover/rules/journal.ts'
import type { Plan } from '../../cutover/rules/plan.ts'
import { stateOf } from '../../cutover/rules/state.ts'
import { instant, minutes, seconds } from '../../values/time.ts'
import { findDone } from './done-already.ts'

const at = instant('2026-11-21')
const plan: Plan = {
  apps: [{ name: 'a', kind: 'external-client-app' }],
  ...{ from: ['192.0.2.1'], to: ['198.51.100.1', '198.51.100.2'] },
  terms: {
    ...{ propagation: seconds(60), watch: minutes(15), redemptionSuccess: 0.999, quiet: seconds(60) },
    ...{ drain: minutes(15), probes: 1, proofs: 1, recheck: minutes(5), retry: seconds(10), patience: 8 },
    ...{ saves: 3, freshness: seconds(5) },
  },
}
const entries: readonly Entry[] = [
  { at, kind: 'planned', plan, lists: [] },
  { at, kind: 'ended', how: 'done', instruction: '' },
]
const about = { id: '1', app: 'a', createdAt: at, endedAt: at, holder: null, fence: 1, until: at }
const isDone = async (asked: { plan?: Plan; lists?: readonly string[][]; active?: readonly string[] }) =>
  (await findDone(
    {
      list: () => Promise.resolve([{ ...about, id: '2', app: 'another' }, about]),
      view: (id) => Promise.resolve(id === '1' ? { about, entries, state: stateOf(entries) } : undefined),
    },
    { plan, lists: [[...plan.to]], active: plan.to, ...asked },
  )) !== undefined

test('what was done is done still where list and pool are what it made of them, whatever other apps did since', async () =>
  equal(await isDone({}), true))

test('it is not where the gateway has come back with the pool that it had before, or leaves from elsewhere as well', async () => {
  equal(await isDone({ active: plan.from }), false)
  equal(await isDone({ active: ['198.51.100.1'] }), false)
  equal(await isDone({ active: [...plan.to, '203.0.113.9'] }), false)
})

test('it is not where somebody has changed the list, nor by another plan', async () => {
  equal(await isDone({ lists: [[...plan.from, ...plan.to]] }), false)
  equal(await isDone({ plan: { ...plan, to: ['198.51.100.1'] } }), false)
})
