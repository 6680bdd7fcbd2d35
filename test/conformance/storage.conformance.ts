/** What every storage engine must do, as tests: an engine is finished when it passes them. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import type { OpenOptions } from '../../src/storage/options.ts'
import type { Storage, WriteResult } from '../../src/storage/storage.ts'
import { readMeta } from '../../src/storage/meta.ts'
import { all, one, run } from '../../src/storage/program.ts'
import { entries, valueOf, type writes } from './storage-writes.ts'

export type TestStorage = Storage<typeof writes>
/** What a test may say about the storage that it opens. */
export type TestOptions = Partial<
  Pick<OpenOptions<typeof writes>, 'migrations' | 'limits' | 'inject' | 'maxPages' | 'onFault' | 'writer'>
>
/** One place for data; what was committed there is found again by the next `open`, if the engine `survives` its close. */
export type OpenAgain = (options?: TestOptions) => Promise<TestStorage>
export type StorageSetUp = {
  readonly name: string
  readonly survives: boolean
  /** Empty, for this test alone; what was opened is closed and the place removed after it. */
  readonly place: (t: TestContext) => OpenAgain
}

type Told = WriteResult<unknown>['kind']

/** Registers the suite; to be called at the top of a test file, once for each way of setting the engine up. */
export function storageConformance(setUp: StorageSetUp): void {
  describe(`${setUp.name}: storage`, () => {
    describe('writes', () => writing(setUp))
    describe('reads', () => reading(setUp))
    describe('terms of a write', () => dropping(setUp))
    describe('failures', () => failing(setUp))
    describe('a failed commit', () => failingCommits(setUp))
    describe('closing', () => closing(setUp))
  })
}

function writing({ place }: StorageSetUp): void {
  test('P-02: of 50 parallel compare-and-sets on one row exactly one wins', async (t) => {
    const storage = await place(t)()
    await storage.write('createCounter', 'a')
    const attempt = () => storage.write('compareAndSet', { name: 'a', expected: 0 })
    const values = (await Promise.all(Array.from({ length: 50 }, attempt))).map(valueIn)
    equal(values.filter((value) => value === 'won').length, 1)
    equal(values.filter((value) => value === 'lost').length, 49)
    equal(await storage.read(() => valueOf('a')), 1)
  })

  test('writes of one caller take effect in the order in which they were given, over many batches', async (t) => {
    const storage = await place(t)({ limits: { batch: 7 } })
    const wanted = Array.from({ length: 100 }, (_, i) => `entry ${i}`)
    const results = await Promise.all(wanted.map((entry) => storage.write('append', entry)))
    deepEqual(new Set(results.map((each) => each.kind)), new Set(['committed']))
    deepEqual(await storage.read(entries), wanted)
  })

  test('parallel increments are all counted, and each is told its own number', async (t) => {
    const storage = await place(t)()
    await storage.write('createCounter', 'a')
    const results = await Promise.all(Array.from({ length: 300 }, () => storage.write('increment', 'a')))
    deepEqual(
      results.map(valueIn),
      Array.from({ length: 300 }, (_, i) => i + 1),
    )
  })

  test('objects, bytes and absent values go in and come out unchanged', async (t) => {
    const storage = await place(t)()
    const value = { text: 'ä', bytes: new Uint8Array([0, 255]), list: [1, null], missing: undefined }
    deepEqual(valueIn(await storage.write('echo', value)), value)
  })

  test('the key and value table keeps the last value', async (t) => {
    const storage = await place(t)()
    await storage.write('setMeta', { key: 'epoch', value: '1' })
    await storage.write('setMeta', { key: 'epoch', value: '2' })
    equal(await storage.read(() => readMeta('epoch')), '2')
    equal(await storage.read(() => readMeta('nothing')), undefined)
  })
}

function reading({ place }: StorageSetUp): void {
  test('a read sees everything that was acknowledged before it', async (t) => {
    const storage = await place(t)()
    await storage.write('createCounter', 'a')
    const client = async () => {
      for (let i = 0; i < 20; i += 1) {
        await storage.read(() => valueOf('a'))
        const own = valueIn(await storage.write('increment', 'a'))
        const seen = await storage.read(() => valueOf('a'))
        ok(typeof own === 'number' && seen !== undefined && seen >= own, `told ${String(own)}, then read ${seen}`)
      }
    }
    await Promise.all(Array.from({ length: 8 }, client))
    equal(await storage.read(() => valueOf('a')), 160)
  })

  test('a read of several statements sees one state of the store', async (t) => {
    const storage = await place(t)()
    await storage.write('createCounter', 'a')
    const increments = Promise.all(Array.from({ length: 500 }, () => storage.write('increment', 'a')))
    const program = function* () {
      const before = yield* valueOf('a')
      yield* one(
        'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT count(*) FROM n',
      )
      return [before, yield* valueOf('a')]
    }
    for (let i = 0; i < 20; i += 1) {
      const [before, after] = await storage.read(program)
      equal(before, after)
      await new Promise(setImmediate)
    }
    await increments
  })

  test('a read that writes is rejected and changes nothing', async (t) => {
    const storage = await place(t)()
    await storage.write('append', 'a')
    await rejects(storage.read(() => run('DELETE FROM log')))
    deepEqual(await storage.read(entries), ['a'])
    equal((await storage.write('append', 'b')).kind, 'committed')
  })

  test('a read whose statement fails is rejected, and the next one works', async (t) => {
    const storage = await place(t)()
    await rejects(
      storage.read(() => all('SELECT * FROM no_such_table')),
      /no_such_table/,
    )
    deepEqual(await storage.read(entries), [])
  })
}

function dropping({ place }: StorageSetUp): void {
  test('P-03: a member whose client has gone is dropped unspent', async (t) => {
    const storage = await place(t)()
    let present = true
    const gone = storage.write('append', 'gone', { listening: () => present })
    const stays = storage.write('append', 'stays', { listening: () => true })
    present = false // after it was accepted, before its transaction begins
    deepEqual(await gone, { kind: 'dropped', why: 'gone' })
    equal((await stays).kind, 'committed')
    deepEqual(await storage.read(entries), ['stays'])
  })

  test('P-03: a member whose deadline has passed is dropped unspent', async (t) => {
    const storage = await place(t)()
    const late = storage.write('append', 'late', { deadline: performance.now() - 1 })
    const early = storage.write('append', 'early', { deadline: performance.now() + 60_000 })
    deepEqual(await late, { kind: 'dropped', why: 'deadline' })
    equal((await early).kind, 'committed')
    deepEqual(await storage.read(entries), ['early'])
  })

  test('P-03: a member is asked again before it runs alone', async (t) => {
    const storage = await place(t)()
    let asked = 0
    const leaves = storage.write('append', 'leaves', { listening: () => (asked += 1) < 2 })
    const poison = storage.write('appendTwice', 'poison')
    deepEqual(await leaves, { kind: 'dropped', why: 'gone' })
    equal((await poison).kind, 'failed')
    deepEqual(await storage.read(entries), [])
  })

  test('P-03: beyond the bound of the queue a write is refused at once', async (t) => {
    const storage = await place(t)({ limits: { waiting: 4 } })
    const results = await Promise.all(Array.from({ length: 6 }, (_, i) => storage.write('append', `entry ${i}`)))
    deepEqual(results.slice(4), [
      { kind: 'dropped', why: 'queue-full' },
      { kind: 'dropped', why: 'queue-full' },
    ])
    equal((await storage.read(entries)).length, 4)
  })
}

function failing(setUp: StorageSetUp): void {
  const { place } = setUp
  const poisons = ['appendTwice', 'appendThenThrow', 'appendOrphan', 'appendAndCommit'] as const
  for (const poison of poisons)
    test(`P-04: one member that fails (${poison}) harms none of its batch and leaves nothing`, async (t) => {
      const storage = await place(t)()
      const results = [storage.write('append', 'a'), storage.write(poison, 'poison'), storage.write('append', 'b')]
      deepEqual(await told(results), ['committed', 'failed', 'committed'])
      deepEqual(await storage.read(entries), ['a', 'b'])
      equal((await storage.write('append', 'c')).kind, 'committed')
    })

  test('P-04: a full disk in the middle of a batch fails only what does not fit', async (t) => {
    const open = place(t)
    const storage = await open({ maxPages: 64 })
    const big = { entry: 'big', bytes: 1_000_000 }
    const results = [storage.write('append', 'a'), storage.write('appendPadded', big), storage.write('append', 'b')]
    deepEqual(await told(results), ['committed', 'failed', 'committed'])
    deepEqual(await found(storage, setUp, open), ['a', 'b'])
  })

  test('P-04: while the disk fills up, exactly what was told committed is in the store', async (t) => {
    const open = place(t)
    const storage = await open({ maxPages: 96 })
    const names = Array.from({ length: 150 }, (_, i) => `entry ${i}`)
    const results = await Promise.all(names.map((entry) => storage.write('appendPadded', { entry, bytes: 3000 })))
    const committed = names.filter((_, i) => results[i]?.kind === 'committed')
    ok(committed.length > 0 && committed.length < names.length, `${committed.length} of ${names.length} fitted`)
    deepEqual(await found(storage, setUp, open), committed)
  })

  // how many of each there are in the run below, and one more, at which nothing fails
  const points = { 'begin': 4, 'statement': 8, 'commit': 4, 'after-commit': 4 } as const
  for (const op of ['begin', 'statement', 'commit', 'after-commit'] as const)
    test(`P-04: whichever ${op} fails, what is told is what is found`, async (t) => {
      for (let n = 1; n <= points[op]; n += 1) {
        const open = place(t)
        const storage = await open({ inject: { op, n, errcode: op === 'after-commit' ? 1 : 13 } })
        const names = ['a', 'b', 'c', 'd']
        const results: Told[] = [(await storage.write('append', 'a')).kind, (await storage.write('append', 'b')).kind]
        results.push(...(await told([storage.write('append', 'c'), storage.write('append', 'd')])))
        const committed = names.filter((_, i) => results[i] === 'committed')
        deepEqual(await found(storage, setUp, open), committed)
        if (n === points[op]) deepEqual(committed, names)
        // a transaction that cannot begin is nobody's fault in particular and fails its whole batch
        ok(committed.length >= (op === 'begin' ? 2 : 3), `at ${op} ${n} only ${committed.length} of 4 were committed`)
      }
    })
}

function failingCommits(setUp: StorageSetUp): void {
  const { place } = setUp
  const batch = (storage: TestStorage) => told(['a', 'b', 'c'].map((entry) => storage.write('append', entry)))

  test('P-04: that left nothing behind is run again member by member', async (t) => {
    const open = place(t)
    const storage = await open({ inject: { op: 'commit', n: 1 } })
    deepEqual(await batch(storage), ['committed', 'committed', 'committed'])
    deepEqual(await found(storage, setUp, open), ['a', 'b', 'c'])
  })

  test('P-04: that fails every time is told as failed, and nothing is in the store', async (t) => {
    const open = place(t)
    const storage = await open({ inject: { op: 'commit', n: 1, times: 4, errcode: 13 } })
    deepEqual(await batch(storage), ['failed', 'failed', 'failed'])
    deepEqual(await storage.read(entries), [])
    equal((await storage.write('append', 'd')).kind, 'committed')
    deepEqual(await found(storage, setUp, open), ['d'])
  })

  test('P-04: that took place although it was reported as failed is settled as committed, once', async (t) => {
    const open = place(t)
    const storage = await open({ inject: { op: 'after-commit', n: 1 } })
    deepEqual(await batch(storage), ['committed', 'committed', 'committed'])
    equal((await storage.write('append', 'd')).kind, 'committed')
    deepEqual(await found(storage, setUp, open), ['a', 'b', 'c', 'd'])
  })

  test('P-04: that cannot be settled is unknown, stops every later write and raises one fault', async (t) => {
    const faults: Error[] = []
    const open = place(t)
    const inject = { op: 'after-commit', n: 2, errcode: 1034 } as const // a failed fsync proves nothing
    const storage = await open({ inject, onFault: (cause) => faults.push(cause) })
    equal((await storage.write('append', 'before')).kind, 'committed')
    deepEqual(await batch(storage), ['unknown', 'unknown', 'unknown'])
    deepEqual(await batch(storage), ['failed', 'failed', 'failed'])
    equal(faults.length, 1)
    equal((await found(storage, setUp, open))[0], 'before')
  })
}

function closing(setUp: StorageSetUp): void {
  const { place } = setUp
  test('what was accepted finishes, what comes later is dropped', async (t) => {
    const open = place(t)
    const storage = await open()
    const accepted = Array.from({ length: 10 }, (_, i) => storage.write('append', `entry ${i}`))
    const closed = storage.close()
    deepEqual(await storage.write('append', 'late'), { kind: 'dropped', why: 'closing' })
    deepEqual(new Set(await told(accepted)), new Set(['committed']))
    await closed
    await rejects(storage.read(entries), /closed/)
    if (setUp.survives) equal((await entriesAfterReopening(open)).length, 10)
  })

  test('closing twice is closing once', async (t) => {
    const storage = await place(t)()
    await Promise.all([storage.close(), storage.close()])
    await storage.close()
  })
}

/** What is in the store, after closing and opening it again where it outlives that. */
async function found(storage: TestStorage, { survives }: StorageSetUp, open: OpenAgain): Promise<string[]> {
  const before = await storage.read(entries)
  await storage.close()
  if (survives) deepEqual(await entriesAfterReopening(open), before)
  return before
}

/** What is there is only read, which no writer has a part in: a thread for it would be half of what the suite costs. */
async function entriesAfterReopening(open: OpenAgain): Promise<string[]> {
  const storage = await open({ writer: 'inline' })
  const after = await storage.read(entries)
  await storage.close()
  return after
}

async function told(results: readonly Promise<WriteResult<unknown>>[]): Promise<Told[]> {
  return (await Promise.all(results)).map((each) => each.kind)
}

function valueIn(result: WriteResult<unknown>): unknown {
  if (result.kind !== 'committed') throw new Error(`expected committed, was ${result.kind}`)
  return result.value
}
