/** What is looked at again and again, be the clock put back meanwhile or the canary without an answer. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'node:test'
import { after, before, instant, minutes, seconds, type Duration, type Instant } from '../../values/time.ts'
import type { Command } from './command.ts'
import type { Entry } from './journal.ts'
import { next } from './next.ts'
import type { Seen } from './seen.ts'
import { stateOf } from './state.ts'

const [old, fresh] = ['192.0.2.1', '198.51.100.1']
const start = instant('2026-11-21')
const at = (length: Duration): Instant => after(start, length)
const listed = (...addresses: readonly string[]): Seen['lists'] => [
  { version: '1', listed: addresses, others: '', claimed: false },
]
const planned: Entry = {
  ...{ at: start, kind: 'planned', lists: listed(old) },
  plan: {
    apps: [{ name: 'a', kind: 'external-client-app' }],
    ...{ from: [old], to: [fresh] },
    terms: {
      ...{ propagation: seconds(60), watch: minutes(15), redemptionSuccess: 0.999, quiet: seconds(60) },
      ...{ drain: minutes(15), probes: 1, proofs: 1, recheck: minutes(5), retry: seconds(10), patience: 8 },
      ...{ saves: 3, freshness: seconds(5) },
    },
  },
}
const drained = [{ address: old, mode: 'draining', up: true, tunnels: 0 }] as const
const looked = (when: Instant, lists: Seen['lists'], more: Seen['pool']['members'] = drained): Entry => ({
  ...{ at: when, kind: 'observed' },
  seen: {
    ...{ at: when, lists, usedAt: new Map(), strangers: [], silent: [] },
    pool: {
      ...{ version: '1', whole: true },
      members: [{ address: fresh, mode: 'active', up: true, tunnels: 1 }, ...more],
    },
  },
})
const redeemed = (when: Instant, result: 'success' | 'unclear'): Entry => ({
  ...{ at: when, kind: 'redeemed', list: 0, address: fresh, result, evidence: '' },
})
const counted = (when: Instant, refused: number): Entry => ({
  ...{ at: when, kind: 'watched', list: 0, attempts: 10, successes: 10 - refused, refused, whole: true },
})
const nextOf = (now: Instant, ...entries: readonly Entry[]): Command => next(stateOf([planned, ...entries]), now)

const moved = [looked(start, listed(old, fresh)), redeemed(start, 'success')]
const removed = (when: Instant): readonly Entry[] => {
  const act = { kind: 'save-list', list: 0, add: [], remove: [old], expects: '1' } as const
  const [intent, acted] = [{ at: when, kind: 'intent', act } as const, { at: when, kind: 'acted', act } as const]
  return [intent, { ...acted, result: 'done' }, looked(when, listed(fresh))]
}
const gone = [...moved, ...removed(at(minutes(2)))]

test('L-101: a look and a proof that are newer than the clock are neither', () => {
  equal(nextOf(before(start, seconds(30)), looked(start, listed(old, fresh))).kind, 'observe')
  const now = at(minutes(-60))
  equal(nextOf(now, { at: start, kind: 'not-observed', why: '' }).kind, 'observe')
  equal(nextOf(now, ...moved, looked(now, listed(old, fresh))).kind, 'redeem')
})

test('a clock that is put back after the removal hides no redemption that the list refuses', () => {
  const now = at(minutes(-60))
  equal(nextOf(now, ...gone, looked(now, listed(fresh))).kind, 'watch')
  equal(nextOf(now, ...gone, counted(now, 1), looked(now, listed(fresh))).kind, 'turn')
})

test('what was counted after a removal says nothing of the next one', () => {
  const again = [looked(at(minutes(4)), listed(old, fresh)), ...removed(at(minutes(5)))]
  equal(nextOf(at(minutes(5)), ...gone, counted(at(minutes(3)), 1), ...again).kind, 'watch')
})

test('redemptions are counted also while the canary says nothing, and then it is said that the old ones are gone', () => {
  const unclear = Array.from({ length: 8 }, (_, i) => redeemed(at(seconds(420 + i)), 'unclear'))
  const lately = looked(at(seconds(430)), listed(fresh))
  equal(nextOf(at(seconds(430)), ...gone, ...unclear.slice(1), lately).kind, 'watch')
  const end = nextOf(
    at(seconds(440)),
    ...gone,
    ...unclear,
    counted(at(seconds(435)), 0),
    looked(at(seconds(440)), listed(fresh)),
  )
  deepEqual(end.kind === 'end' && end.how, 'halted')
  match(end.kind === 'end' ? end.instruction : '', /the old addresses are removed, and can be had back by a rollback/)
})

test('it is not done where somebody has let traffic leave from another address meanwhile', () => {
  const [now, last] = [at(minutes(18)), redeemed(at(minutes(17)), 'success')]
  const endWith = (more: Seen['pool']['members']): string => {
    const end = nextOf(now, ...gone, last, counted(now, 0), looked(now, listed(fresh), more))
    return end.kind === 'end' ? `${end.how}: ${end.instruction}` : end.kind
  }
  equal(endWith([]), `done: All redemptions leave from ${fresh}.`)
  match(
    endWith([{ address: '203.0.113.9', mode: 'active', up: true, tunnels: 0 }]),
    /^halted: Traffic may leave from 203\.0\.113\.9/,
  )
})
