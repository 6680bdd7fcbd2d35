import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FencedOff, takeJournal, type OpenJournal } from '../../src/cutover/journal.ts'
import { writeEntry } from '../../src/cutover/entry-text.ts'
import type { RunEnd } from '../../src/cutover/runner.ts'
import type { Entry } from '../../src/cutover/rules/journal.ts'
import { hours, minutes, seconds } from '../../src/values/time.ts'
import { ask, entriesOf, howOf, openScene, run, take, type Scene } from './small-scene.ts'
import { plan, type SmallWorld } from './small-world.ts'

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

  test('is done though a client fails all the time for another cause, and turns back where more fail after the removal', async (t) => {
    const endOf = async (later: number): Promise<string> => {
      const scene = await openScene(t)
      scene.world.bend({ failing: 30 })
      await ask(scene, 'hold')
      const journal = await take(scene)
      equal((await run(scene, journal)).kind, 'waiting')
      scene.world.bend({ failing: later })
      await ask(scene, 'release')
      return howOf(await run(scene, journal))
    }
    deepEqual([await endOf(30), await endOf(70)], ['done', 'rolled-back'])
  })

  test('L-93: killed at any line of its journal it is gone on with, and nothing was refused', async (t) => {
    const whole = await openScene(t)
    await run(whole, await take(whole))
    const lines = (await entriesOf(whole)).length
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

/** Runs it again and again; `does`: what a person does before they confirm, time by time, and everything as asked after that. */
async function runWithPerson(
  scene: Scene,
  does: readonly ((world: SmallWorld) => void)[] = [],
): Promise<{ readonly end: RunEnd; readonly questions: readonly string[] }> {
  const questions: string[] = []
  for (let turn = 0; ; turn += 1) {
    const end = await run(scene, await take(scene))
    if (end.kind !== 'waiting') return { end, questions }
    equal(end.answer, 'confirm')
    questions.push(end.question)
    const again = await run(scene, await take(scene))
    deepEqual(again, end, 'it goes on waiting, however often it is run')
    await scene.world.wait(hours(30))
    const act = does[turn] ?? (({ type }: SmallWorld) => type())
    act(scene.world)
    await ask(scene, 'confirm')
  }
}

const nothing = (): void => undefined

describe('a list that only a person can change', () => {
  test('SF-291: is waited for for days, and what was typed is shown by redemptions', async (t) => {
    const scene = await openScene(t, ['typed'])
    const { end, questions } = await runWithPerson(scene)
    equal(howOf(end), 'done')
    equal(questions.length, 2)
    match(questions[0] ?? '', /198\.51\.100\.1, 198\.51\.100\.2/)
    deepEqual([scene.world.listed(), scene.world.refused()], [['203.0.113.7', ...plan.to], []])
    const entries = await entriesOf(scene)
    const redeemed = entries.flatMap((each) => (each.kind === 'redeemed' ? [`${each.address} ${each.result}`] : []))
    for (const each of plan.from) ok(redeemed.includes(`${each} refused`), `${each} was not shown to be refused`)
  })

  const lies: readonly (readonly [string, readonly ((world: SmallWorld) => void)[], number])[] = [
    ['an addition that was not typed', [nothing], 3],
    ['half an addition', [({ type }) => type(['198.51.100.2'])], 3],
    ['a removal that was not typed', [({ type }) => type(), nothing], 3],
    ['neither of the two at first', [nothing, ({ type }) => type(), nothing], 4],
  ]
  for (const [what, does, times] of lies)
    test(`L-97: ${what} is found, and asked for again`, async (t) => {
      const scene = await openScene(t, ['typed'])
      const { end, questions } = await runWithPerson(scene, does)
      deepEqual([howOf(end), questions.length, scene.world.refused()], ['done', times, []])
      deepEqual(scene.world.listed(), ['203.0.113.7', ...plan.to])
    })

  test('what is never typed is never done: it turns back, and ends without a change', async (t) => {
    const scene = await openScene(t, ['typed'])
    const { end } = await runWithPerson(
      scene,
      Array.from({ length: 20 }, () => nothing),
    )
    deepEqual([howOf(end), scene.world.active(), scene.world.refused()], ['rolled-back', plan.from, []])
  })

  test('P-61: turned back while a removal is asked for, it asks for the old addresses, and proves them, before traffic returns', async (t) => {
    const scene = await openScene(t, ['typed'])
    await run(scene, await take(scene))
    scene.world.type()
    await ask(scene, 'confirm')
    equal(howOf(await run(scene, await take(scene))), 'waiting')
    await ask(scene, 'rollback')
    const { end, questions } = await runWithPerson(scene)
    deepEqual([howOf(end), scene.world.active(), scene.world.refused()], ['rolled-back', plan.from, []])
    match(questions[0] ?? '', /192\.0\.2\.1, 192\.0\.2\.2/)
    deepEqual(scene.world.listed(), [...plan.from, '203.0.113.7'])
  })

  test('L-97, P-60: what is typed wrong is not taken for right because a list of before is still in force', async (t) => {
    const scene = await openScene(t, ['typed'], { watch: minutes(3) })
    await run(scene, await take(scene))
    scene.world.type()
    await ask(scene, 'confirm')
    equal(howOf(await run(scene, await take(scene))), 'waiting', 'for the removal')
    scene.world.bend({ slowBy: seconds(100) })
    scene.world.type()
    await ask(scene, 'rollback')
    equal(howOf(await run(scene, await take(scene))), 'waiting', 'for what was to be removed')
    scene.world.type(plan.from)
    await ask(scene, 'confirm')
    const again = await run(scene, await take(scene))
    deepEqual([again.kind === 'waiting' && again.answer, scene.world.active()], ['confirm', plan.to])
    scene.world.type()
    await ask(scene, 'confirm')
    const { end } = await runWithPerson(scene)
    deepEqual([howOf(end), scene.world.active(), scene.world.refused()], ['rolled-back', plan.from, []])
  })

  test('L-97: an addition that leaves out what traffic leaves from is found before anything moves', async (t) => {
    const scene = await openScene(t, ['typed'])
    const first = await run(scene, await take(scene))
    scene.world.type(plan.from)
    await ask(scene, 'confirm')
    deepEqual(await run(scene, await take(scene)), first, 'asked for again, at once')
    deepEqual(scene.world.active(), plan.from)
  })

  test('P-64: whoever takes over waits out the longest call where there is no version', async (t) => {
    const scene = await openScene(t, ['typed'])
    const entry: Entry = {
      ...{ at: scene.world.clock(), kind: 'intent' },
      act: { kind: 'save-list', list: 0, add: plan.to, remove: [], expects: '' },
    }
    await (await take(scene)).write(entry)
    const began = scene.world.clock()
    await run(scene, await take(scene))
    const entries = await entriesOf(scene)
    const done = entries.find((each) => each.kind === 'acted' && each.act.kind === 'invalidate')
    ok((done?.at ?? 0) - began >= seconds(30), 'it did not wait')
  })
})

describe('two apps in one plan', () => {
  test('SF-292: the second list is changed after the first is proven, and neither at once with the other', async (t) => {
    const scene = await openScene(t, ['read', 'typed'])
    const { end } = await runWithPerson(scene)
    equal(howOf(end), 'done')
    for (const list of [0, 1]) deepEqual(scene.world.listed(list), ['203.0.113.7', ...plan.to])
    deepEqual([scene.world.active(), scene.world.refused()], [plan.to, []])
    const entries = await entriesOf(scene)
    const said = entries.flatMap((each) => {
      if (each.kind === 'intent' && each.act.kind === 'save-list')
        return [`${each.act.add.length > 0 ? 'add to' : 'remove from'} ${each.act.list}`]
      if (each.kind === 'intent' && each.act.kind === 'set-pool')
        return each.act.modes.some(({ mode }) => mode === 'active') ? ['move'] : []
      return each.kind === 'redeemed' ? [`${each.result} for ${each.list}`] : []
    })
    const told = said.filter((each, i) => each !== said[i - 1])
    deepEqual(told.slice(0, 5), ['add to 0', 'success for 0', 'add to 1', 'success for 1', 'move'])
    ok(told.indexOf('remove from 0') > told.indexOf('move'))
    ok(told.indexOf('remove from 1') > told.indexOf('remove from 0'))
  })

  test('P-60: killed at any line of its journal it is gone on with, and rolled back both lists are as they were', async (t) => {
    let killed = 0
    for (let nth = 2; nth < 28; nth += 2) {
      const scene = await openScene(t, ['read', 'read'])
      const died = await run(scene, dyingAt(await take(scene), nth, 'before')).catch((cause: unknown) => String(cause))
      if (died !== 'Error: killed') continue // it was a look, which is only done again
      killed += 1
      equal(howOf(await run(scene, await take(scene))), 'done', `killed at ${nth}`)
      await ask(scene, 'rollback')
      equal(howOf(await run(scene, await take(scene))), 'rolled-back', `killed at ${nth}`)
      for (const list of [0, 1]) deepEqual(scene.world.listed(list).toSorted(), [...plan.from, '203.0.113.7'])
      deepEqual([scene.world.active(), scene.world.refused()], [plan.from, []])
    }
    ok(killed > 2, `killed ${killed} times`)
  })
})
