import { equal, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '../../cutover/rules/journal.ts'
import type { Plan } from '../../cutover/rules/plan.ts'
import { stateOf } from '../../cutover/rules/state.ts'
import { instant, minutes, seconds } from '../../values/time.ts'
import { findToRollBack } from './to-roll-back.ts'

const at = instant('2026-11-21')
const plan: Plan = {
  apps: [{ name: 'a', kind: 'external-client-app' }],
  ...{ from: ['192.0.2.1'], to: ['198.51.100.1'] },
  terms: {
    ...{ propagation: seconds(60), watch: minutes(15), redemptionSuccess: 0.999, quiet: seconds(60) },
    ...{ drain: minutes(15), probes: 1, proofs: 1, recheck: minutes(5), retry: seconds(10), patience: 8 },
    ...{ saves: 3, freshness: seconds(5) },
  },
}
const about = { id: 'newest', app: 'a', createdAt: at, endedAt: at, holder: null, fence: 1, until: at }
const entries: readonly Entry[] = [{ at, kind: 'planned', plan, lists: [] }]
const cutovers = {
  list: () => Promise.resolve([about]),
  view: () => Promise.resolve({ about, entries, state: stateOf(entries) }),
}

test('the newest cutover of the apps is rolled back, by a file of its plan', async () =>
  equal((await findToRollBack(cutovers, plan)).about.id, 'newest'))

test('a file of another plan is refused, and told which plan it is', async () =>
  rejects(
    findToRollBack(cutovers, { ...plan, to: ['203.0.113.1'] }),
    /^Complaint: The newest cutover of a, newest, is by another plan: from 192\.0\.2\.1 to 198\.51\.100\.1\.$/,
  ))

test('where there is none of these apps, it says so', async () =>
  rejects(findToRollBack(cutovers, { ...plan, apps: [] }), /There is no cutover of {2}to be rolled back/))
