import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { instant, milliseconds, seconds, type Instant } from '../../../values/time.ts'
import { longestDetection, newHealth, stepHealth, untilNextProbe } from './health.ts'
import type { Health, HealthLimits, HealthSignal } from './health.ts'

const limits: HealthLimits = { every: seconds(5), timeout: seconds(1), fall: 2, rise: 2 }
const start = instant('2026-11-21')
const succeeded: HealthSignal = { kind: 'probe-succeeded', ms: 10 }
const failed: HealthSignal = { kind: 'probe-failed', how: 'the probe had no answer' }
const outrun: HealthSignal = { kind: 'dial-outrun', ms: 300 }
const inconclusive: HealthSignal = { kind: 'probe-inconclusive', how: 'the probe was called off late' }
const failing = (destination: string): HealthSignal => ({ kind: 'dial-failed', destination })

function after(signals: readonly HealthSignal[], from: Health = newHealth(start)): Health {
  return signals.reduce((health, signal, i) => stepHealth(health, signal, { at: instant(start + i), limits }), from)
}

const times = <T>(count: number, each: T): readonly T[] => Array.from({ length: count }, () => each)

describe('health of an egress', () => {
  const states: Readonly<Record<string, readonly [readonly HealthSignal[], Health['state']]>> = {
    'is starting until a probe has ended': [[], 'starting'],
    'is up after the first probe that succeeds': [[succeeded], 'up'],
    'is down after the first probe if that fails': [[failed], 'down'],
    'stays up with one failure less than fall': [[succeeded, failed], 'up'],
    'is down after as many failures in a row as fall says': [[succeeded, failed, failed], 'down'],
    'counts failures in a row only': [[succeeded, failed, succeeded, failed], 'up'],
    'stays down with one success less than rise': [[failed, succeeded], 'down'],
    'is up again after as many successes in a row as rise says': [[failed, succeeded, succeeded], 'up'],
    'counts successes in a row only': [[failed, succeeded, failed, succeeded], 'down'],
    'P-15: is not moved by any number of inconclusive probes': [[succeeded, ...times(9, inconclusive)], 'up'],
    'P-15: goes on counting over an inconclusive probe': [[succeeded, failed, inconclusive, failed], 'down'],
    'is unusable while its address is missing': [[succeeded, { kind: 'address-missing', how: 'x' }], 'unusable'],
    'starts anew when its address is back': [[{ kind: 'address-missing', how: 'x' }, succeeded], 'up'],
    'is not taken down by a destination that drops': [[succeeded, ...times(50, failing('a.test:443'))], 'up'],
    'is not taken down by many destinations that drop, as long as its target answers': [
      [succeeded, ...['a', 'b', 'c', 'd', 'e', 'f'].map(failing), succeeded, ...['g', 'h', 'i'].map(failing)],
      'up',
    ],
    'is down at the next failed probe when several destinations have failed': [
      [succeeded, ...['a', 'b', 'c'].map(failing), failed],
      'down',
    ],
    'forgets failing destinations when a dial succeeds': [
      [succeeded, failing('a'), failing('b'), { kind: 'dial-succeeded', ms: 1 }, failing('c'), failed],
      'up',
    ],
    'is not taken down by being outrun': [[succeeded, ...times(50, outrun)], 'up'],
    'is not brought up by a dial': [[failed, { kind: 'dial-succeeded', ms: 1 }], 'down'],
  }
  for (const [sentence, [signals, state]] of Object.entries(states))
    test(sentence, () => equal(after(signals).state, state))

  test('says since when it is in its state, and why', () => {
    const { since, why } = after([succeeded, failed, failed, failed])
    deepEqual({ since, why }, { since: instant(start + 2), why: 'The probe had no answer.' })
  })

  const suspicions: Readonly<Record<string, readonly [readonly HealthSignal[], boolean]>> = {
    'one failing destination is no suspicion': [[succeeded, failing('a'), failing('a'), failing('a')], false],
    'several failing destinations are': [[succeeded, ...['a', 'b', 'c'].map(failing)], true],
    'being outrun is': [[succeeded, { kind: 'dial-outrun', ms: 300 }], true],
    'a proxy that fails is': [[succeeded, { kind: 'proxy-failed' }], true],
    'a suspicion outlives a failed probe': [[succeeded, { kind: 'proxy-failed' }, failed], true],
    'a suspicion ends with a probe that succeeds': [[succeeded, { kind: 'proxy-failed' }, succeeded], false],
    'what is down already is not suspected': [[failed, { kind: 'dial-outrun', ms: 300 }], false],
  }
  for (const [sentence, [signals, suspected]] of Object.entries(suspicions))
    test(sentence, () => equal(after(signals).suspected, suspected))

  test('latency is smoothed over probes and dials, and a stall never counts as better than what is known', () => {
    equal(after([succeeded]).latencyMs, 10)
    equal(after([succeeded, { kind: 'dial-succeeded', ms: 20 }]).latencyMs, 12)
    equal(
      after([
        { kind: 'probe-succeeded', ms: 400 },
        { kind: 'dial-outrun', ms: 250 },
      ]).latencyMs,
      400,
    )
  })
})

/** Probes one egress on a clock of its own. From `droppedFrom` on no packet passes; what was answered before counts. */
function detection(droppedFrom: number, chance: () => number, suspicion = Infinity): number {
  let at = 0
  let health = after([succeeded])
  for (let probes = 0; health.state === 'up'; probes += 1) {
    ok(probes < 100)
    const dropped = at >= droppedFrom
    const tookMs = dropped ? limits.timeout : 0
    if (at >= suspicion) health = stepHealth(health, { kind: 'dial-outrun', ms: 250 }, { at: now(at), limits })
    at += tookMs
    health = stepHealth(health, dropped ? failed : succeeded, { at: now(at), limits })
    if (health.state === 'up') at += untilNextProbe(health, limits, { tookMs, inconclusive: false, chance: chance() })
  }
  return at - droppedFrom
}
const now = (at: number): Instant => instant(start + Math.round(at))

describe('detection of a black hole', () => {
  test('takes 12 s at most by default, well under 20 s', () => equal(longestDetection(limits), 12_000))

  test('never takes longer than the formula says, wherever in the interval the packets begin to be dropped', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 20_000, noNaN: true }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (from, jitters) => ok(detection(from, () => jitters.next().value ?? 0) <= longestDetection(limits)),
      ),
    )
  })

  test('comes close to the formula in the worst moment, so that the formula promises no less than there is', () => {
    ok(detection(1, () => 1) > longestDetection(limits) - 2)
  })

  test('is a matter of two timeouts once a dial has been outrun', () => {
    const from = 5_500.1
    ok(detection(from, () => 1, from) <= limits.every * 1.1 + 2 * limits.timeout)
  })

  test('P-15: an inconclusive probe is repeated soon, a suspected egress at once', () => {
    const last = { tookMs: 100, inconclusive: true, chance: 0.5 }
    equal(untilNextProbe(after([succeeded]), limits, last), 200)
    equal(untilNextProbe(after([succeeded, { kind: 'proxy-failed' }]), limits, { ...last, inconclusive: false }), 0)
    equal(untilNextProbe(after([succeeded]), limits, { ...last, inconclusive: false }), 4_900)
  })

  test('probes do not follow each other faster than they end where the timeout is longer than the interval', () => {
    const slow = { ...limits, every: milliseconds(100) }
    equal(untilNextProbe(after([succeeded]), slow, { tookMs: 1_000, inconclusive: false, chance: 0 }), 0)
    equal(longestDetection(slow), 3_000)
  })
})
