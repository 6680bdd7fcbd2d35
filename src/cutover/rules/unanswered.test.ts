/** A call that was not answered may be done at any later time, and then it is another world that it is done in (P-64). */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { after, instant, minutes, seconds } from '../../values/time.ts'
import type { Act, Entry } from './journal.ts'
import { next } from './next.ts'
import { stateOf } from './state.ts'

const at = instant('2026-11-21')
const later = after(at, seconds(10))
const planned: Entry = {
  ...{ at, kind: 'planned', lists: [{ version: '1', listed: ['192.0.2.1'], others: '', claimed: false }] },
  plan: {
    apps: [{ name: 'a', kind: 'external-client-app' }],
    ...{ from: ['192.0.2.1'], to: ['198.51.100.1'] },
    terms: {
      ...{ propagation: seconds(60), watch: minutes(15), redemptionSuccess: 0.999, quiet: seconds(60) },
      ...{ drain: minutes(15), probes: 1, proofs: 1, recheck: minutes(5), retry: seconds(10), patience: 8 },
      ...{ saves: 3, freshness: seconds(5) },
    },
  },
}
const acts: readonly Act[] = [
  { kind: 'set-pool', modes: [{ address: '198.51.100.1', mode: 'active' }], expects: '1' },
  { kind: 'save-list', list: 0, add: [], remove: ['192.0.2.1'], expects: '1' },
]

for (const act of acts) {
  const begun: readonly Entry[] = [planned, { at, kind: 'intent', act }]
  const nextAfter = (...entries: readonly Entry[]): string => {
    const command = next(stateOf([...begun, ...entries]), later)
    return command.kind === 'act' ? command.act.kind : command.kind
  }
  test(`P-64: before anything else is done, a ${act.kind} without an answer is made void, by its own runner too`, () => {
    const lost: Entry = { at, kind: 'acted', act, result: 'unknown' }
    equal(nextAfter(lost), 'invalidate')
    equal(nextAfter(lost, { at, kind: 'asked', what: 'rollback' }), 'invalidate')
    const voided = (result: 'done' | 'unknown'): Entry => ({ at, kind: 'acted', act: { kind: 'invalidate' }, result })
    equal(nextAfter(lost, voided('unknown')), 'invalidate')
    equal(nextAfter(lost, voided('done')), 'observe')
  })

  test(`a ${act.kind} that was answered is not`, () =>
    deepEqual(
      (['done', 'stale', 'refused'] as const).map((result) => nextAfter({ at, kind: 'acted', act, result })),
      ['observe', 'observe', 'observe'],
    ))
}
