import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { readEntry } from './entry-text.ts'
import { stateOf } from './rules/state.ts'

/** As journals were written when a plan had one app. */
const lines = [
  {
    ...{ at: 1, kind: 'planned', list: { version: '1', listed: ['192.0.2.1'], others: '' } },
    plan: { app: 'A', from: ['192.0.2.1'], to: ['198.51.100.1', '198.51.100.2'], terms: { patience: 8 } },
  },
  { at: 2, kind: 'took-over', fence: 1, runner: 'r' },
  {
    ...{ at: 3, kind: 'observed' },
    seen: {
      ...{ at: 3, list: { version: '1', listed: ['192.0.2.1'], others: '' }, usedAt: [['192.0.2.1', 3]] },
      ...{ pool: { version: '1', members: [], whole: true }, strangers: [], silent: [] },
    },
  },
  { at: 4, kind: 'intent', act: { kind: 'save-list', add: ['198.51.100.1'], remove: [], expects: '1' } },
  { at: 5, kind: 'acted', act: { kind: 'save-list', add: ['198.51.100.1'], remove: [], expects: '1' }, result: 'done' },
  { at: 6, kind: 'redeemed', address: '198.51.100.1', result: 'success', evidence: '' },
  { at: 7, kind: 'watched', attempts: 1, successes: 1, refused: 0 },
]

test('a journal of when a plan had one app says the same of its first list', () => {
  const state = stateOf(lines.map((each) => readEntry(JSON.stringify(each))))
  deepEqual(state.plan.apps, [{ name: 'A', kind: 'external-client-app' }])
  equal(state.lists.length, 1)
  const [list] = state.lists
  deepEqual([list?.listed, list?.claimed, list?.changedAt, list?.saves], [['192.0.2.1'], false, 5, 1])
  equal(list?.redemptions.get('198.51.100.1')?.successes, 1)
  deepEqual([list?.watched?.attempts, list?.watched?.whole], [1, false])
  equal(state.open, undefined)
})
