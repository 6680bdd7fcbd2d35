/** The three ways in which SQLite serves as storage. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { Worker } from 'node:worker_threads'
import type { Sharing } from '../../src/storage/options.ts'
import { openStorage } from '../../src/storage/open.ts'
import type { OpenAgain, StorageSetUp, TestOptions, TestStorage } from './storage.conformance.ts'
import { migrations, writes, writesModule } from './storage-writes.ts'

export const sqliteThread: StorageSetUp = {
  name: 'SQLite, a file and a writer thread',
  survives: true,
  place: (t) => opener(t, { url: `sqlite:${freshFolder(t)}`, writer: 'thread' }),
}
export const sqliteInline: StorageSetUp = {
  name: 'SQLite, a file in the calling thread',
  survives: true,
  place: (t) => opener(t, { url: `sqlite:${freshFolder(t)}`, writer: 'inline' }),
}
export const sqliteMemory: StorageSetUp = {
  name: 'SQLite in memory',
  survives: false,
  place: (t) => opener(t, { url: 'sqlite::memory:', writer: 'inline' }),
}

export const sqliteSharedThread: StorageSetUp = {
  name: 'SQLite, a file of several processes and a writer thread',
  survives: true,
  place: (t) => opener(t, sharedWithNeighbour(t, 'thread')),
}
export const sqliteSharedInline: StorageSetUp = {
  name: 'SQLite, a file of several processes in the calling thread',
  survives: true,
  place: (t) => opener(t, sharedWithNeighbour(t, 'inline')),
}

export type Place = { readonly url: string; readonly writer: 'thread' | 'inline'; readonly sharing?: Sharing }

/** A folder in which somebody else writes to the same file all the time, once it is there. */
function sharedWithNeighbour(t: TestContext, writer: 'thread' | 'inline'): Place {
  const folder = freshFolder(t)
  const neighbour = new Worker(new URL('./sqlite-neighbour.ts', import.meta.url), { workerData: folder })
  t.after(() => neighbour.terminate())
  return { url: `sqlite:${folder}`, writer, sharing: 'several-processes' }
}

/** Opens the counting system; every storage is closed when the test ends, however it ends. */
export function opener(t: TestContext, place: Place): OpenAgain {
  return async (options?: TestOptions) => {
    const system = { system: 'counting', migrations, writes, writesModule }
    const storage: TestStorage = await openStorage({ ...system, ...place, ...options })
    t.after(() => storage.close())
    return storage
  }
}

/** Removed when the test ends. */
export function freshFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-storage-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
