import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { after, hours, instant, milliseconds, minutes, seconds, type Instant } from '../../values/time.ts'
import { alone, type Standing } from './fair-turns.ts'
import {
  afterTrouble,
  decideTurn,
  showsWell,
  unknownHost,
  type AskTurn,
  type HostState,
  type Turn,
} from './host-turns.ts'

const start = instant('2026-11-01')
const limits = { atOnce: 8, perMinute: 600, downAfter: 3 }
const ask = (
  state: HostState,
  now: Instant,
  about: Partial<Pick<AskTurn, 'urgency' | 'flying' | 'standing'>> = {},
): Turn => decideTurn(state, { now, flying: 0, urgency: 'asked', standing: alone, ...about }, limits)

function failed(times: number, at: Instant): HostState {
  let state = unknownHost
  for (let i = 0; i < times; i += 1) state = afterTrouble(state, at, { jitter: 0, downAfter: 3 })
  return state
}

describe('turns at a login host', () => {
  test('no more go at a time than it may have, and what nobody asked for leaves some to those who ask', () => {
    equal(ask(unknownHost, start, { urgency: 'asked', flying: 7 }).kind, 'now')
    equal(ask(unknownHost, start, { urgency: 'asked', flying: 8 }).kind, 'later')
    equal(ask(unknownHost, start, { urgency: 'by-itself', flying: 5 }).kind, 'now')
    equal(ask(unknownHost, start, { urgency: 'by-itself', flying: 6 }).kind, 'later')
    equal(ask(unknownHost, start, { urgency: 'said', flying: 8 }).kind, 'later')
  })

  test('whoever is told to wait gets a turn when he was told to come', () => {
    let state = unknownHost
    let turn = ask(state, start)
    for (; turn.kind === 'now'; turn = ask(state, start)) state = turn.next
    ok(turn.reason === 'full' && turn.until > start)
    equal(ask(state, instant(turn.until - 1)).kind, 'later')
    equal(ask(state, turn.until).kind, 'now')
  })

  test('whoever says that it was mended is told to come again as well where the turns are used up', () => {
    let [state, now] = [unknownHost, 0]
    for (let turn = ask(state, start); turn.kind === 'now'; turn = ask(state, start, { urgency: 'said' })) {
      state = turn.next
      now += 1
    }
    equal(now, 150, 'a fourth of those of a minute')
  })

  describe('P-28: of several tenants', () => {
    const standing = (about: Partial<Standing>): Standing => ({ ...alone, others: { count: 1, least: 10 }, ...about })

    test('one that has half of the turns under way leaves the other half to one that waits', () => {
      const flying = (own: number) => ask(unknownHost, start, { flying: own, standing: standing({ flying: own }) }).kind
      deepEqual([3, 4, 7].map(flying), ['now', 'later', 'later'])
      equal(ask(unknownHost, start, { flying: 7, standing: { ...alone, flying: 7 } }).kind, 'now', 'where nobody waits')
    })

    test('one that is ahead gives way, whatever it says', () => {
      const at = (own: number) => ask(unknownHost, start, { urgency: 'said', standing: standing({ own }) }).kind
      deepEqual([10, 13, 14, 99].map(at), ['now', 'now', 'later', 'later'])
    })

    test('one that is behind has the turns of those who ask, although nobody asks', () => {
      const about = { flying: 7, urgency: 'by-itself' } as const
      equal(ask(unknownHost, start, { ...about, standing: standing({ own: 20, served: 20 }) }).kind, 'later')
      equal(ask(unknownHost, start, { ...about, standing: standing({ own: 2, served: 20 }) }).kind, 'now')
    })

    test('the more of them wait the less each has, and none has nothing', () => {
      const many = (count: number, own: number) =>
        ask(unknownHost, start, { standing: standing({ own, others: { count, least: 0 } }) }).kind
      deepEqual([many(3, 1), many(3, 2), many(50, 0), many(50, 1)], ['now', 'later', 'now', 'later'])
    })
  })

  test('in no minute there are more than it may have, whatever the moments at which they are asked for', () => {
    const pauses = fc.array(fc.nat(300), { minLength: 200, maxLength: 400 })
    fc.assert(
      fc.property(pauses, fc.integer({ min: 1, max: 200 }), (waits, perMinute) => {
        const few = { atOnce: 8, perMinute, downAfter: 3 }
        const given: number[] = []
        let [state, now] = [unknownHost, start]
        for (const pause of waits) {
          now = after(now, milliseconds(pause))
          const turn = decideTurn(state, { now, flying: 0, urgency: 'asked', standing: alone }, few)
          if (turn.kind === 'later') continue
          state = turn.next
          given.push(now)
        }
        for (const at of given)
          ok(given.filter((each) => each >= at && each < at + 60_000).length <= Math.max(2, perMinute))
      }),
      { numRuns: 50 },
    )
  })

  test('a clock that was set back by twelve hours keeps nobody waiting (L-56)', () => {
    const turn = ask(unknownHost, after(start, hours(12)))
    ok(turn.kind === 'now')
    equal(ask(turn.next, start).kind, 'now')
    equal(ask(failed(9, after(start, hours(12))), start).kind, 'now')
  })
})

describe('a login host that is down', () => {
  test('is left alone after three failures, and then one goes and finds out', () => {
    equal(ask(failed(2, start), start).kind, 'now')
    const down = failed(3, start)
    const told = ask(down, start)
    ok(told.kind === 'later' && told.reason === 'down')
    equal(told.until, after(start, seconds(5)))
    const probe = ask(down, told.until)
    ok(probe.kind === 'now')
    equal(ask(probe.next, told.until).kind, 'later', 'the next one waits for the first')
    equal(ask(probe.next, after(told.until, minutes(1))).kind, 'now', 'whose process may have died')
    equal(ask(down, start, { urgency: 'said' }).kind, 'now', 'somebody says that it was mended')
  })

  test('shows it by its silence, by a 5xx and by 429; an answer that refuses is an answer', () => {
    const reply = (status: number) => showsWell({ got: 'reply', status, body: '', whole: true })
    equal([200, 400, 401, 429, 500, 503].map(reply).join(), 'true,true,true,false,false,false')
    equal(showsWell({ got: 'no-reply', why: '' }), false)
    equal(showsWell({ got: 'nothing-written', why: '' }), undefined)
  })

  test('rests longer with each probe that fails, five minutes at most', () => {
    const rests = [3, 4, 5, 9, 50].map((times) => failed(times, start).restsUntil - start)
    equal(rests.join(), [5, 10, 20, 300, 300].map((each) => each * 1000).join())
  })

  test('of ten thousand that are due while it is down for an hour, a handful are sent', () => {
    let [state, now, sent] = [unknownHost, start, 0]
    for (let asked = 0; asked < 10_000; asked += 1, now = after(now, milliseconds(360))) {
      if (ask(state, now, { urgency: 'by-itself' }).kind === 'later') continue
      sent += 1
      state = afterTrouble(state, now, { jitter: 0.5, downAfter: 3 })
    }
    ok(sent > 10 && sent < 30, `${sent}`)
  })
})
