import { equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { instant, seconds } from '../../values/time.ts'
import { connectionEndsAt, faultOfTerms, mayWrite, usualTerms, type Moment } from './lease-terms.ts'

const taken: Moment = { wall: instant('2026-11-21T12:00:00Z'), monotonic: 1000 }
const later = (wall: number, monotonic: number = wall): Moment => ({
  wall: instant(taken.wall + wall),
  monotonic: taken.monotonic + monotonic,
})
const verdict = (now: Moment): string => {
  const may = mayWrite(taken, now, usualTerms)
  return may.may ? 'may' : may.why
}

describe('a lease', () => {
  test('L-36: a call that could outlive it is refused in words', () => {
    equal(faultOfTerms(usualTerms), undefined)
    match(faultOfTerms({ lease: seconds(10), call: seconds(30) }) ?? '', /30000 ms.*10000 ms/)
    match(faultOfTerms({ lease: seconds(35), call: seconds(30) }) ?? '', /longer/)
  })

  test('P-21: is too old for a write when the call could pass its end, by either clock', () => {
    equal(verdict(later(25_000)), 'may')
    match(verdict(later(25_001)), /too old/)
    match(verdict(later(26_000, 24_500)), /too old/)
    match(verdict(later(24_500, 26_000)), /too old/)
  })

  test('P-21: a machine that slept, or a clock that was set, lets nobody write', () => {
    match(verdict(later(12_000, 9000)), /set, or the machine slept/)
    match(verdict(later(-3000, 0)), /set, or the machine slept/)
  })

  test('P-21: whatever may be written is over before the lease ends', () => {
    fc.assert(
      fc.property(fc.integer({ min: -60_000, max: 60_000 }), fc.nat(60_000), (wall, monotonic) => {
        const now = later(wall, monotonic)
        if (!mayWrite(taken, now, usualTerms).may) return
        equal(now.wall + usualTerms.call <= connectionEndsAt(taken, usualTerms), true)
        equal(connectionEndsAt(taken, usualTerms) < taken.wall + usualTerms.lease, true)
      }),
    )
  })
})
