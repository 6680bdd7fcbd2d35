/** What only a writer in a thread of its own can do, or get wrong. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sqliteThread } from './sqlite-places.ts'
import { entries } from './storage-writes.ts'

describe('the writer thread', () => {
  test('P-15: a long write blocks neither reads nor the event loop', async (t) => {
    const storage = await sqliteThread.place(t)()
    const cells = new Int32Array(new SharedArrayBuffer(4))
    const held = storage.write('hold', cells)
    await new Promise(setImmediate) // the batch is on its way
    deepEqual(await storage.read(entries), [])
    await new Promise(setImmediate)
    equal((await release(cells, held)).kind, 'committed')
  })

  test('P-03: who waits behind a long write is answered at the deadline, not after that write', async (t) => {
    const storage = await sqliteThread.place(t)()
    const cells = new Int32Array(new SharedArrayBuffer(4))
    const held = storage.write('hold', cells)
    await new Promise(setImmediate)
    const late = await storage.write('append', 'late', { deadline: performance.now() + 1 })
    deepEqual(late, { kind: 'dropped', why: 'deadline' })
    equal((await release(cells, held)).kind, 'committed')
    deepEqual(await storage.read(entries), [])
  })

  test('gets its next batch in the middle of a long turn of the caller, where a dozen wait for it', async (t) => {
    const storage = await sqliteThread.place(t)()
    const first = storage.write('echo', 'first')
    await new Promise(setImmediate) // the batch is on its way
    const cells = new Int32Array(new SharedArrayBuffer(4))
    const written = [first, storage.write('mark', cells)]
    // one turn, in which no event can say that the first batch is done
    for (let i = 0; i < 1000 && Atomics.load(cells, 0) === 0; i += 1) {
      written.push(storage.write('echo', i))
      Atomics.wait(cells, 0, 0, 5)
    }
    equal(Atomics.load(cells, 0), 1)
    for (const { kind } of await Promise.all(written)) equal(kind, 'committed')
  })

  test('P-04: when the thread dies, its batch is unknown, those who wait fail, and the fault is raised once', async (t) => {
    const faults: Error[] = []
    const storage = await sqliteThread.place(t)({ onFault: (cause) => faults.push(cause), limits: { batch: 2 } })
    const results = [storage.write('append', 'a'), storage.write('die', undefined), storage.write('append', 'b')]
    const kinds = (await Promise.all(results)).map((each) => each.kind)
    deepEqual(kinds, ['unknown', 'unknown', 'failed'])
    equal((await storage.write('append', 'c')).kind, 'failed')
    equal(faults.length, 1)
    match(String(faults[0]), /writer thread ended with 7/)
    await storage.close()
  })

  test('P-04: what the thread said before it died is true, and what comes after it fails', async (t) => {
    const storage = await sqliteThread.place(t)({ onFault: () => undefined })
    const said = storage.write('dieAfterwards', undefined)
    await new Promise(setImmediate) // the batch is on its way
    const waiting = storage.write('append', 'a')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300) // answer and death are both heard of after this
    deepEqual([(await said).kind, (await waiting).kind], ['committed', 'failed'])
  })

  test('P-04: an input or an output that cannot cross to the thread fails alone and leaves nothing', async (t) => {
    const storage = await sqliteThread.place(t)()
    const uncloneable = (): void => {}
    const results = [storage.write('append', 'a'), storage.write('echo', uncloneable), storage.write('append', 'b')]
    deepEqual(
      (await Promise.all(results)).map((each) => each.kind),
      ['committed', 'failed', 'committed'],
    )
    equal((await storage.write('appendAndGiveFunction', 'c')).kind, 'failed')
    deepEqual(await storage.read(entries), ['a', 'b'])
  })

  test('a failure keeps the words and the result code that SQLite gave it', async (t) => {
    const storage = await sqliteThread.place(t)()
    const result = await storage.write('appendTwice', 'a')
    if (result.kind !== 'failed') throw new Error(`expected failed, was ${result.kind}`)
    match(result.cause.message, /UNIQUE constraint failed: log\.entry/)
    equal('errcode' in result.cause && result.cause.errcode, 2067)
  })
})

function release<T>(cells: Int32Array<SharedArrayBuffer>, held: Promise<T>): Promise<T> {
  Atomics.store(cells, 0, 1)
  Atomics.notify(cells, 0)
  return held
}
