import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { instant, type Instant } from '../../values/time.ts'
import { openOtherClock, type OtherClock } from './other-clock.ts'

const noon = Date.parse('2026-11-21T12:00:00Z')
const at = (ms: number): Instant => instant(noon + ms)
const date = (ms: number): string => new Date(noon + ms).toUTCString()

/** Asked and answered at these milliseconds, and the Date then. */
function heard(...answers: readonly (readonly [number, number, number])[]): OtherClock {
  const clock = openOtherClock()
  for (const [asked, answered, theirs] of answers) clock.heard(date(theirs), at(asked), at(answered))
  return clock
}

describe('the clock of another machine', () => {
  test('is taken for ours where the two may agree, and where nothing is known', () => {
    deepEqual([heard().ahead(), heard([100, 900, 0]).ahead(), heard([0, 400, -1000]).ahead()], [0, 0, 0])
  })

  test('that is ahead or behind is known to a second by one answer, on the side on which nothing is missed', () => {
    for (const apart of [180_000, -180_000]) {
      const clock = heard([0, 200, apart])
      equal(clock.ahead(), apart - 200)
      equal(clock.toOurs(at(apart)) - noon, 200, 'never earlier than it was')
      equal(clock.toTheirs(at(0)) - noon, apart - 200, 'never later than it is')
    }
  })

  test('is known better by each further answer, and anew where one of the two was put right', () => {
    equal(heard([0, 900, 180_000], [1100, 1200, 181_000], [2950, 2990, 183_000]).ahead(), 180_010)
    equal(heard([0, 200, 180_000], [5000, 5100, 5000]).ahead(), 0)
  })

  test('is not known by what is no Date', () => {
    const clock = openOtherClock()
    for (const none of [undefined, null, '', 'yesterday']) clock.heard(none, at(0), at(1))
    equal(clock.ahead(), 0)
  })
})
