/** Whoever asks for a rollback after an end has seen how it ended, and is not held up by that. */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { instant, minutes, seconds } from '../../values/time.ts'
import type { Ending, Entry } from './journal.ts'
import type { Plan } from './plan.ts'
import { stateOf, type State } from './state.ts'

const at = instant('2026-11-21')
const plan: Plan = {
  apps: [{ name: 'a', kind: 'external-client-app' }],
  ...{ from: ['192.0.2.1'], to: ['198.51.100.1'] },
  terms: {
    ...{ propagation: seconds(60), watch: minutes(15), redemptionSuccess: 0.999, quiet: seconds(60) },
    ...{
      probes: 1,
      proofs: 1,
      recheck: minutes(5),
      retry: seconds(10),
      patience: 8,
      saves: 3,
      freshness: seconds(5),
      drain: seconds(5),
    },
  },
}
const looked = (others: string): Entry => ({
  ...{ at, kind: 'observed' },
  seen: {
    ...{ at, usedAt: new Map(), strangers: [], silent: [] },
    lists: [{ version: '1', listed: ['192.0.2.1'], others, claimed: false }],
    pool: { version: '1', members: [], whole: true },
  },
})
const ended = (how: Ending): Entry => ({ at, kind: 'ended', how, instruction: '' })
const rollback: Entry = { at, kind: 'asked', what: 'rollback' }
const taken: Entry = { at, kind: 'took-over', fence: 2, runner: 'another' }

const after = (...entries: readonly Entry[]): Pick<State, 'direction' | 'ended' | 'tampered' | 'spent'> => {
  const lists = [{ version: '1', listed: ['192.0.2.1'], others: 'x', claimed: false }]
  const { direction, tampered, spent, ...rest } = stateOf([{ at, kind: 'planned', plan, lists }, ...entries])
  return { direction, ended: rest.ended, tampered, spent }
}
const free = { direction: 'back', ended: undefined, tampered: undefined, spent: undefined }

test('after a halt for what somebody else has changed it goes back from the list as it is', () =>
  deepEqual(after(looked('y'), ended('halted'), rollback, taken, looked('y')), free))

test('after a halt for a canary that was spent it tries the canary anew', () => {
  const spent: Entry = { at, kind: 'redeemed', list: 0, address: '192.0.2.1', result: 'spent', evidence: 'expired' }
  deepEqual(after(spent, ended('halted'), rollback, taken), free)
})

test('after it was done, what others have made of the list since is none of its business', () =>
  deepEqual(after(looked('x'), ended('done'), rollback, taken, looked('y')), free))

test('after it was aborted on its way back it goes on', () =>
  deepEqual(after(rollback, { at, kind: 'asked', what: 'abort' }, ended('aborted'), rollback, taken), free))

test('what is rolled back stays so', () =>
  equal(after(rollback, ended('rolled-back'), rollback, taken).ended?.how, 'rolled-back'))

test('an edit that comes while it goes back is told of still', () =>
  equal(after(rollback, looked('y')).tampered, 'Somebody else has changed other ranges of the list.'))
