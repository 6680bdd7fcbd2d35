import { deepEqual, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { hours, minutes, seconds } from '../../values/time.ts'
import { restAfter } from './back-off.ts'

const slow = { first: minutes(1), most: hours(1) }

describe('a rest after trouble', () => {
  test('doubles with each failure until an hour', () => {
    const rests = [1, 2, 3, 6, 7, 8, 5000].map((failures) => restAfter(failures, 0, slow))
    deepEqual(rests, [minutes(1), minutes(2), minutes(4), minutes(32), hours(1), hours(1), hours(1)])
  })
  test('is never longer than the most, never shorter than six sevenths of the first, and grows with failures', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.float({ min: 0, max: 1, noNaN: true }), (failures, jitter) => {
        const rest = restAfter(failures, jitter, slow)
        ok(rest <= slow.most && rest >= (slow.first * 6) / 7 - 1)
        ok(restAfter(failures + 1, jitter, slow) >= rest)
      }),
    )
  })
  test('a first that is longer than the most is not cut', () =>
    ok(restAfter(1, 0, { first: hours(2), most: seconds(1) }) === hours(2)))
})
