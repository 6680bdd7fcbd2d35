import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { assert, integer, property } from 'fast-check'
import { instant } from '../../../values/time.ts'
import { monthEnd, monthOf, monthText } from './month.ts'

test('a month is the UTC month, to the millisecond', () => {
  const texts = ['2026-11-30T23:59:59.999Z', '2026-12-01T00:00:00Z', '2026-12-31T23:59:59.999Z', '2027-01-01T00:00:00Z']
  deepEqual(texts.map((text) => monthText(monthOf(instant(text)))), ['2026-11', '2026-12', '2026-12', '2027-01']) // prettier-ignore
})

test('25 months back crosses two years', () =>
  equal(monthText(monthOf(instant('2026-01-15T00:00:00Z')) - 25), '2023-12'))

test('every instant lies before the end of its month, and its end in the next', () => {
  assert(
    property(integer({ min: 0, max: 4_102_444_800 }), (second) => {
      const at = instant(second * 1000)
      const month = monthOf(at)
      equal(at < monthEnd(month), true)
      equal(monthOf(instant(monthEnd(month))), month + 1)
      equal(monthOf(instant(monthEnd(month) - 1)), month)
    }),
  )
})
