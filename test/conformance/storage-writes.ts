/** The system that the storage suite runs: counters that are compared and set, a log that says in which order, and ways to go wrong. */
import { all, one, run, type Program } from '../../src/storage/program.ts'
import type { Migration } from '../../src/storage/storage.ts'
import { writeMeta } from '../../src/storage/meta.ts'

export const migrations: readonly Migration[] = [
  {
    id: 1,
    name: 'counters',
    sql: 'CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL)',
  },
  {
    id: 2,
    name: 'log',
    sql: `CREATE TABLE log (place INTEGER PRIMARY KEY, entry TEXT NOT NULL UNIQUE, padding BLOB);
          CREATE TABLE owned (
            id INTEGER PRIMARY KEY, counter TEXT NOT NULL REFERENCES counters (name) DEFERRABLE INITIALLY DEFERRED
          )`,
  },
]

type Counter = { readonly value: number }
export type CompareAndSet = { readonly name: string; readonly expected: number }

export const writes = {
  *createCounter(name: string): Program<number> {
    return yield* run('INSERT INTO counters (name, value) VALUES (?, 0)', name)
  },
  /** Reads, then writes: whoever is second must see the first one's value. */
  *compareAndSet({ name, expected }: CompareAndSet): Program<'won' | 'lost'> {
    const counter = yield* one<Counter>('SELECT value FROM counters WHERE name = ?', name)
    if (counter?.value !== expected) return 'lost'
    yield* run('UPDATE counters SET value = ? WHERE name = ?', expected + 1, name)
    return 'won'
  },
  *increment(name: string): Program<number> {
    yield* run('UPDATE counters SET value = value + 1 WHERE name = ?', name)
    return (yield* one<Counter>('SELECT value FROM counters WHERE name = ?', name))?.value ?? -1
  },
  *append(entry: string): Program<void> {
    yield* run('INSERT INTO log (entry) VALUES (?)', entry)
  },
  *appendPadded({ entry, bytes }: { readonly entry: string; readonly bytes: number }): Program<void> {
    yield* run('INSERT INTO log (entry, padding) VALUES (?, ?)', entry, new Uint8Array(bytes))
  },
  /** Its first statement succeeds, its second does not. */
  *appendTwice(entry: string): Program<void> {
    yield* run('INSERT INTO log (entry) VALUES (?)', entry)
    yield* run('INSERT INTO log (entry) VALUES (?)', entry)
  },
  *appendThenThrow(entry: string): Program<void> {
    yield* run('INSERT INTO log (entry) VALUES (?)', entry)
    throw new Error('the write itself is broken')
  },
  /** The foreign key is looked at when the transaction commits. */
  *appendOrphan(entry: string): Program<void> {
    yield* run('INSERT INTO log (entry) VALUES (?)', entry)
    yield* run("INSERT INTO owned (counter) VALUES ('nobody')")
  },
  /** Tries to end the transaction that it shares with others. */
  *appendAndCommit(entry: string): Program<void> {
    yield* run('INSERT INTO log (entry) VALUES (?)', entry)
    yield* run('COMMIT')
  },
  *appendAndGiveFunction(entry: string): Program<() => void> {
    yield* run('INSERT INTO log (entry) VALUES (?)', entry)
    return () => {}
  },
  *echo(value: unknown): Program<unknown> {
    yield* one('SELECT 1 AS one')
    return value
  },
  /** Blocks the thread that it runs in until the first cell changes, 10 s at most: a write that takes as long as the test wants. */
  *hold(cells: Int32Array<SharedArrayBuffer>): Program<void> {
    yield* one('SELECT 1 AS one')
    Atomics.wait(cells, 0, 0, 10_000)
  },
  /** Says to whoever shares the cells that its transaction is under way. */
  *mark(cells: Int32Array<SharedArrayBuffer>): Program<void> {
    yield* one('SELECT 1 AS one')
    Atomics.store(cells, 0, 1)
  },
  /** Ends the thread that it runs in. */
  *die(): Program<never> {
    yield* one('SELECT 1 AS one')
    return process.exit(7)
  },
  /** The same once it has been answered. */
  *dieAfterwards(): Program<void> {
    yield* one('SELECT 1 AS one')
    setImmediate(() => process.exit(7))
  },
  *setMeta({ key, value }: { readonly key: string; readonly value: string }): Program<void> {
    yield* writeMeta(key, value)
  },
} as const

export const writesModule: URL = new URL(import.meta.url)

export function* entries(): Program<string[]> {
  const rows = yield* all<{ entry: string }>('SELECT entry FROM log ORDER BY place')
  return rows.map((row) => row.entry)
}

export function* valueOf(name: string): Program<number | undefined> {
  return (yield* one<Counter>('SELECT value FROM counters WHERE name = ?', name))?.value
}
