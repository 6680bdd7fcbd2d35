import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { after, before, instant, minutes, seconds } from '../../values/time.ts'
import { hasFallen, withCount, type Baseline } from './baseline.ts'
import type { Command } from './command.ts'
import type { Entry } from './journal.ts'
import { next } from './next.ts'
import { stateOf } from './state.ts'

const counted = (attempts: number, successes: number): Baseline => ({ kind: 'counted', attempts, successes })
const fell = (attempts: number, successes: number, baseline?: Baseline): boolean =>
  hasFallen({ attempts, successes }, baseline, 0.999)

describe('the share of redemptions that go well', () => {
  test('has not fallen where a client fails as it did before, be it a few times more', () => {
    equal(fell(1000, 900, counted(1000, 900)), false)
    equal(fell(1000, 880, counted(1000, 900)), false)
    equal(fell(100, 50, counted(30, 15)), false)
    equal(fell(200, 0, counted(200, 0)), false)
  })

  test('has fallen where more fail than before', () => {
    equal(fell(1000, 800, counted(1000, 900)), true)
    equal(fell(100, 90, counted(100, 100)), true)
    equal(fell(20, 0, counted(3000, 2900)), true)
  })

  test('has not fallen by less than may be lost', () => {
    equal(fell(100_000, 99_905, counted(100_000, 100_000)), false)
    equal(fell(100_000, 99_895, counted(100_000, 100_000)), true)
  })

  test('is held against what is wanted alone where nobody redeemed before, or nobody could count', () => {
    for (const none of [undefined, counted(0, 0), { kind: 'uncounted', tries: 8, at: instant(0) } as const]) {
      equal(fell(1000, 990, none), true)
      equal(fell(10_000, 9_992, none), false)
    }
  })

  test('says nothing where few redeem, or few fail', () => {
    equal(fell(19, 0, counted(1000, 1000)), false)
    equal(fell(19, 0), false)
    equal(fell(1000, 996, counted(1000, 1000)), false)
    equal(fell(0, 0), false)
  })
})

test('what the list refuses before the move, as it does the canary, is not what goes on failing after it', () =>
  deepEqual(withCount(undefined, { at: instant(1), attempts: 10, successes: 7, refused: 2, whole: true }), {
    ...{ kind: 'counted', attempts: 8, successes: 7 },
  }))

const [old, fresh] = ['192.0.2.1', '198.51.100.1']
const start = instant('2026-11-21')
const listed = (...addresses: readonly string[]) => [{ version: '1', listed: addresses, others: '', claimed: false }]
const planned: Entry = {
  ...{ at: start, kind: 'planned', lists: listed(old, fresh) },
  plan: {
    apps: [{ name: 'a', kind: 'external-client-app' }],
    ...{ from: [old], to: [fresh] },
    terms: {
      ...{ propagation: seconds(60), watch: minutes(15), redemptionSuccess: 0.999, quiet: seconds(60) },
      ...{ drain: minutes(15), probes: 1, proofs: 1, recheck: minutes(5), retry: seconds(10), patience: 3 },
      ...{ saves: 3, freshness: seconds(5) },
    },
  },
}
type Place = { readonly on: string; readonly lists?: ReturnType<typeof listed>; readonly at?: typeof start }
const looked = ({ on, lists = listed(old, fresh), at = start }: Place): Entry => ({
  ...{ at, kind: 'observed' },
  seen: {
    ...{ at, lists, usedAt: new Map(), strangers: [], silent: [] },
    pool: {
      ...{ version: '1', whole: true },
      members: [old, fresh].map((address) => ({
        ...{ address, up: true, tunnels: 0 },
        mode: address === on ? 'active' : on === old ? 'standby' : 'draining',
      })),
    },
  },
})
const success: Entry = { at: start, kind: 'redeemed', list: 0, address: fresh, result: 'success', evidence: '' }
const ready: readonly Entry[] = [
  planned,
  { at: start, kind: 'probed', address: fresh, result: 'success', evidence: '' },
  success,
]
type Counted = {
  readonly attempts: number
  readonly failed: number
  readonly refused?: number
  readonly at?: typeof start
}
const watched = ({ attempts, failed, refused = 0, at = start }: Counted): Entry => ({
  ...{ at, kind: 'watched', list: 0, attempts, successes: attempts - failed, refused, whole: true },
})
const beforehand = (counts: Counted): Entry => {
  const entry = watched(counts)
  return entry.kind === 'watched' ? { ...entry, before: true } : entry
}
const unread: Entry = {
  ...{ at: start, kind: 'watched', list: 0, before: true },
  ...{ attempts: 0, successes: 0, refused: 0, whole: false },
}
const nextOf = (now: typeof start, ...entries: readonly Entry[]): Command => next(stateOf([...ready, ...entries]), now)

describe('before the traffic moves', () => {
  test('redemptions are counted over as long a time as they are watched afterwards, once', () => {
    deepEqual(nextOf(start, looked({ on: old })), {
      ...{ kind: 'watch', list: 0, since: before(start, minutes(15)), before: true },
    })
    const moving = nextOf(start, beforehand({ attempts: 4, failed: 1 }), looked({ on: old }))
    equal(moving.kind === 'act' && moving.act.kind, 'set-pool')
  })

  test('a count that is not whole is taken again after a while, and at last it goes on without', () => {
    const lookAt = (now: typeof start, ...more: readonly Entry[]) =>
      nextOf(now, ...more, looked({ on: old, at: now })).kind
    equal(lookAt(start, unread), 'wait')
    equal(lookAt(after(start, seconds(10)), unread), 'watch')
    equal(lookAt(start, unread, unread, unread), 'act')
    equal(lookAt(before(start, minutes(60)), unread), 'watch', 'it does not wait for as long as a clock was put back')
  })
})

describe('after the removal', () => {
  const moved = [looked({ on: fresh }), success]
  const at = after(start, minutes(2))
  const nextAfter = (...entries: readonly Entry[]): string => {
    const command = nextOf(at, ...entries, looked({ on: fresh, lists: listed(fresh), at }))
    return command.kind === 'turn' ? command.why : command.kind
  }
  const act = { kind: 'save-list', list: 0, add: [], remove: [old], expects: '1' } as const
  const removed: readonly Entry[] = [
    ...[...moved, { at, kind: 'intent', act } as const, { at, kind: 'acted', act, result: 'done' } as const],
    looked({ on: fresh, lists: listed(fresh), at }),
  ]

  test('a client that fails all the time for another cause turns nothing back', () =>
    equal(
      nextAfter(beforehand({ attempts: 90, failed: 30 }), ...removed, watched({ attempts: 60, failed: 20, at })),
      'wait',
    ))

  test('where more fail than before it is turned back, and says both', () =>
    match(
      nextAfter(beforehand({ attempts: 90, failed: 30 }), ...removed, watched({ attempts: 60, failed: 50, at })),
      /^50 of 60 redemptions failed since the old addresses were removed; before the move 30 of 90 did$/,
    ))

  test('one redemption that the list refuses turns it back, whatever was before', () =>
    match(
      nextAfter(
        beforehand({ attempts: 90, failed: 30 }),
        ...removed,
        watched({ attempts: 3, failed: 1, refused: 1, at }),
      ),
      /^1 of 3 redemptions failed/,
    ))

  test('where a journal has no count of before, the share that is wanted decides', () => {
    match(nextAfter(...removed, watched({ attempts: 60, failed: 20, at })), /^20 of 60 .* were removed$/)
    equal(nextAfter(...removed, watched({ attempts: 60, failed: 0, at })), 'wait')
  })

  test('a few redemptions that fail for another cause turn nothing back', () =>
    equal(nextAfter(...removed, watched({ attempts: 10, failed: 4, at })), 'wait'))
})
