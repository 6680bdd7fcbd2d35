import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, mock, test } from 'node:test'
import * as fc from 'fast-check'
import { openDeadlineWheel } from './deadline-wheel.ts'

/** A wheel whose timer and clock are turned by hand, one millisecond at a time. */
function turnedByHand(tick = 10) {
  mock.timers.reset()
  mock.timers.enable({ apis: ['setInterval'] })
  let now = 0
  const wheel = openDeadlineWheel({ monotonic: () => now, tick })
  const go = (ms: number): void => {
    for (let left = ms; left > 0; left -= 1) {
      now += 1
      mock.timers.tick(1)
    }
  }
  return { wheel, go, now: () => now, leap: (ms: number) => ((now += ms), mock.timers.tick(tick)) }
}

describe('deadline wheel', () => {
  test('a deadline passes once, never early, at most two ticks late', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 25_000 }), (lead, ms) => {
        const { wheel, go, now } = turnedByHand()
        wheel.set(
          wheel.deadline(() => undefined),
          30_000,
        ) // keeps the wheel turning
        go(lead)
        const at: number[] = []
        wheel.set(
          wheel.deadline(() => at.push(now())),
          ms,
        )
        go(ms + 40)
        equal(at.length, 1)
        const late = (at[0] ?? 0) - lead - ms
        ok(late >= 0 && late <= 20, `${late} ms late`)
        wheel.close()
      }),
      { numRuns: 30 },
    )
  })

  test('one that is moved passes at its new time only', () => {
    const { wheel, go, now } = turnedByHand()
    const at: number[] = []
    const deadline = wheel.deadline(() => at.push(now()))
    wheel.set(deadline, 50)
    go(40)
    wheel.set(deadline, 100)
    go(95)
    deepEqual(at, [])
    go(30)
    equal(at.length, 1)
  })

  test('one that is cleared does not pass, and clearing it twice is no harm to the others', () => {
    const { wheel, go } = turnedByHand()
    const passed: string[] = []
    const [a, b, c] = ['a', 'b', 'c'].map((name) => wheel.deadline(() => passed.push(name)))
    if (a === undefined || b === undefined || c === undefined) throw new Error('three were made')
    for (const each of [a, b, c]) wheel.set(each, 30)
    wheel.clear(b)
    wheel.clear(b)
    go(100)
    deepEqual(passed, ['a', 'c'])
  })

  test('one that sets itself anew for no time at all passes once a turn', () => {
    const { wheel, go } = turnedByHand()
    let passed = 0
    const deadline = wheel.deadline(() => {
      passed += 1
      wheel.set(deadline, 0)
    })
    wheel.set(deadline, 0)
    go(100)
    ok(passed >= 4 && passed <= 10, `${passed} times`)
  })

  test('clearing a neighbour while passing does not lose the rest of the slot', () => {
    const { wheel, go } = turnedByHand()
    const passed: string[] = []
    const b = wheel.deadline(() => passed.push('b'))
    const a = wheel.deadline(() => (passed.push('a'), wheel.clear(b)))
    const c = wheel.deadline(() => passed.push('c'))
    for (const each of [a, b, c]) wheel.set(each, 30)
    go(100)
    deepEqual(passed, ['a', 'c'])
  })

  test('clearing the last one of the slot while passing does not run into what is set anew', () => {
    const { wheel, go } = turnedByHand()
    let passed = 0
    const last = wheel.deadline(() => undefined)
    const first = wheel.deadline(() => {
      passed += 1
      wheel.clear(last)
      wheel.set(first, 0)
    })
    wheel.set(first, 30)
    wheel.set(last, 30)
    go(60)
    ok(passed >= 1 && passed <= 3, `${passed} times`)
  })

  test('a process that was stopped for long finds every deadline passed at its next tick', () => {
    const { wheel, leap } = turnedByHand()
    let passed = 0
    for (const ms of [10, 500, 9_000, 50_000])
      wheel.set(
        wheel.deadline(() => (passed += 1)),
        ms,
      )
    leap(60_000)
    equal(passed, 4)
  })

  test('the clock of a wheel that has stood still is fresh when it starts again', () => {
    const { wheel, go, now } = turnedByHand()
    go(5_000)
    const deadline = wheel.deadline(() => undefined)
    wheel.set(deadline, 1_000)
    equal(wheel.now(), now())
  })
})
