import { equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { after, hours, instant, milliseconds, minutes, seconds, type Instant } from '../../values/time.ts'
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
const ask = (state: HostState, now: Instant, about: Partial<Pick<AskTurn, 'urgency' | 'flying'>> = {}): Turn =>
  decideTurn(state, { now, flying: 0, urgency: 'asked', ...about }, limits)

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
    equal(ask(unknownHost, start, { urgency: 'said', flying: 100 }).kind, 'now')
  })

  test('whoever is told to wait gets a turn when he was told to come', () => {
    let state = unknownHost
    let turn = ask(state, start)
    for (; turn.kind === 'now'; turn = ask(state, start)) state = turn.next
    ok(turn.reason === 'full' && turn.until > start)
    equal(ask(state, instant(turn.until - 1)).kind, 'later')
    equal(ask(state, turn.until).kind, 'now')
  })

  test('P-28: those of whom it is said that they may go in any case put nobody else off for longer than one turn', () => {
    let state = unknownHost
    for (let said = 0; said < 1000; said += 1) {
      const turn = ask(state, start, { urgency: 'said' })
      ok(turn.kind === 'now')
      state = turn.next
    }
    const told = ask(state, start)
    ok(told.kind === 'later' && told.until - start < 200, 'somebody may have verified a thousand tokens that are none')
    equal(ask(state, told.until).kind, 'now')
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
          const turn = decideTurn(state, { now, flying: 0, urgency: 'asked' }, few)
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
