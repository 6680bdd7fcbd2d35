/** Reads beside the writer: a read-only connection of the calling thread, or the one connection of a database in memory. */
import type { Program } from '../program.ts'
import type { Connection } from './connection.ts'

export interface Reader {
  /** Blocks the caller for as long as SQLite looks things up. Throws what SQLite throws. */
  run<T>(program: Program<T>): T
  /** The next read sees what has been committed until now. */
  refresh(): void
  close(): void
}

/** Taking and leaving a snapshot costs more than a lookup by key. So the reads of one turn of the event loop share one, which ends with
 *  the turn, or as soon as a batch has settled: nobody is answered before that, so whatever was acknowledged is seen. */
export class SnapshotReader implements Reader {
  readonly #connection: Connection
  #open = false

  constructor(connection: Connection) {
    this.#connection = connection
  }

  run<T>(program: Program<T>): T {
    if (!this.#open) this.#take()
    return this.#connection.run(program)
  }

  refresh(): void {
    if (!this.#open) return
    this.#open = false
    if (this.#connection.inTransaction) this.#connection.rollback()
  }

  close(): void {
    this.refresh()
    this.#connection.close()
  }

  #take(): void {
    this.#connection.begin()
    this.#open = true
    setImmediate(() => this.refresh())
  }
}

/** Batches run in this very thread, so nothing can come between two statements of a read; it only must not write. */
export class SameConnectionReader implements Reader {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  run<T>(program: Program<T>): T {
    this.#connection.database.exec('PRAGMA query_only = ON')
    try {
      return this.#connection.run(program, 'read')
    } finally {
      this.#connection.database.exec('PRAGMA query_only = OFF')
    }
  }

  refresh(): void {}

  close(): void {}
}
