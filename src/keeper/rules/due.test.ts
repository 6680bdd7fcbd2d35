import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { after, before, days, hours, instant, milliseconds, minutes, type Instant } from '../../values/time.ts'
import { freeFrom, parseBlackouts, type Blackout } from './blackouts.ts'
import {
  aheadAt,
  faultOfHeartbeat,
  freshUntil,
  heartbeatAt,
  idleLimit,
  inUseFrom,
  planDue,
  servesUntil,
  type DueNow,
  type Heartbeat,
} from './due.ts'

const start = instant('2026-11-01T00:00:00Z') // a Sunday
const usual: Heartbeat = { every: days(25), spread: days(1), blackouts: [] }
const inDays = (at: Instant): number => (at - start) / days(1)

function windows(...texts: readonly string[]): readonly Blackout[] {
  return texts.flatMap((text) => {
    const read = parseBlackouts(text)
    ok(read.ok)
    return read.value
  })
}

describe('an access token', () => {
  test('serves for two hours where nothing is known, and is fresh until five minutes before', () => {
    equal(servesUntil(start, undefined), after(start, hours(2)))
    equal(freshUntil(start, undefined), after(start, minutes(115)))
  })
  test('of a short session is fresh for nine tenths of it', () =>
    equal(freshUntil(start, minutes(15)), after(start, minutes(13.5))))
  test('that is in use in the second half of its time is exchanged before it ceases to be fresh, each at its own moment', () => {
    equal(inUseFrom(start, undefined), after(start, hours(1)))
    equal(aheadAt(start, undefined, 0), after(start, minutes(112.5)))
    equal(aheadAt(start, undefined, 1), after(start, minutes(110)))
    equal(aheadAt(start, minutes(15), 1), after(start, minutes(12)))
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
  test('waits for the end of a blackout, and those that waited come one after the other', () => {
    // day 25 is a Thursday
    const blackouts = windows('Wed 12:00-Sat 00:00')
    equal(inDays(heartbeatAt(start, 0, { ...usual, blackouts })), 27)
    const lots = Array.from({ length: 100 }, (_, index) => index / 1000)
    const moments = lots.map((lot) => heartbeatAt(start, lot, { ...usual, spread: hours(1), blackouts }))
    ok(new Set(moments.filter((at) => at > after(start, days(27)))).size > 80)
    ok(moments.every((at) => at <= after(start, milliseconds(days(27) + hours(1)))))
  })
  test('does not wait past the idle limit', () => {
    equal(inDays(heartbeatAt(start, 0, { ...usual, blackouts: windows('daily 00:00-24:00') })), 25)
    equal(inDays(heartbeatAt(start, 0, { ...usual, every: days(28), blackouts: windows('Sun 00:00-Tue 00:00') })), 28)
  })
  test('whatever the blackouts, it comes before the idle limit, and outside of them where there is time', () => {
    const window = fc.record({
      from: fc.nat(10_079),
      length: fc.integer({ min: 1, max: 10_080 }),
      offset: fc.integer({ min: -840, max: 840 }),
    })
    fc.assert(
      fc.property(fc.array(window), fc.float({ min: 0, max: 1, noNaN: true }), (blackouts, lot) => {
        const at = heartbeatAt(start, lot, { ...usual, blackouts })
        ok(at <= after(start, days(29)))
        const free = freeFrom(at, blackouts)
        ok(free === at || free === undefined || free > after(start, days(29)))
      }),
    )
  })
  const faulty = {
    'one that comes too late': { every: days(30), spread: days(1) },
    'one that comes all the time': { every: minutes(5), spread: minutes(1) },
    'one whose spread leaves nothing': { every: days(2), spread: days(2) },
  }
  for (const [sentence, heartbeat] of Object.entries(faulty))
    test(`${sentence} is refused`, () => ok(faultOfHeartbeat(heartbeat) !== undefined))
  test('the usual one is in order', () => equal(faultOfHeartbeat(usual), undefined))
})

describe('what is due', () => {
  const rested = (about: Partial<DueNow>): DueNow => ({
    ...{ isAlive: true, restsSince: start, servesUntil: after(start, hours(2)), lot: 0.5 },
    ...about,
  })
  const plan = (about: Partial<DueNow>, at: Instant, heartbeat = usual): ReturnType<typeof planDue> =>
    planDue(rested(about), at, heartbeat)

  test('is exchanged while its access token serves: it is in use', () =>
    equal(plan({}, after(start, minutes(112))).kind, 'exchange'))
  test('L-56: is put off to its heartbeat when its access token ended in a standstill', () =>
    deepEqual(plan({}, after(start, days(1))), { kind: 'put-off', until: after(start, days(24.5)) }))
  test('is exchanged when its heartbeat has come', () => {
    equal(plan({}, after(start, days(24.5))).kind, 'exchange')
    equal(plan({ servesUntil: undefined }, after(start, days(40))).kind, 'exchange')
  })
  test('that is not alive is looked at in any case', () =>
    equal(plan({ isAlive: false }, after(start, days(1))).kind, 'exchange'))
  test('waits for the end of a blackout that it comes into late, unless there is no time left', () => {
    const heartbeat = { ...usual, blackouts: windows('Thu 00:00-Sat 00:00') }
    const late = plan({}, after(start, days(25.5)), heartbeat)
    ok(late.kind === 'put-off' && late.until >= after(start, days(27)) && late.until < after(start, days(28)))
    const all = { ...usual, blackouts: windows('daily 00:00-24:00') }
    equal(plan({}, after(start, days(25.5)), all).kind, 'exchange')
  })
  test('is never put off past the idle limit, nor into the past', () => {
    fc.assert(
      fc.property(fc.nat(40 * 24 * 60), fc.float({ min: 0, max: 1, noNaN: true }), (minute, lot) => {
        const now = after(start, minutes(minute))
        const planned = plan({ lot, servesUntil: undefined }, now)
        if (planned.kind === 'exchange') return
        ok(planned.until > now && planned.until < before(after(start, idleLimit), milliseconds(1)))
      }),
    )
  })
})
