import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { FencedOff, takeJournal, type OpenJournal } from '../../src/cutover/journal.ts'
import { writeEntry } from '../../src/cutover/entry-text.ts'
import { listSeenOf, readLists } from '../../src/cutover/look.ts'
import { runCutover, type RunEnd } from '../../src/cutover/runner.ts'
import type { Entry } from '../../src/cutover/rules/journal.ts'
import { findEntries } from '../../src/cutover/store/journal.ts'
import { migrations } from '../../src/cutover/store/migrations.ts'
import { writes, type CutoverWrites } from '../../src/cutover/store/writes.ts'
import { openStorage } from '../../src/storage/open.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { minutes, seconds } from '../../src/values/time.ts'
import { openSmallWorld, plan, type SmallWorld } from './small-world.ts'

type Scene = { readonly world: SmallWorld; readonly storage: Storage<CutoverWrites>; readonly id: string }

async function openScene(t: TestContext): Promise<Scene> {
  const storage = await openStorage({
    ...{ url: 'sqlite::memory:', system: 'cutover', migrations, writes },
    writesModule: new URL('../../src/cutover/store/writes.ts', import.meta.url),
  })
  t.after(() => storage.close())
  const world = openSmallWorld()
  const lists = (await readLists(world.ports)).map((each) => listSeenOf(each, [...plan.from, ...plan.to]))
  const planned: Entry = { at: world.clock(), kind: 'planned', plan, lists }
  await storage.write('createCutover', {
    id: 'one',
    apps: plan.apps.map(({ name }) => name),
    entry: writeEntry(planned),
  })
  return { world, storage, id: 'one' }
}

async function take({ storage, id }: Scene, leaseMs = 0): Promise<OpenJournal> {
  const taken = await takeJournal({ storage, holder: 'a test', leaseMs }, id)
  if (taken.kind !== 'taken') throw new Error(`the journal is ${taken.kind}`)
  return taken.journal
}

async function run(scene: Scene, journal: OpenJournal): Promise<RunEnd> {
  const { ports, clock, wait } = scene.world
  const stopping = new AbortController().signal
  return await runCutover({ ports, journal, clock, wait, stopping, runner: 'a test', tell: () => undefined })
}

const lengthOf = async ({ storage, id }: Scene): Promise<number> =>
  (await storage.read(() => findEntries({ id, after: 0 }))).length

/** Dies when it is to write its nth line; before it, or with the line written. */
function dyingAt(journal: OpenJournal, nth: number, when: 'before' | 'after'): OpenJournal {
  let written = 0
  return {
    ...journal,
    async write(entry) {
      written += 1
      if (written === nth && when === 'before') throw new Error('killed')
      await journal.write(entry)
      if (written === nth) throw new Error('killed')
    },
  }
}

const moved = { kind: 'ended', how: 'done' } as const

describe('a cutover', () => {
  test('moves from one pair to the other without a single refusal', async (t) => {
    const scene = await openScene(t)
    const end = await run(scene, await take(scene))
    deepEqual({ ...end, instruction: '' }, { ...moved, instruction: '' })
    deepEqual(scene.world.listed(), ['203.0.113.7', ...plan.to])
    deepEqual(scene.world.active(), plan.to)
    deepEqual(scene.world.refused(), [])
  })

  test('L-93: killed at any line of its journal it is gone on with, and nothing was refused', async (t) => {
    const whole = await openScene(t)
    await run(whole, await take(whole))
    const lines = await lengthOf(whole)
    for (let nth = 1; nth < lines; nth += 1)
      for (const when of ['before', 'after'] as const) {
        const scene = await openScene(t)
        const died = await take(scene)
        const first = await run(scene, dyingAt(died, nth, when)).catch((cause: unknown) => String(cause))
        if (first !== 'Error: killed') break // it was the last line
        const end = await run(scene, await take(scene))
        equal(end.kind === 'ended' && end.how, 'done', `killed ${when} line ${nth}`)
        deepEqual([scene.world.refused(), scene.world.active()], [[], plan.to], `killed ${when} line ${nth}`)
      }
  })

  test('L-100: whoever was fenced off writes nothing more', async (t) => {
    const scene = await openScene(t)
    const first = await take(scene)
    await take(scene)
    await rejects(run(scene, first), FencedOff)
  })

  test('L-100: a second run is told who has it', async (t) => {
    const scene = await openScene(t)
    await take(scene, 60_000)
    const second = await takeJournal({ storage: scene.storage, holder: 'another', leaseMs: 1000 }, scene.id)
    equal(second.kind === 'held' && second.holder, 'a test')
  })

  test('rolled back after it was done ends where it began, and again does nothing', async (t) => {
    const scene = await openScene(t)
    await run(scene, await take(scene))
    for (let again = 0; again < 2; again += 1) {
      const asked: Entry = { at: scene.world.clock(), kind: 'asked', what: 'rollback' }
      await scene.storage.write('ask', { id: scene.id, at: asked.at, entry: writeEntry(asked) })
      const end = await run(scene, await take(scene))
      equal(end.kind === 'ended' && end.how, 'rolled-back')
      deepEqual(scene.world.listed().toSorted(), [...plan.from, '203.0.113.7'])
      deepEqual([scene.world.active(), scene.world.refused()], [plan.from, []])
    }
  })

  const troubles: readonly (readonly [string, (world: SmallWorld) => void, string, RegExp])[] = [
    ['a save that does not take is done again', ({ bend }) => bend({ saveIsDropped: true }), 'done', /leave from/],
    [
      'a list that takes 55 s to spread is waited for',
      ({ bend }) => bend({ slowBy: seconds(55) }),
      'done',
      /leave from/,
    ],
    [
      'one new address that the org does not admit turns it back',
      ({ bend }) => bend({ unregistered: '198.51.100.2' }),
      'rolled-back',
      /198\.51\.100\.2/,
    ],
    [
      'one new address that is dead turns it back',
      ({ bend }) => bend({ dead: '198.51.100.2' }),
      'rolled-back',
      /198\.51\.100\.2/,
    ],
  ]
  for (const [what, bend, how, why] of troubles)
    test(`${what}, and nothing is refused meanwhile`, async (t) => {
      const scene = await openScene(t)
      bend(scene.world)
      const end = await run(scene, await take(scene))
      equal(end.kind === 'ended' && end.how, how)
      match(end.kind === 'ended' ? end.instruction : '', why)
      deepEqual(scene.world.refused(), [])
    })

  test('L-97: a list that takes longer than anybody says is never taken for one that holds the new addresses', async (t) => {
    const scene = await openScene(t)
    scene.world.bend({ slowBy: minutes(30) })
    const end = await run(scene, await take(scene))
    equal(end.kind === 'ended' && end.how, 'rolled-back')
    deepEqual([scene.world.refused(), scene.world.active()], [[], plan.from])
  })
})
