import { deepEqual, equal } from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import type { InjectionPoint } from './injection.ts'
import { all, run } from './program.ts'
import { openStorage } from './open.ts'
import type { WriteResult } from './storage.ts'
import { tryWrite, watchWrites } from './writability.ts'

const writes = { tryWrite, keep: ({ text }: { text: string }) => run('INSERT INTO kept (text) VALUES (?)', text) }
const migrations = [{ id: 1, name: 'kept', sql: 'CREATE TABLE kept (text TEXT NOT NULL)' }]
const full = 'database or disk is full'

/** A store in memory that takes no write while `full` is true. */
async function open(t: TestContext) {
  const state = { full: false, attempts: 0 }
  const inject = ({ op }: InjectionPoint): void => {
    if (op === 'begin' && state.full) throw new Error(full)
  }
  const options = { url: 'sqlite::memory:', system: 'test', migrations, writes, writesModule: import.meta.url, inject }
  const opened = await openStorage(options)
  t.after(() => opened.close())
  const attempt = (): Promise<WriteResult<unknown>> => {
    state.attempts += 1
    return opened.write('tryWrite', {})
  }
  return { state, ...watchWrites(opened, attempt) }
}

async function openFull(t: TestContext) {
  const opened = await open(t)
  opened.state.full = true
  equal((await opened.storage.write('keep', { text: 'a' })).kind, 'failed')
  return opened
}

describe('whether a store takes writes', () => {
  test('it does while its writes are committed, and nothing is tried for the answer', async (t) => {
    const { state, storage, writability } = await open(t)
    equal(await writability.trouble(), undefined)
    equal((await storage.write('keep', { text: 'a' })).kind, 'committed')
    equal(await writability.trouble(), undefined)
    equal(state.attempts, 0)
  })

  test('after a write that failed it does not, with the reason, until a try succeeds', async (t) => {
    const { state, writability } = await openFull(t)
    deepEqual([await writability.trouble(), await writability.trouble()], [full, full])
    equal(state.attempts, 2)
    state.full = false
    deepEqual([await writability.trouble(), await writability.trouble()], [undefined, undefined])
    equal(state.attempts, 3, 'nothing is tried once it is mended')
  })

  test('a write that succeeds says so as well', async (t) => {
    const { state, storage, writability } = await openFull(t)
    state.full = false
    equal((await storage.write('keep', { text: 'b' })).kind, 'committed')
    equal(await writability.trouble(), undefined)
    equal(state.attempts, 0)
  })

  test('many who ask at once share one try', async (t) => {
    const { state, writability } = await openFull(t)
    await Promise.all(Array.from({ length: 20 }, () => writability.trouble()))
    equal(state.attempts, 1)
  })

  test('what was dropped before it reached the store says nothing of it', async (t) => {
    const { storage, writability } = await open(t)
    equal((await storage.write('keep', { text: 'a' }, { listening: () => false })).kind, 'dropped')
    equal(await writability.trouble(), undefined)
  })

  test('a try changes nothing', async (t) => {
    const { state, storage, writability } = await openFull(t)
    state.full = false
    await writability.trouble()
    deepEqual(await storage.read(() => all('SELECT text FROM kept')), [])
  })
})
