import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { after, instant, isoText, minutes } from '../../values/time.ts'
import { freeFrom, parseBlackouts, type Blackout } from './blackouts.ts'

const read = (text: string): readonly Blackout[] => {
  const parsed = parseBlackouts(text)
  ok(parsed.ok, text)
  return parsed.value
}

describe('a blackout window', () => {
  // 2026-11-16 is a Monday
  const moments = {
    'outside of it, nothing waits': ['Mon-Fri 08:00-18:00', '2026-11-16T07:59:00Z', '2026-11-16T07:59:00.000Z'],
    'its first moment waits for its end': ['Mon-Fri 08:00-18:00', '2026-11-16T08:00:00Z', '2026-11-16T18:00:00.000Z'],
    'its end is outside': ['Mon-Fri 08:00-18:00', '2026-11-16T18:00:00Z', '2026-11-16T18:00:00.000Z'],
    'the weekend is not named': ['Mon-Fri 08:00-18:00', '2026-11-21T12:00:00Z', '2026-11-21T12:00:00.000Z'],
    'a list of days': ['Sat, Sun 00:00-24:00', '2026-11-21T12:00:00Z', '2026-11-23T00:00:00.000Z'],
    'days that pass the end of the week': ['Sat-Mon 00:00-24:00', '2026-11-21T12:00:00Z', '2026-11-24T00:00:00.000Z'],
    'no day is every day, and a night has two': ['22:00-04:00', '2026-11-18T23:30:00Z', '2026-11-19T04:00:00.000Z'],
    'the night from Sunday to Monday': ['daily 22:00-04:00', '2026-11-16T01:00:00Z', '2026-11-16T04:00:00.000Z'],
    'from one day to another': ['Fri 18:00-Mon 06:00 UTC', '2026-11-22T00:00:00Z', '2026-11-23T06:00:00.000Z'],
    'a zone ahead of UTC': ['08:00-18:00 +02:00', '2026-11-16T06:00:00Z', '2026-11-16T16:00:00.000Z'],
    'a zone behind UTC': ['08:00-18:00 -0530', '2026-11-16T13:29:00Z', '2026-11-16T13:29:00.000Z'],
    'seconds count': ['08:00-18:00', '2026-11-16T17:59:59.999Z', '2026-11-16T18:00:00.000Z'],
  } as const
  for (const [sentence, [text, at, free]] of Object.entries(moments))
    test(sentence, () => {
      const found = freeFrom(instant(at), read(text))
      ok(found !== undefined)
      equal(isoText(found), free)
    })

  test('that ends where another begins is waited out with it', () => {
    const found = freeFrom(instant('2026-11-16T09:00:00Z'), [...read('08:00-12:00'), ...read('12:00-13:00')])
    equal(found, instant('2026-11-16T13:00:00Z'))
  })
  test('where they leave no moment at all, there is none', () => {
    equal(freeFrom(instant('2026-11-16'), read('daily 00:00-24:00')), undefined)
  })

  const wrong = ['', 'always', '8-18', 'Mon 25:00-26:00', 'Mon 08:60-09:00', 'Foo 08:00-18:00', '08:00-18:00 CET']
  for (const text of [...wrong, '08:00-18:00 +15:00', 'Mon-Tue-Wed 08:00-09:00'])
    test(`${JSON.stringify(text)} is none, and the fault shows how one is written`, () => {
      const parsed = parseBlackouts(text)
      match(parsed.ok ? 'ok' : parsed.fault, /^is no window such as "Mon-Fri 08:00-18:00 \+02:00"/)
    })
  test('without length is refused', () =>
    deepEqual(parseBlackouts('08:00-08:00'), { ok: false, fault: 'ends when it begins' }))

  test('what is free lies in no window, and nothing before it was free', () => {
    const window = fc.record({
      from: fc.nat(10_079),
      length: fc.integer({ min: 1, max: 2000 }),
      offset: fc.integer({ min: -840, max: 840 }),
    })
    const start = instant('2026-11-16')
    fc.assert(
      fc.property(fc.array(window, { maxLength: 5 }), fc.nat(20_000), (blackouts, minute) => {
        const at = after(start, minutes(minute))
        const free = freeFrom(at, blackouts)
        if (free === undefined) return
        equal(freeFrom(free, blackouts), free)
        if (free > at) ok((freeFrom(instant(free - 60_000), blackouts) ?? 0) >= free)
      }),
    )
  })
})
