/** Whole cutovers by a runner whose clock is minutes off, over real sockets; the short form is skew.test.ts. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../../src/values/time.ts'
import { openPlace, openRuns } from './whole-place.ts'

for (const minutes of [4, -4])
  test(`P-66: a runner whose clock is ${minutes} minutes ahead moves there and back in the time of any other, and nothing fails`, async (t) => {
    const clock = () => instant(Date.now() + minutes * 60_000)
    const place = await openPlace(t, clock)
    const { run, rollBack, entries } = await openRuns(t, place, clock)
    const stop = new AbortController()
    t.after(() => stop.abort())
    const loaded = place.load(stop.signal)
    const began = performance.now()
    equal(await run(), 'done: All redemptions leave from 127.0.0.21 and 127.0.0.22.')
    ok((await rollBack()).startsWith('rolled-back'))
    ok(performance.now() - began < 45_000, 'it has waited for a clock')
    stop.abort()
    const { good, bad } = await loaded
    deepEqual(bad, [])
    const journal = await entries()
    const ahead = journal.flatMap((each) => (each.kind === 'observed' ? (each.seen.ahead?.lists ?? []) : []))
    ok(ahead.length > 5 && ahead.every((each) => Math.abs(each + minutes * 60_000) < 2000), ahead.join())
    const watched = journal.flatMap((each) =>
      each.kind === 'watched' && each.before === undefined ? [each.attempts] : [],
    )
    ok(
      watched.some((each) => each > 0),
      'no redemption was counted after the removal',
    )
    t.diagnostic(`${good} redemptions, none failed; ${watched.join(', ')} watched`)
  })
