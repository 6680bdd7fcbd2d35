import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { planAttempts } from './attempts.ts'

const plan = (addresses: readonly number[], sticky = false) =>
  planAttempts(addresses, sticky).map(({ egress, address }) => `${'abc'.charAt(egress)}${address}`)

describe('order of attempts', () => {
  test('the second attempt changes egress and address', () => deepEqual(plan([2, 2]), ['a0', 'b1', 'a1', 'b0']))
  test('with one address it changes the egress', () => deepEqual(plan([1, 1]), ['a0', 'b0']))
  test('with one egress it changes the address', () => deepEqual(plan([3]), ['a0', 'a1', 'a2']))
  test('a client that keeps its egress tries two addresses there first', () =>
    deepEqual(plan([2, 2], true), ['a0', 'a1', 'b1', 'b0']))
  test('an egress that resolves for itself is tried once', () => deepEqual(plan([2, 1]), ['a0', 'b0', 'a1']))
  test('never tries a pair twice, has the best egress with its first address first, and is bounded', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        (counts, sticky) => {
          const pairs = plan(counts, sticky)
          equal(new Set(pairs).size, pairs.length)
          equal(pairs[0], 'a0')
          ok(pairs.length <= 8)
          const all = counts.reduce((sum, count) => sum + count, 0)
          equal(pairs.length, Math.min(8, all))
        },
      ),
    )
  })
})
