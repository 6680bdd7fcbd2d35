/** What a run sees while it waits fills no journal, and nothing is done by what is not in it. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { FencedOff } from '../../src/cutover/journal.ts'
import { runCutover, type RunEnd } from '../../src/cutover/runner.ts'
import type { Entry } from '../../src/cutover/rules/journal.ts'
import { stateOf } from '../../src/cutover/rules/state.ts'
import { minutes, type Instant } from '../../src/values/time.ts'
import { ask, entriesOf, howOf, openScene, run, take, type Scene } from './small-scene.ts'

const isLook = (entry: Entry | undefined): boolean => entry?.kind === 'observed'

/** Looks at which the run decided to wait, whether or not they were written. */
async function runAndCount(scene: Scene, meanwhile: (at: Instant) => Promise<void>): Promise<[RunEnd, number]> {
  const journal = await take(scene)
  let waits = 0
  const { ports, clock } = scene.world
  const wait: typeof scene.world.wait = async (length) => {
    waits += 1
    await meanwhile(clock())
    await scene.world.wait(length)
  }
  const stopping = new AbortController().signal
  const end = await runCutover({ ports, journal, clock, wait, stopping, runner: 'a test', tell: () => undefined })
  return [end, waits]
}

test('a look that tells nothing new is written once a minute, and before something is done by it', async (t) => {
  const scene = await openScene(t, ['read'], { propagation: minutes(60) })
  const [end, waits] = await runAndCount(scene, () => Promise.resolve())
  deepEqual([howOf(end), scene.world.refused()], ['done', []])
  const entries = await entriesOf(scene)
  const repeated = entries.filter((each, i) => isLook(each) && isLook(entries[i - 1]))
  ok(waits > 1000, `${waits} waits`)
  ok(repeated.length < 250, `${repeated.length} looks beside each other`)
  for (const [i, each] of entries.entries())
    if (each.kind === 'intent' && each.act.kind !== 'invalidate')
      equal(entries[i - 1]?.kind, 'observed', 'what it was decided by is the line before')
})

test('what a person asks meanwhile is heard at once, and the fold of what is written is what the run went by', async (t) => {
  const scene = await openScene(t, ['read'], { propagation: minutes(60) })
  const began = scene.world.clock()
  let askedAt: Instant | undefined
  const [end] = await runAndCount(scene, async (at) => {
    if (askedAt !== undefined || at - began < minutes(20)) return
    askedAt = at
    await ask(scene, 'pause')
  })
  deepEqual([howOf(end), scene.world.clock() - (askedAt ?? 0) < minutes(1)], ['waiting', true])
  const entries = await entriesOf(scene)
  equal(stateOf(entries).paused, true)
  await ask(scene, 'continue')
  equal(howOf(await run(scene, await take(scene))), 'done')
})

test('L-100: a runner that writes nothing for a while notices all the same that somebody else has taken over', async (t) => {
  const scene = await openScene(t, ['read'], { propagation: minutes(60) })
  const began = scene.world.clock()
  let isTaken = false
  const [failed] = await runAndCount(scene, async (at) => {
    if (isTaken || at - began < minutes(20)) return
    isTaken = true
    await take(scene)
  }).catch((cause: unknown) => [cause])
  ok(failed instanceof FencedOff)
})
