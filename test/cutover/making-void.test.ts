/** A list that takes its time to make void what was under way: the lease is kept meanwhile, and whoever stops the run is heard. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import type { Acted, Wait } from '../../src/cutover/ports.ts'
import { runCutover } from '../../src/cutover/runner.ts'
import { minutes, seconds } from '../../src/values/time.ts'
import { entriesOf, howOf, openScene, run, take, type Scene } from './small-scene.ts'
import { plan } from './small-world.ts'

describe('P-64: whoever takes over, while a list makes void for minutes what was under way', () => {
  const openSlow = async (t: TestContext): Promise<Scene> => {
    const scene = await openScene(t)
    const [first] = scene.world.ports.lists
    ok(first !== undefined)
    const slow = async (wait?: Wait): Promise<Acted> => {
      await wait?.(minutes(4))
      return { result: 'done' }
    }
    const lists = [{ ...first, allowlist: { ...first.allowlist, invalidate: slow } }]
    const act = { kind: 'save-list', list: 0, add: plan.to, remove: [], expects: '' } as const
    await (await take(scene)).write({ at: scene.world.clock(), kind: 'intent', act })
    return { ...scene, world: { ...scene.world, ports: { ...scene.world.ports, lists } } }
  }

  test('keeps the lease', async (t) => {
    const scene = await openSlow(t)
    const journal = await take(scene)
    const renewedAt: number[] = []
    const renew = async (): Promise<void> => {
      renewedAt.push(scene.world.clock())
      await journal.renew()
    }
    const began = scene.world.clock()
    equal(howOf(await run(scene, { ...journal, renew })), 'done')
    const during = renewedAt.filter((at) => at - began <= minutes(4))
    ok(
      during.every((at, i) => at - (during[i - 1] ?? began) <= seconds(5)),
      'within a minute, again and again',
    )
    ok(during.length >= 120)
  })

  test('hears that it is to stop', async (t) => {
    const scene = await openSlow(t)
    const journal = await take(scene)
    const stopping = new AbortController()
    const renew = async (): Promise<void> => {
      stopping.abort()
      await journal.renew()
    }
    const began = scene.world.clock()
    const { ports, clock, wait } = scene.world
    const parts = { ports, clock, wait, runner: 'a test', tell: () => undefined }
    const end = await runCutover({ ...parts, journal: { ...journal, renew }, stopping: stopping.signal })
    deepEqual([end.kind, clock() - began < minutes(1)], ['stopped', true])
    const last = (await entriesOf(scene)).findLast((each) => each.kind === 'acted')
    deepEqual([last?.result, last?.why], ['unknown', 'it was stopped meanwhile'])
  })
})
