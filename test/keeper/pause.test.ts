/** At the steps; at every place where it waits in the long form. */
import { deepEqual, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { openBattlefield } from './battlefield.ts'
import { pauseAt, startSleeper, stepsOf, wrongWith } from './pause.ts'

test('P-20, P-21, L-40: paused beyond its lease at any step, a keeper that wakes up writes nothing to a socket, and a reply that it holds is appended and adopted', async (t) => {
  await using field = await openBattlefield()
  const sleeper = await startSleeper(field)
  const steps = await stepsOf(field, sleeper)
  ok(steps.length > 15, `${steps.length} steps`)
  const wrong: string[] = []
  for (const n of steps) {
    const ended = await pauseAt(field, sleeper, n)
    ok(ended !== undefined)
    const why = wrongWith(ended)
    if (why !== undefined) wrong.push(`${ended.place}: ${why}`)
  }
  await sleeper.end()
  t.diagnostic(`${steps.length} steps`)
  deepEqual(wrong, [])
})
