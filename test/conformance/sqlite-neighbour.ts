/** A thread that writes to the counting system's file without end, with a connection of its own: SQLite's locks hold between connections, whichever
 *  process they belong to. Data: the folder. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { workerData } from 'node:worker_threads'

const file = join(String(workerData), 'counting.db')
const pause = new Int32Array(new SharedArrayBuffer(4))
let database: DatabaseSync | undefined

for (;;) {
  Atomics.wait(pause, 0, 0, 2)
  try {
    if (existsSync(file)) write()
  } catch {
    // locked, or not migrated yet: it is only here to be in the way
  }
}

function write(): void {
  database ??= new DatabaseSync(file, { timeout: 5 })
  try {
    database.exec('PRAGMA synchronous = OFF; BEGIN IMMEDIATE')
    database.exec(`UPDATE sallyport_batch SET number = number + 1`)
    Atomics.wait(pause, 0, 0, 1)
    database.exec('COMMIT')
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK')
  }
}
