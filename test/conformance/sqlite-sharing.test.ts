/** P-14: several processes over one file, and what each of them may count on. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { once } from 'node:events'
import { DatabaseSync } from 'node:sqlite'
import { describe, test, type TestContext } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { BatchRunner, type Batch } from '../../src/storage/sqlite/batch.ts'
import { Connection } from '../../src/storage/sqlite/connection.ts'
import { openStorage } from '../../src/storage/open.ts'
import { all, one } from '../../src/storage/program.ts'
import { StorageFault } from '../../src/storage/storage.ts'
import { freshFolder, opener, type Place } from './sqlite-places.ts'
import { startSharer, type Child } from './storage-process.ts'
import { entries, migrations, valueOf, writes, writesModule } from './storage-writes.ts'

const shared = (folder: string, writer: 'thread' | 'inline' = 'thread'): Place => ({
  ...{ url: `sqlite:${folder}`, writer, sharing: 'several-processes' },
})
const started = (child: Child) => child.until((lines) => lines.includes('ready'))
const numbersOf = (child: Child) => child.lines.filter((line) => /^\d+$/.test(line)).map(Number)

describe('P-14: eight processes over one file', () => {
  for (const writer of ['thread', 'inline'] as const)
    test(`start at once on an empty folder, and every write of each is counted once (${writer})`, async (t) => {
      const folder = freshFolder(t)
      const children = Array.from({ length: 8 }, () => startSharer(t, { folder, writer, wanted: 50, inFlight: 4 }))
      await Promise.all(children.map(started))
      const storage = await opener(t, shared(folder))()
      equal((await storage.write('createCounter', 'a')).kind, 'committed')
      for (const child of children) child.go()
      await Promise.all(children.map((child) => child.until((lines) => lines.includes('done'))))
      for (const child of children) equal(child.lines.at(-1), 'done')
      const told = children.flatMap(numbersOf).toSorted((a, b) => a - b)
      deepEqual(
        told,
        Array.from({ length: 400 }, (_, i) => i + 1),
      )
      equal(await storage.read(() => valueOf('a')), 400)
      const applied = await storage.read(() => all<{ id: number }>('SELECT id FROM sallyport_migrations ORDER BY id'))
      deepEqual(
        applied.map(({ id }) => id),
        [1, 2],
      )
    })

  test('of which one after the other is killed: nothing that was told is lost, and the others go on', async (t) => {
    const folder = freshFolder(t)
    const storage = await opener(t, shared(folder))()
    await storage.write('createCounter', 'a')
    const begin = () => startSharer(t, { folder, writer: 'thread', wanted: 1_000_000, inFlight: 4 })
    const children = Array.from({ length: 4 }, begin)
    await Promise.all(children.map(started))
    for (const child of children) child.go()
    for (const child of children) {
      const before = numbersOf(child).length
      await child.until(() => numbersOf(child).length >= before + 20)
      await child.kill()
    }
    const told = children.flatMap(numbersOf)
    equal(new Set(told).size, told.length)
    const value = (await storage.read(() => valueOf('a'))) ?? 0
    ok(told.length >= 80 && value >= Math.max(...told), `${told.length} told, ${value} stored`)
    equal((await storage.write('increment', 'a')).kind, 'committed')
  })
})

describe('a folder that several processes find empty at the same moment', () => {
  test('gets its file once, and each of them goes on with it', async (t) => {
    // threads, all let go by one flag: they meet between looking for the file and making it far more often than processes do
    const module = new URL('../../src/storage/sqlite/folder.ts', import.meta.url).href
    const program = `import { parentPort, workerData } from 'node:worker_threads'; import { prepareFile } from ${JSON.stringify(module)}
      parentPort.postMessage('here'); Atomics.wait(workerData.flag, 0, 0, 10_000)
      for (const folder of workerData.folders) { try { prepareFile(folder, 'counting') } catch (cause) { parentPort.postMessage(String(cause)) } }
      parentPort.postMessage('done')`
    const flag = new Int32Array(new SharedArrayBuffer(4))
    const folders = Array.from({ length: 100 }, () => freshFolder(t))
    const source = new URL(`data:text/javascript,${encodeURIComponent(program)}`)
    const workers = Array.from({ length: 4 }, () => new Worker(source, { workerData: { flag, folders } }))
    const said: string[] = []
    const ended = workers.map((each) => once(each, 'exit'))
    await Promise.all(workers.map((each) => once(each, 'message')))
    for (const each of workers) each.on('message', (text: string) => said.push(text))
    Atomics.store(flag, 0, 1)
    Atomics.notify(flag, 0)
    await Promise.all(ended)
    deepEqual(said, ['done', 'done', 'done', 'done'])
  })
})

describe('a lock that another process holds', () => {
  for (const writer of ['thread', 'inline'] as const) {
    test(`P-14: blocks neither the event loop nor reads, and the write goes on as soon as it is free (${writer})`, async (t) => {
      const folder = freshFolder(t)
      const storage = await opener(t, shared(folder, writer))()
      await storage.write('createCounter', 'a')
      const other = lockFile(t, folder)
      let written = false
      const writing = storage.write('increment', 'a').finally(() => (written = true))
      const begun = performance.now()
      let longest = 0
      while (performance.now() - begun < 200) {
        const before = performance.now()
        equal(await storage.read(() => valueOf('a')), 0)
        await turn()
        longest = Math.max(longest, performance.now() - before)
      }
      equal(written, false)
      ok(longest < 900, `a turn of the loop took ${longest} ms`)
      other.exec('COMMIT')
      deepEqual(await writing, { kind: 'committed', value: 1 })
    })

    test(`P-03: a write whose deadline passes meanwhile is dropped unspent (${writer})`, async (t) => {
      const folder = freshFolder(t)
      const storage = await opener(t, shared(folder, writer))()
      const other = lockFile(t, folder)
      const late = storage.write('append', 'late', { deadline: performance.now() + 30 })
      const stays = storage.write('append', 'stays')
      deepEqual(await late, { kind: 'dropped', why: 'deadline' })
      other.exec('COMMIT')
      equal((await stays).kind, 'committed')
      deepEqual(await storage.read(entries), ['stays'])
    })

    test(`that is held for too long fails those who waited, in words, and nobody who comes later (${writer})`, async (t) => {
      const folder = freshFolder(t)
      const storage = await opener(t, shared(folder, writer))({ limits: { lockedMs: 60 } })
      const other = lockFile(t, folder)
      const result = await storage.write('append', 'a')
      match(result.kind === 'failed' ? result.cause.message : result.kind, /held the lock.*60 ms.*fuser/)
      other.exec('COMMIT')
      equal((await storage.write('append', 'b')).kind, 'committed')
      deepEqual(await storage.read(entries), ['b'])
    })

    test(`lets what was accepted before the closing finish (${writer})`, async (t) => {
      const folder = freshFolder(t)
      const storage = await opener(t, shared(folder, writer))()
      const other = lockFile(t, folder)
      const accepted = storage.write('append', 'a')
      await turn()
      const closed = storage.close()
      await turn()
      other.exec('COMMIT')
      equal((await accepted).kind, 'committed')
      await closed
    })
  }

  test('blocks the event loop no more after a commit that failed and was settled', async (t) => {
    const folder = freshFolder(t)
    const open = opener(t, shared(folder, 'inline'))
    const storage = await open({ inject: { op: 'commit', n: 1 } })
    equal((await storage.write('append', 'a')).kind, 'failed')
    equal((await storage.write('append', 'b')).kind, 'committed')
    const other = lockFile(t, folder)
    const writing = storage.write('append', 'c')
    const begun = performance.now()
    for (let i = 0; i < 10; i += 1) await turn()
    ok(performance.now() - begun < 900, 'ten turns of the loop took as long as SQLite waits')
    other.exec('COMMIT')
    equal((await writing).kind, 'committed')
  })

  test('is the only thing that a read is tried again for', async (t) => {
    const storage = await opener(t, shared(freshFolder(t)))()
    let runs = 0
    const reading = storage.read(function* () {
      runs += 1
      return yield* all('SELECT * FROM no_such_table')
    })
    await rejects(reading, /no_such_table/)
    equal(runs, 1)
  })

  test('keeps an opening waiting, which blocks nothing, until it is free', async (t) => {
    const folder = freshFolder(t)
    await (await opener(t, shared(folder))()).close()
    const other = lockFile(t, folder)
    const more = [...migrations, { id: 3, name: 'more', sql: 'CREATE TABLE more (id INTEGER)' }]
    let opened = false
    const opening = opener(t, shared(folder))({ migrations: more }).finally(() => (opened = true))
    for (let i = 0; i < 100; i += 1) await turn()
    equal(opened, false)
    other.exec('COMMIT')
    await (await opening).read(() => one('SELECT id FROM more'))
  })
})

describe('what others commit', () => {
  test('is seen by a read that begins in the same turn of the event loop', async (t) => {
    const folder = freshFolder(t)
    const storage = await opener(t, shared(folder))()
    const other = new DatabaseSync(`${folder}/counting.db`)
    t.after(() => other.close())
    deepEqual(await storage.read(entries), [])
    other.exec(`INSERT INTO log (entry) VALUES ('from outside')`)
    deepEqual(await storage.read(entries), ['from outside'])
  })

  test('is seen by the next write, which decides by it', async (t) => {
    const folder = freshFolder(t)
    const [a, b] = [await opener(t, shared(folder))(), await opener(t, shared(folder, 'inline'))()]
    await a.write('createCounter', 'a')
    for (let expected = 0; expected < 10; expected += 1) {
      const attempts = [a, b].map((each) => each.write('compareAndSet', { name: 'a', expected }))
      const told = (await Promise.all(attempts)).map((each) => (each.kind === 'committed' ? each.value : each.kind))
      deepEqual(told.toSorted(), ['lost', 'won'])
    }
  })

  test('a schema that is newer is refused at the opening, and left as it is', async (t) => {
    const folder = freshFolder(t)
    await (await opener(t, shared(folder))()).close()
    const opening = opener(t, shared(folder))({ migrations: migrations.slice(0, 1) })
    await rejects(opening, (cause) => cause instanceof StorageFault && cause.code === 'STORAGE_FROM_A_NEWER_VERSION')
  })

  // the failed commit, whether it is in the store, and SQLite's code for it: 1 may have left a record, 13 has left none
  for (const [op, errcode] of [
    ['commit', 13],
    ['commit', 1],
    ['after-commit', 1],
  ] as const)
    test(`P-04: a commit that fails (${op}, ${errcode}) is settled rightly although others commit before anyone looks`, async (t) => {
      const folder = freshFolder(t)
      await (await opener(t, shared(folder))()).close()
      const file = `${folder}/counting.db`
      const others = [runner(t, file), runner(t, file)]
      let failed = false
      const inject = (at: string): void => {
        if (at !== op || failed) return
        failed = true
        // a COMMIT that fails has let go of the lock, and three more batches are in before the look
        if (op === 'commit') mine.database.exec('ROLLBACK')
        for (const entry of ['x', 'y', 'z'])
          equal(others[entry === 'y' ? 1 : 0]?.execute(appending(entry)).kind, 'committed')
        throw Object.assign(new Error('the commit failed'), { errcode })
      }
      const mine = new Connection({ file, inject })
      const own = runnerOver(mine, () => new Connection({ file }))
      t.after(() => own.close())
      equal(own.execute(appending('mine')).kind, op === 'commit' ? 'undone' : 'committed')
      equal(own.execute(appending('after')).kind, 'committed')
      const found = new DatabaseSync(file)
      t.after(() => found.close())
      deepEqual(
        found
          .prepare('SELECT entry FROM log ORDER BY entry')
          .all()
          .map(({ entry }) => entry),
        op === 'commit' ? ['after', 'x', 'y', 'z'] : ['after', 'mine', 'x', 'y', 'z'],
      )
    })
})

describe('markers of writers', () => {
  test('that have not written for a month are forgotten, those of others stay', async (t) => {
    const folder = freshFolder(t)
    await (await opener(t, shared(folder))()).close()
    const raw = new DatabaseSync(`${folder}/counting.db`)
    t.after(() => raw.close())
    const insert = raw.prepare('INSERT INTO sallyport_writers (writer, number, at) VALUES (?, 1, ?)')
    insert.run('old', Date.now() - 31 * 86_400_000)
    insert.run('young', Date.now() - 29 * 86_400_000)
    await opener(t, shared(folder))()
    deepEqual(
      raw
        .prepare('SELECT writer FROM sallyport_writers')
        .all()
        .map(({ writer }) => writer),
      ['young'],
    )
  })
})

test('what is in memory has one process, whatever is said', async (t) => {
  const about = { url: 'sqlite::memory:', system: 'counting', migrations, writes, writesModule }
  const storage = await openStorage({ ...about, sharing: 'several-processes' })
  t.after(() => storage.close())
  equal((await storage.write('append', 'a')).kind, 'committed')
  deepEqual(await storage.read(entries), ['a'])
})

/** Holds the write lock as another process would, until its COMMIT. */
function lockFile(t: TestContext, folder: string): DatabaseSync {
  const other = new DatabaseSync(`${folder}/counting.db`)
  t.after(() => other.close())
  other.exec('BEGIN IMMEDIATE')
  return other
}

const appending = (entry: string): Batch => ({ names: ['append'], inputs: [entry] })

function runner(t: TestContext, file: string): BatchRunner<readonly unknown[]> {
  const open = (): Connection => new Connection({ file })
  const made = runnerOver(open(), open)
  t.after(() => made.close())
  return made
}

function runnerOver(connection: Connection, open: () => Connection): BatchRunner<readonly unknown[]> {
  const about = { open, writes, reopens: true, sharing: 'several-processes' } as const
  return new BatchRunner<readonly unknown[]>(connection, { ...about, seal: (values) => values })
}
