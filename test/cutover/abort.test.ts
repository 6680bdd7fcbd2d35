import { deepEqual, equal } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { openCutovers, type Cutovers } from '../../src/cutover/cutover.ts'
import { openStorage } from '../../src/storage/open.ts'
import { openSmallWorld, plan, type SmallWorld } from './small-world.ts'

async function openScene(t: TestContext): Promise<{ readonly world: SmallWorld; readonly cutovers: Cutovers }> {
  const world = openSmallWorld()
  const { clock, wait } = world
  const cutovers = await openCutovers({ clock, wait, random: randomBytes, openStorage }, 'sqlite::memory:')
  t.after(() => cutovers.close())
  return { world, cutovers }
}

test('what is aborted while nobody runs it ends at once, and another plan can be begun', async (t) => {
  const { world, cutovers } = await openScene(t)
  const begun = await cutovers.begin(plan, world.ports)
  const id = begun.kind === 'begun' ? begun.id : ''
  await cutovers.ask(id, 'abort')
  equal(await cutovers.endAborted(id), 'ended')
  equal((await cutovers.view(id))?.state.ended?.how, 'aborted')
  const next = await cutovers.begin({ ...plan, to: ['198.51.100.8', '198.51.100.9'] }, world.ports)
  deepEqual([next.kind, next.kind === 'begun' && next.resumed], ['begun', false])
})

test('P-64: what may be under way still is not ended before it is made void', async (t) => {
  const { world, cutovers } = await openScene(t)
  const begun = await cutovers.begin(plan, world.ports)
  const id = begun.kind === 'begun' ? begun.id : ''
  const stop = new AbortController()
  const set = async (): Promise<never> => {
    stop.abort()
    throw new Error('no answer came')
  }
  const ports = { ...world.ports, traffic: { ...world.ports.traffic, set } }
  await cutovers.run(id, { ports, tell: () => undefined, stopping: stop.signal })
  await cutovers.ask(id, 'abort')
  equal(await cutovers.endAborted(id), 'left')
  const end = await cutovers.run(id, {
    ports: world.ports,
    tell: () => undefined,
    stopping: new AbortController().signal,
  })
  equal(end.kind === 'ended' && end.how, 'aborted')
})

test('what nobody has aborted is left as it is', async (t) => {
  const { world, cutovers } = await openScene(t)
  const begun = await cutovers.begin(plan, world.ports)
  equal(await cutovers.endAborted(begun.kind === 'begun' ? begun.id : ''), 'left')
})
