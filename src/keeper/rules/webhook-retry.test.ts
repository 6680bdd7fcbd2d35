import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { days } from '../../values/time.ts'
import { deliveredBy, mayBeginAnother, mostAttempts, pauseAfter } from './webhook-retry.ts'

describe('what a receiver answers', () => {
  test('is success from 200 to 299, and nothing else is', () => {
    const kinds = [199, 200, 204, 299, 300, 304, 400, 404, 409, 429, 500, 599].map((status) => deliveredBy(status).kind)
    deepEqual(kinds, ['failed', 'taken', 'taken', 'taken', ...Array.from({ length: 8 }, () => 'failed')])
  })

  test('is the wish for no more with 410', () => deepEqual(deliveredBy(410), { kind: 'gone' }))

  test('says of a redirect that it is not followed', () => {
    const moved = deliveredBy(301)
    match('why' in moved ? moved.why : '', /301: a redirect, which is not followed/)
  })
})

describe('the pauses between attempts', () => {
  const all = (lot: number): number[] =>
    Array.from({ length: mostAttempts }, (_, i) => pauseAfter(i + 1, lot)).filter((each) => each !== undefined)

  test('grow, make some three days altogether, and end', () => {
    for (const lot of [0, 0.5, 1]) {
      const pauses = all(lot)
      deepEqual(
        pauses,
        pauses.toSorted((a, b) => a - b),
      )
      equal(pauses.length, mostAttempts - 1)
      const sum = pauses.reduce((total, each) => total + each, 0)
      ok(sum > days(2.5) && sum < days(4), `${sum / days(1)} days`)
    }
    equal(pauseAfter(mostAttempts, 0.5), undefined)
    equal(pauseAfter(mostAttempts + 7, 0.5), undefined)
  })

  test('differ by lot, so that what failed together is not tried together', () => {
    const [low = 0, high = 0] = [pauseAfter(2, 0), pauseAfter(2, 1)]
    equal(high / low, 1.5)
  })
})

test('another event is begun while few wait, and of a receiver that is down only when none waits', () => {
  const asked = [
    [0, 0],
    [2, 499],
    [2, 500],
    [3, 0],
    [3, 1],
  ] as const
  deepEqual(
    asked.map(([failures, waiting]) => mayBeginAnother(failures, waiting)),
    [true, true, false, true, false],
  )
})
