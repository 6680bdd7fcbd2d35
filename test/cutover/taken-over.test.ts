import { deepEqual } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { openCutovers } from '../../src/cutover/cutover.ts'
import type { CutoverWrites } from '../../src/cutover/store/writes.ts'
import { openStorage } from '../../src/storage/open.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { openSmallWorld, plan } from './small-world.ts'

test('L-100: a runner that has lost its lease to another is told who goes on', async (t) => {
  const { ports, clock, wait } = openSmallWorld()
  let storage: Storage<CutoverWrites> | undefined
  const environment = {
    ...{ clock, wait, random: randomBytes },
    openStorage: async (options: Parameters<typeof openStorage<CutoverWrites>>[0]) =>
      (storage = await openStorage<CutoverWrites>(options)),
  }
  const cutovers = await openCutovers(environment, 'sqlite::memory:')
  t.after(() => cutovers.close())
  const begun = await cutovers.begin(plan, ports)
  const id = begun.kind === 'begun' ? begun.id : ''
  const takeOver = async (): Promise<readonly never[]> => {
    await storage?.write('releaseLease', { id, fence: 1 })
    await storage?.write('takeLease', { id, holder: 'another', forMs: 60_000 })
    return []
  }
  const lists = ports.lists.map((each) => ({ ...each, allowlist: { ...each.allowlist, redeemers: takeOver } }))
  const stopping = new AbortController().signal
  const end = await cutovers.run(id, { ports: { ...ports, lists }, stopping, tell: () => undefined })
  deepEqual(end.kind === 'held' && end.holder, 'another')
})
