/** A removal that nobody can read is shown by redemptions that are refused; they are in the org's count, and are nobody's trouble. */
import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { instant, minutes, seconds } from '../../values/time.ts'
import { afterRedemption, afterWatch, beginningOf, type ListState } from './list-state.ts'
import type { Plan } from './plan.ts'

const [old, fresh] = ['192.0.2.1', '198.51.100.1']
const plan: Plan = {
  apps: [{ name: 'a', kind: 'external-client-app' }],
  ...{ from: [old], to: [fresh] },
  terms: {
    ...{
      propagation: seconds(60),
      watch: minutes(15),
      redemptionSuccess: 0.999,
      quiet: seconds(60),
      drain: minutes(15),
      probes: 1,
      proofs: 1,
    },
    ...{ recheck: minutes(5), retry: seconds(10), patience: 8, saves: 3, freshness: seconds(5) },
  },
}
const at = instant('2026-11-21')
const removed: ListState = {
  ...beginningOf(plan, { version: '1', listed: [old], others: '', claimed: true }),
  ...{ entrusted: new Set([old]), removedAt: at, changedAt: at },
}
const refusedFrom = (list: ListState, address: string, refusals: number): ListState =>
  afterRedemption(list, { address, result: 'refused', at, refusals }, { plan, direction: 'forth', movedAt: at })
const counted = (list: ListState, refused: number) =>
  afterWatch(list, { at, attempts: 10, successes: 10 - refused, refused, whole: true }).watched

test('refusals of the canary from what was removed are not counted, and those of others are', () => {
  const list = refusedFrom(removed, old, 2)
  deepEqual(counted(list, 2), { at, attempts: 8, successes: 8, refused: 0, whole: true })
  deepEqual(counted(list, 3), { at, attempts: 8, successes: 7, refused: 1, whole: true })
})

test('a count that has none of them yet is left as it is', () =>
  deepEqual(counted(refusedFrom(removed, old, 2), 0), { at, attempts: 10, successes: 10, refused: 0, whole: true }))

test('a refusal from where traffic leaves is counted, be it the canary', () =>
  deepEqual(counted(refusedFrom(removed, fresh, 1), 1)?.refused, 1))

test('what was refused before the removal was seen is not taken off', () =>
  deepEqual(counted(refusedFrom({ ...removed, removedAt: undefined }, old, 1), 1)?.refused, 1))
