/** What is different where several processes write to one file (P-14): nobody owns it, and nobody who waits for a lock blocks an event loop. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Sharing } from '../options.ts'
import type { Migration } from '../storage.ts'
import { Connection, type ConnectionOptions } from './connection.ts'
import { isBusy } from './errors.ts'
import { migrateTogether } from './migrate.ts'

/** How long a write, a read or an opening waits altogether while others hold the lock. Every transaction of ours is short, so by then it is held by
 *  something else. */
export const usualLockedMs = 10_000

/** A writer that has not written for so long is gone, and its marker with it. */
const writersKeptMs = 30 * 86_400_000

/** A write connection over a schema that is up to date, whoever brought it there; it waits for no lock. */
export async function openAndMigrateTogether(
  options: ConnectionOptions,
  migrations: readonly Migration[],
): Promise<Connection> {
  const connection = await whenFree(() => new Connection({ ...options, lockWaitMs: 0 }))
  try {
    await whenFree(() => migrateTogether(connection.database, migrations, options.file))
    await whenFree(() => forgetOldWriters(connection))
    return connection
  } catch (cause) {
    connection.close()
    throw cause
  }
}

function forgetOldWriters({ database }: Connection): void {
  const before = Date.now() - writersKeptMs
  const old = database.prepare('SELECT writer FROM sallyport_writers WHERE at < ? LIMIT 1').get(before)
  if (old !== undefined) database.prepare('DELETE FROM sallyport_writers WHERE at < ?').run(before)
}

/** The writer thread may block a little, which spares messages; then the queue looks at the deadlines and tries again. */
export const threadWaitMs = 5

/** `thenWaitMs` is how long each transaction's beginning may block the thread where the file is shared. */
export function openWriterConnection(
  options: ConnectionOptions & { readonly sharing: Sharing },
  thenWaitMs: number,
): Connection {
  const connection = new Connection(options)
  if (options.sharing === 'several-processes') connection.waitForLocks(thenWaitMs)
  return connection
}

/** Jittered, so that those who wait for the same lock do not come back together; longer from time to time, at most 17 ms. */
export function delayAfterBusy(times: number): number {
  return 1 + Math.random() * Math.min(2 ** times, 16)
}

/** Between two batches of one process the lock is free for at least so long: whoever tries again every few milliseconds would otherwise
 *  hardly ever meet it free. */
export function pauseForOthers(): number {
  return 1 + Math.random()
}

/** Runs `attempt` until it does not meet a lock, without blocking; rejects with what it threw last where that takes too long. */
export async function whenFree<T>(attempt: () => T, lockedMs: number = usualLockedMs): Promise<T> {
  const begun = performance.now()
  for (let times = 0; ; times += 1) {
    try {
      return attempt()
    } catch (cause) {
      if (!isBusy(cause) || performance.now() - begun > lockedMs) throw cause
    }
    await wait(delayAfterBusy(times))
  }
}

/** What a write is told that has met the lock for so long. */
export function lockedTooLong(cause: Error, lockedMs: number): Error {
  const means = `another program has held the lock of the database for ${lockedMs} ms, so nothing was written`
  return new Error(`${means}; \`fuser\` on the file says which one: ${cause.message}`, { cause })
}
