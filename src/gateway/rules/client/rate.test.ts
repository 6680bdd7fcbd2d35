import { equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { array, assert, integer, property } from 'fast-check'
import { takeOne } from './rate.ts'

/** The instants of those that were let through. */
function letThrough(waits: readonly number[], perMinute: number, start = 0): readonly number[] {
  let spentUntil = 0
  let now = start
  const through: number[] = []
  for (const wait of waits) {
    now += wait
    const taken = takeOne(spentUntil, now, perMinute)
    if (taken === undefined) continue
    spentUntil = taken
    through.push(now)
  }
  return through
}
const atOnce = (count: number): readonly number[] => Array.from({ length: count }, () => 0)

describe('a limit by the minute', () => {
  for (const limit of [1, 3, 7, 60, 10_000])
    test(`of ${limit} lets as many through at once, and then one for each ${60_000 / limit} ms`, () => {
      equal(letThrough(atOnce(limit * 2), limit, 1e9 + 0.1).length, limit)
      const each = 60_000 / limit
      equal(letThrough([...atOnce(limit + 1), Math.ceil(each) + 1, 0], limit).length, limit + 1)
    })

  test('of one a minute takes the second only after a minute', () => {
    equal(letThrough([0, 59_999], 1).length, 1)
    equal(letThrough([0, 60_000], 1).length, 2)
  })

  test('no minute sees more than twice the limit, and nobody within it is refused', () => {
    assert(
      property(
        array(integer({ min: 0, max: 20_000 }), { maxLength: 200 }),
        integer({ min: 1, max: 30 }),
        (waits, limit) => {
          const through = letThrough(waits, limit)
          for (const from of through) {
            const within = through.filter((at) => at >= from && at < from + 60_000)
            ok(within.length <= 2 * limit)
          }
          const steady = Array.from({ length: 50 }, () => Math.ceil(60_000 / limit))
          equal(letThrough(steady, limit).length, steady.length)
        },
      ),
    )
  })
})
