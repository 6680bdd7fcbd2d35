/** P-13: the store's clock is read where the transaction runs, and a test can bend it. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import type { StoreClock } from '../../src/storage/clock.ts'
import { openStorage } from '../../src/storage/open.ts'
import { storeNow } from '../../src/storage/program.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { writes } from './clock-writes.ts'
import { freshFolder } from './sqlite-places.ts'

const places = {
  'a file and a writer thread': { writer: 'thread', sharing: 'one-process' },
  'a file in the calling thread': { writer: 'inline', sharing: 'one-process' },
  'a file of several processes': { writer: 'thread', sharing: 'several-processes' },
  'memory': undefined,
} as const

describe('the clock of the store', () => {
  for (const [sentence, place] of Object.entries(places)) {
    test(`is that of the machine, for writes and for reads (${sentence})`, async (t) => {
      const storage = await open(t, place)
      const before = Date.now()
      const written = await now(storage)
      const read = await storage.read(storeNow)
      const after = Date.now()
      ok(before <= written && written <= read && read <= after, `${before} ${written} ${read} ${after}`)
    })

    test(`is ahead by as much as its cell says, from the moment on that the cell says it (${sentence})`, async (t) => {
      const ahead = new Float64Array(new SharedArrayBuffer(8))
      const storage = await open(t, place, ahead)
      for (const bent of [3_600_000, -3_600_000]) {
        ahead[0] = bent
        const before = Date.now() + bent
        const seen = [await now(storage), await storage.read(storeNow)]
        const after = Date.now() + bent
        for (const at of seen) ok(before <= at && at <= after, `${before} ${at} ${after}`)
      }
    })
  }

  test('may be a function where the transaction runs in the calling thread, and nowhere else', async (t) => {
    for (const place of [places.memory, places['a file in the calling thread']])
      equal(await now(await open(t, place, () => 42)), 42)
    await rejects(
      open(t, places['a file and a writer thread'], () => 42),
      /a function cannot be the clock of the writer thread/,
    )
  })

  test('is read anew by each call', async (t) => {
    let time = 0
    const storage = await open(t, undefined, () => (time += 1))
    const twice = storage.read(function* () {
      return [yield* storeNow(), yield* storeNow()]
    })
    deepEqual(await twice, [1, 2])
  })
})

type Place = (typeof places)[keyof typeof places]

async function open(t: TestContext, place: Place, clock?: StoreClock): Promise<Storage<typeof writes>> {
  const url = place === undefined ? 'sqlite::memory:' : `sqlite:${freshFolder(t)}`
  const storage = await openStorage({
    ...{ url, system: 'clock', migrations: [], writes, writesModule: new URL('./clock-writes.ts', import.meta.url) },
    ...place,
    ...(clock === undefined ? {} : { clock }),
  })
  t.after(() => storage.close())
  return storage
}

async function now(storage: Storage<typeof writes>): Promise<number> {
  const result = await storage.write('now', undefined)
  if (result.kind !== 'committed') throw new Error(result.kind)
  return result.value
}
