/** A cutover of a small world, with its journal in a store. */
import type { TestContext } from 'node:test'
import { readEntry, writeEntry } from '../../src/cutover/entry-text.ts'
import { takeJournal, type OpenJournal } from '../../src/cutover/journal.ts'
import { listSeenOf, readLists } from '../../src/cutover/look.ts'
import { runCutover, type RunEnd } from '../../src/cutover/runner.ts'
import type { Entry, Wish } from '../../src/cutover/rules/journal.ts'
import type { Terms } from '../../src/cutover/rules/plan.ts'
import { findEntries } from '../../src/cutover/store/journal.ts'
import { migrations } from '../../src/cutover/store/migrations.ts'
import { writes, type CutoverWrites } from '../../src/cutover/store/writes.ts'
import { openStorage } from '../../src/storage/open.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { openSmallWorld, plan, type SmallListKind, type SmallWorld } from './small-world.ts'

export type Scene = { readonly world: SmallWorld; readonly storage: Storage<CutoverWrites>; readonly id: string }

export async function openScene(
  t: TestContext,
  kinds: readonly SmallListKind[] = ['read'],
  terms: Partial<Terms> = {},
): Promise<Scene> {
  const storage = await openStorage({
    ...{ url: 'sqlite::memory:', system: 'cutover', migrations, writes },
    writesModule: new URL('../../src/cutover/store/writes.ts', import.meta.url),
  })
  t.after(() => storage.close())
  const world = openSmallWorld(kinds)
  const apps = kinds.map((_, i) => ({ name: `App_${i}`, kind: 'external-client-app' as const }))
  const lists = (await readLists(world.ports)).map((each) => listSeenOf(each, [...plan.from, ...plan.to]))
  const pool = (await world.ports.traffic.read(world.clock())).members
  const planned = { ...plan, apps, terms: { ...plan.terms, ...terms } }
  const first: Entry = { at: world.clock(), kind: 'planned', plan: planned, lists, pool }
  await storage.write('createCutover', {
    id: 'one',
    apps: plan.apps.map(({ name }) => name),
    entry: writeEntry(first),
  })
  return { world, storage, id: 'one' }
}

export async function take({ storage, id }: Scene, leaseMs = 0): Promise<OpenJournal> {
  const taken = await takeJournal({ storage, holder: 'a test', leaseMs }, id)
  if (taken.kind !== 'taken') throw new Error(`the journal is ${taken.kind}`)
  return taken.journal
}

export async function run(scene: Scene, journal: OpenJournal): Promise<RunEnd> {
  const { ports, clock, wait } = scene.world
  const stopping = new AbortController().signal
  return await runCutover({ ports, journal, clock, wait, stopping, runner: 'a test', tell: () => undefined })
}

export async function ask({ storage, world, id }: Scene, what: Wish): Promise<void> {
  const asked: Entry = { at: world.clock(), kind: 'asked', what }
  await storage.write('ask', { id, at: asked.at, entry: writeEntry(asked) })
}

export const entriesOf = async ({ storage, id }: Scene): Promise<readonly Entry[]> =>
  (await storage.read(() => findEntries({ id, after: 0 }))).map(({ entry }) => readEntry(entry))

export const howOf = (end: RunEnd): string => (end.kind === 'ended' ? end.how : end.kind)
