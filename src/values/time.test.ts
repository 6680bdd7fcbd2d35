import { equal, throws } from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  after,
  before,
  between,
  days,
  earlier,
  hours,
  instant,
  isoText,
  milliseconds,
  minutes,
  seconds,
  validUntil,
} from './time.ts'

describe('instants and durations', () => {
  test('units are milliseconds', () => {
    equal(seconds(1), milliseconds(1000))
    equal(minutes(1), seconds(60))
    equal(hours(1), minutes(60))
    equal(days(1), hours(24))
  })

  test('an instant reads from ISO text and from milliseconds, and writes as ISO text', () => {
    equal(isoText(instant('2026-01-01')), '2026-01-01T00:00:00.000Z')
    equal(instant(1.9), 1)
  })

  for (const broken of ['', 'yesterday', Number.NaN, Number.POSITIVE_INFINITY])
    test(`${JSON.stringify(broken)} is no instant`, () => throws(() => instant(broken), /not an instant/))

  test('after and before undo each other', () =>
    equal(before(after(instant('2026-03-01'), days(30)), days(30)), instant('2026-03-01')))

  test('a clock that went back makes nobody idle', () => {
    equal(between(instant('2026-01-02'), instant('2026-01-01')), 0)
    equal(between(instant('2026-01-01'), instant('2026-01-02')), days(1))
  })

  test('never is later than every instant', () => {
    const [first, second] = [instant('2026-01-01'), instant('2026-01-02')]
    equal(earlier('never', first), first)
    equal(earlier(first, 'never'), first)
    equal(earlier(second, first), first)
    equal(earlier('never', 'never'), 'never')
  })
})

describe('validity periods (SF-183)', () => {
  const periods = {
    'hours are exact': ['2026-03-29T00:30:00Z', 2, 'Hours', '2026-03-29T02:30:00.000Z'],
    'days are exact': ['2026-02-28T12:00:00Z', 1, 'Days', '2026-03-01T12:00:00.000Z'],
    'a month keeps the day': ['2026-01-15T12:00:00Z', 1, 'Months', '2026-02-15T12:00:00.000Z'],
    'a month is clamped to its end': ['2026-01-31T12:00:00Z', 1, 'Months', '2026-02-28T12:00:00.000Z'],
    'a leap year has a longer February': ['2028-01-31T00:00:00Z', 1, 'Months', '2028-02-29T00:00:00.000Z'],
    'months pass the end of the year': ['2026-12-31T23:59:59.999Z', 2, 'Months', '2027-02-28T23:59:59.999Z'],
    'sixty months are five years': ['2024-02-29T00:00:00Z', 60, 'Months', '2029-02-28T00:00:00.000Z'],
    'no months at all are now': ['2026-01-31T00:00:00Z', 0, 'Months', '2026-01-31T00:00:00.000Z'],
  } as const
  for (const [sentence, [from, period, unit, expected]] of Object.entries(periods))
    test(sentence, () => equal(isoText(validUntil(instant(from), period, unit)), expected))
})
