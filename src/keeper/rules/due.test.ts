import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { after, days, hours, instant, minutes, type Instant } from '../../values/time.ts'
import { freshUntil, heartbeatAt, idleLimit, learnedSession, servesUntil, type Heartbeat } from './due.ts'

const start = instant('2026-11-01T00:00:00Z')
const usual: Heartbeat = { every: days(25), spread: days(1), blackouts: [] }
const inDays = (at: Instant): number => (at - start) / days(1)

describe('an access token', () => {
  test('serves for two hours where nothing is known, and is fresh until five minutes before', () => {
    equal(servesUntil(start, undefined), after(start, hours(2)))
    equal(freshUntil(start, undefined), after(start, minutes(115)))
  })
  test('of a short session is fresh for nine tenths of it', () =>
    equal(freshUntil(start, minutes(15)), after(start, minutes(13.5))))
  test('that was refused early tells how long a session lasts; one that was refused at once tells nothing', () => {
    equal(learnedSession(start, after(start, minutes(30))), minutes(30))
    equal(learnedSession(start, after(start, minutes(0.5))), undefined)
  })
})

describe('a heartbeat', () => {
  test('SF-208: comes on day 25 of 30, spread over the day before', () => {
    deepEqual(
      [0, 0.5, 1].map((lot) => inDays(heartbeatAt(start, lot, usual))),
      [25, 24.5, 24],
    )
  })
  test('L-55: keeps an idle connection alive for a year with 15 exchanges', () => {
    let at = start
    let count = 0
    for (; at < after(start, days(365)); count += 1) at = heartbeatAt(at, 0.3, usual)
    equal(count, 15)
  })
  test('waits for the end of a blackout, and for the next one that begins there', () => {
    const blackouts = [
      { from: after(start, days(25)), until: after(start, days(27)) },
      { from: after(start, days(27)), until: after(start, days(28)) },
    ]
    equal(inDays(heartbeatAt(start, 0, { ...usual, blackouts })), 28)
  })
  test('does not wait past the idle limit', () => {
    const blackouts = [{ from: after(start, days(20)), until: after(start, days(40)) }]
    equal(inDays(heartbeatAt(start, 0, { ...usual, blackouts })), 25)
  })
  test('whatever the blackouts, it comes before the idle limit', () => {
    const window = fc.record({ from: fc.nat(60), length: fc.integer({ min: 1, max: 30 }) })
    fc.assert(
      fc.property(fc.array(window), fc.float({ min: 0, max: 1, noNaN: true }), (windows, lot) => {
        const blackouts = windows.map(({ from, length }) => ({
          from: after(start, days(from)),
          until: after(start, days(from + length)),
        }))
        ok(heartbeatAt(start, lot, { ...usual, blackouts }) < after(start, idleLimit))
      }),
    )
  })
})
