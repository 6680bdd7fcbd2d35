/** A hundred thousand connections, and what becomes due of them together. */
import { equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { after, days, hours, instant, milliseconds, minutes, type Instant } from '../../values/time.ts'
import { parseBlackouts } from './blackouts.ts'
import { aheadAt, heartbeatAt, planDue, servesUntil, type Heartbeat } from './due.ts'
import { alone } from './fair-turns.ts'
import { decideTurn, unknownHost } from './host-turns.ts'

const many = 100_000
const start = instant('2026-11-01')
const usual: Heartbeat = { every: days(25), spread: days(1), blackouts: [] }
const lots: readonly number[] = Array.from({ length: many }, (_, index) => (index * 0.618_033_988_749_895) % 1)

function mostInAMinute(moments: readonly Instant[]): number {
  const counts = new Map<number, number>()
  for (const at of moments) counts.set(Math.floor(at / 60_000), (counts.get(Math.floor(at / 60_000)) ?? 0) + 1)
  return Math.max(...counts.values())
}

describe('a hundred thousand connections', () => {
  test('that were adopted in the same minute are exchanged over a day, and stay apart from then on', () => {
    let moments = lots.map((lot) => heartbeatAt(start, lot, usual))
    ok(mostInAMinute(moments) <= 75, `${mostInAMinute(moments)} in a minute, of 70 if they came evenly`)
    moments = moments.map((at, index) => heartbeatAt(at, lots[index] ?? 0, usual))
    ok(mostInAMinute(moments) <= 75)
  })

  test('that a night of blackout has held back come over the hour after it', () => {
    const read = parseBlackouts('20:00-08:00')
    ok(read.ok)
    const moments = lots.map((lot) => heartbeatAt(start, lot, { ...usual, blackouts: read.value }))
    ok(mostInAMinute(moments) < many / 2 / 50, `${mostInAMinute(moments)} in a minute`)
  })

  test('that are in use, and got their tokens in the same minute, are exchanged over minutes', () => {
    const moments = lots.map((lot) => aheadAt(start, undefined, lot))
    ok(mostInAMinute(moments) <= many / 2)
    ok(Math.max(...moments) - Math.min(...moments) > minutes(2.4))
  })

  test('L-56: that were in use are put off after a day of standstill, but for those whose heartbeat has come', () => {
    const now = after(start, days(1))
    const planned = lots.map((lot) =>
      planDue({ isAlive: true, restsSince: start, servesUntil: servesUntil(start, undefined), lot }, now, usual),
    )
    equal(planned.filter(({ kind }) => kind === 'exchange').length, 0)
    const until = planned.flatMap((plan) => (plan.kind === 'put-off' ? [plan.until] : []))
    ok(mostInAMinute(until) <= 75)
  })

  test('L-56: of which a day has become due in a standstill go to their login host by its turns, in less than two hours', () => {
    const limits = { atOnce: 10, perMinute: 600, downAfter: 5 }
    const due = many / 24
    let [state, now, done] = [unknownHost, start, 0]
    const given: Instant[] = []
    for (; done < due; now = after(now, milliseconds(50))) {
      const turn = decideTurn(state, { now, flying: 0, urgency: 'by-itself', standing: alone }, limits)
      if (turn.kind === 'later') continue
      state = turn.next
      given.push(now)
      done += 1
    }
    ok(mostInAMinute(given) <= 600)
    ok(now < after(start, hours(2)))
  })
})
