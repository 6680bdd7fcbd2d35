import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Question } from '../../cutover/rules/command.ts'
import { beginningOf, type ListState } from '../../cutover/rules/list-state.ts'
import type { Plan } from '../../cutover/rules/plan.ts'
import { instant, minutes, seconds } from '../../values/time.ts'
import { answered, objectionTo, type Asking } from './asking.ts'

const plan: Plan = {
  apps: [{ name: 'a', kind: 'external-client-app' }],
  ...{ from: ['192.0.2.1'], to: ['198.51.100.1'] },
  terms: {
    ...{ propagation: seconds(60), watch: minutes(15), redemptionSuccess: 0.999, quiet: seconds(60) },
    ...{ probes: 1, proofs: 1, recheck: minutes(5), retry: seconds(10), patience: 8, saves: 3, freshness: seconds(5) },
    drain: minutes(15),
  },
}
const list: ListState = beginningOf(plan, { version: '1', listed: ['192.0.2.1'], others: '', claimed: false })
const state = { ended: undefined, lists: [list], held: false, paused: false, direction: 'forth' } as const
const about = { id: 'one', endedAt: null }
const silent: Question = {
  ...{ kind: 'ask-person', answer: 'release', about: 'silent', names: ['weekly', 'monthly'] },
  question: 'Not heard of: weekly, monthly.',
}

describe('is refused, since it would come to nothing', () => {
  const removed = { ...list, removedAt: instant('2026-11-21') }
  const refusals: readonly (readonly [string, Asking, object, RegExp])[] = [
    ['a release where nothing waits for one', 'release', {}, /nothing to release/],
    ['to continue what is not paused', 'continue', {}, /is not paused/],
    ['to confirm what nobody was asked', 'confirm', {}, /nothing to confirm/],
    ['to hold what has removed the old addresses', 'hold', { lists: [removed] }, /too late/],
    ['to hold what is on its way back', 'hold', { direction: 'back' }, /on its way back/],
  ]
  for (const [sentence, what, more, means] of refusals)
    test(sentence, () =>
      match(objectionTo(what, { about, state: { ...state, ...more } }, undefined)?.message ?? '', means),
    )

  test('whatever has ended, with the way back where one was meant', () => {
    const ended = { ...state, ended: { how: 'done', instruction: '' } } as const
    const refused = objectionTo('abort', { about: { ...about, endedAt: 1 }, state: ended }, undefined)
    deepEqual(refused?.troubles[0]?.next, ['sallyport cutover rollback FILE', 'sallyport cutover status one'])
  })
})

test('a release of what was asked is taken, held or not', () =>
  equal(objectionTo('release', { about, state }, silent), undefined))

describe('is told', () => {
  const so = { isRun: false, isEnded: false, isHeld: false, question: undefined }

  test('who was let go, that it is held besides, and what to type next', () =>
    deepEqual(answered({ ...so, what: 'release', question: silent, isHeld: true }), {
      says: [
        'The old addresses may go without word from weekly and monthly.',
        'It is held before the removal besides: that is asked next.',
        'Nobody runs it at this moment: run it again, and it goes on.',
      ],
      tries: ['sallyport cutover run FILE'],
    }))

  test('of an abort whether it has ended, or has to be run once more', () => {
    deepEqual(answered({ ...so, what: 'abort', isEnded: true }).tries, ['sallyport cutover rollback FILE'])
    deepEqual(answered({ ...so, what: 'abort' }).tries, ['sallyport cutover run FILE'])
    deepEqual(answered({ ...so, what: 'abort', isRun: true }).tries, [])
  })
})
