/** Tunnels from the old addresses that nobody ends: waited for, then asked about, and cut where a person says so. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { momentOf, standingOf } from '../../src/cli/cutover/standing.ts'
import { storyOf } from '../../src/cli/cutover/story.ts'
import { writeEntry } from '../../src/cutover/entry-text.ts'
import type { Entry } from '../../src/cutover/rules/journal.ts'
import { stateOf } from '../../src/cutover/rules/state.ts'
import type { RunEnd } from '../../src/cutover/runner.ts'
import { after, hours } from '../../src/values/time.ts'
import { ask, entriesOf, howOf, openScene, run, take, type Scene } from './small-scene.ts'
import { plan } from './small-world.ts'

describe('tunnels from the old addresses that do not end', () => {
  const openQuestion =
    '3 tunnels from 192.0.2.1 and 3 tunnels from 192.0.2.2 are open still, and nothing is removed meanwhile. May they be cut?'
  const openStuck = async (t: TestContext): Promise<Scene & { readonly end: RunEnd }> => {
    const scene = await openScene(t)
    scene.world.bend({ tunnelsStay: true })
    return { ...scene, end: await run(scene, await take(scene)) }
  }
  const answer = async ({ storage, world, id }: Scene, addresses: readonly string[]): Promise<void> => {
    const said: Entry = { at: world.clock(), kind: 'released-tunnels', addresses }
    await storage.write('ask', { id, at: said.at, entry: writeEntry(said) })
  }

  test('P-66: are waited for as long as the plan says, and then a person is asked, as often as it is run', async (t) => {
    const scene = await openStuck(t)
    const asked = { question: openQuestion, answer: 'release', about: 'tunnels', names: plan.from }
    deepEqual(scene.end, { kind: 'waiting', ...asked })
    const entries = await entriesOf(scene)
    const moved = entries.findLast((each) => each.kind === 'acted' && each.act.kind === 'set-pool')?.at ?? 0
    ok(scene.world.clock() - moved >= plan.terms.drain, 'it has asked too early')
    deepEqual(await run(scene, await take(scene)), scene.end)
    deepEqual(scene.world.listed().toSorted(), [...plan.from, ...plan.to, '203.0.113.7'].toSorted())
  })

  test('P-66: are cut where a person says so, and nothing is removed before none is open', async (t) => {
    const scene = await openStuck(t)
    await ask(scene, 'release')
    deepEqual(await run(scene, await take(scene)), scene.end, 'a release of something else is none')
    await answer(scene, [plan.from[0] ?? ''])
    deepEqual(await run(scene, await take(scene)), scene.end, 'one of two is not all')
    await answer(scene, plan.from)
    equal(howOf(await run(scene, await take(scene))), 'done')
    deepEqual([scene.world.refused(), scene.world.listed()], [[], ['203.0.113.7', ...plan.to]])
    const acts = (await entriesOf(scene)).flatMap((each) => (each.kind === 'acted' ? [each.act] : []))
    const cut = acts.findIndex((each) => each.kind === 'set-pool' && each.modes.some(({ mode }) => mode === 'cut'))
    ok(cut > 0 && cut < acts.findIndex((each) => each.kind === 'save-list' && each.remove.length > 0))
  })

  test('P-60: nobody is locked out by an abort, nor on the way back, which waits for tunnels as well', async (t) => {
    const scene = await openStuck(t)
    await ask(scene, 'abort')
    equal(howOf(await run(scene, await take(scene))), 'aborted')
    await ask(scene, 'rollback')
    const back = await run(scene, await take(scene))
    match(back.kind === 'waiting' ? back.question : '', /^3 tunnels from 198\.51\.100\.1 and 3 tunnels from 198/)
    await answer(scene, plan.to)
    equal(howOf(await run(scene, await take(scene))), 'rolled-back')
    deepEqual([scene.world.active(), scene.world.refused()], [plan.from, []])
  })
})

test('a status of what waits for a person is the same hours later, when every proof is old', async (t) => {
  const scene = await openScene(t)
  await ask(scene, 'hold')
  const end = await run(scene, await take(scene))
  equal(end.kind === 'waiting' && end.about, 'hold')
  const entries = await entriesOf(scene)
  const about = { id: 'one', app: 'App_0', createdAt: 0, endedAt: null, holder: null, fence: 1, until: 0 }
  const view = { about, entries, state: stateOf(entries) }
  const now = after(scene.world.clock(), hours(5))
  const standing = standingOf(view, storyOf(entries, momentOf(view, now)), now)
  deepEqual([standing.state, standing.person.commands[0]], ['waiting', 'sallyport cutover release one'])
})
