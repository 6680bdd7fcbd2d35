/** The keeper's store under real processes (P-14). */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { findAttempts, findOpenAttempts } from '../../src/keeper/store/attempt-row.ts'
import { findConnection } from '../../src/keeper/store/connection-row.ts'
import { migrations } from '../../src/keeper/store/migrations.ts'
import { writes, type KeeperWrites } from '../../src/keeper/store/writes.ts'
import { openStorage } from '../../src/storage/open.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { freshFolder } from '../conformance/sqlite-places.ts'
import { startProgram, type Child } from '../conformance/storage-process.ts'
import { canary, committed, newConnection } from './store.ts'

const program = fileURLToPath(new URL('./refreshing-child.ts', import.meta.url))
const sentBy = (child: Child) =>
  child.lines.filter((line) => line.startsWith('sent ')).map((line) => Number(line.slice(5)))
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1)

describe('several processes that refresh one connection', () => {
  test('L-35: eight at once send each generation exactly once', async (t) => {
    const { folder, storage } = await place(t)
    const children = Array.from({ length: 8 }, () => startProgram(t, [program, folder, '61']))
    await Promise.all(children.map((child) => child.until((lines) => lines.includes('ready'))))
    for (const child of children) child.go()
    await Promise.all(children.map((child) => child.until((lines) => lines.includes('done'))))
    deepEqual(
      children.map((child) => child.lines.at(-1)),
      children.map(() => 'done'),
    )
    deepEqual(
      children.flatMap(sentBy).toSorted((a, b) => a - b),
      upTo(60),
    )
    equal((await storage.read(() => findConnection(canary)))?.generation, 61)
    equal((await storage.read(() => findAttempts(canary, 1000))).length, 60)
  })

  test('P-14: one that is killed leaves its attempt open in the journal, under a fence that the next one ends', async (t) => {
    const { folder, storage, clock } = await place(t)
    const child = startProgram(t, [program, folder, '1000000'])
    await child.until((lines) => lines.includes('ready'))
    child.go()
    await child.until(() => sentBy(child).length >= 20)
    await child.kill()
    const last = sentBy(child).at(-1) ?? 0
    clock[0] = 60_000 // its lease is over
    const lease = committed(await storage.write('takeLease', { key: canary, holder: 'heir', forMs: 60_000 }))
    ok(lease.kind === 'taken')
    const { generation } = lease.connection
    ok(generation === last || generation === last + 1, `sent ${last}, stored ${generation}`)
    // what was said to be sent is in the journal: open, or with what it led to
    const attempts = await storage.read(() => findAttempts(canary, 3))
    const told = attempts.find((attempt) => attempt.generation === last)
    ok(told !== undefined && (told.ledTo === last + 1 || told.closedAt === null), JSON.stringify(told))
    deepEqual(await storage.read(() => findOpenAttempts(canary)), lease.open)
    for (const open of lease.open) ok(open.fence < lease.fence)
  })
})

type Place = {
  readonly folder: string
  readonly storage: Storage<KeeperWrites>
  readonly clock: Float64Array<SharedArrayBuffer>
}

/** With a connection; the clock is this process' alone. */
async function place(t: TestContext): Promise<Place> {
  const folder = freshFolder(t)
  const clock = new Float64Array(new SharedArrayBuffer(8))
  const storage = await openStorage({
    ...{ url: `sqlite:${folder}`, system: 'keeper', migrations, writes, sharing: 'several-processes', clock },
    writesModule: new URL('../../src/keeper/store/writes.ts', import.meta.url),
  })
  t.after(() => storage.close())
  const settings = {
    loginUrl: 'https://login.example.com',
    clientId: 'id',
    redirectUri: null,
    scopes: null,
    ...{ authentication: 'post', secret: null },
  }
  await storage.write('saveApp', { key: { tenant: 'acme', name: 'billing' }, expects: 0, settings })
  equal(committed(await storage.write('createConnection', newConnection())).kind, 'created')
  return { folder, storage, clock }
}
