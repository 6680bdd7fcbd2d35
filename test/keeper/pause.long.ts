/** At every place where it waits; and at every step for as long as a lease really lasts. */
import { deepEqual, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { milliseconds, seconds } from '../../src/values/time.ts'
import { openBattlefield } from './battlefield.ts'
import { endOf, fallAsleep, pauseAt, startSleeper, stepsOf, wakeUp, wrongWith } from './pause.ts'

const terms = { lease: seconds(8), call: milliseconds(500) }

describe('P-20, P-21, L-40: a keeper that wakes up writes nothing to a socket, and a reply that it holds is appended and adopted', () => {
  test('paused wherever it waits, its clocks beyond its lease', async (t) => {
    await using field = await openBattlefield()
    const sleeper = await startSleeper(field)
    const wrong: string[] = []
    let n = 1
    for (; ; n += 1) {
      const ended = await pauseAt(field, sleeper, n)
      if (ended === undefined) break
      const why = wrongWith(ended)
      if (why !== undefined) wrong.push(`${n} ${ended.place}: ${why}`)
    }
    await sleeper.end()
    t.diagnostic(`${n - 1} places`)
    ok(n > 100)
    deepEqual(wrong, [])
  })

  test('paused at every step, for longer than its lease', async (t) => {
    await using field = await openBattlefield()
    // one user has five grants at most (SF-209)
    const sleepers = await Promise.all([1, 2, 3, 4].map(() => startSleeper(field, terms)))
    const [first] = sleepers
    ok(first !== undefined)
    const steps = await stepsOf(field, first)
    const wrong: string[] = []
    for (let at = 0; at < steps.length; at += sleepers.length) {
      const naps = []
      for (const [i, n] of steps.slice(at, at + sleepers.length).entries()) {
        const sleeper = sleepers[i]
        ok(sleeper !== undefined)
        const asleep = await fallAsleep(field, sleeper, n)
        if (asleep !== undefined) naps.push({ sleeper, asleep })
      }
      await sleep(terms.lease + 200)
      for (const { sleeper, asleep } of naps) {
        const ended = await endOf(field, await wakeUp(field, sleeper, { asleep, ahead: 0 }))
        // nothing has settled yet: the doubt is told, and stays
        const isDoubt = ended.woken === 'IN_DOUBT' && ended.later === 'IN_DOUBT' && ended.seenLater.length === 0
        const why = isDoubt ? undefined : wrongWith(ended)
        if (why !== undefined) wrong.push(`${asleep.place}: ${why}`)
      }
    }
    for (const sleeper of sleepers) await sleeper.end()
    t.diagnostic(`${steps.length} steps`)
    deepEqual(wrong, [])
  })
})
