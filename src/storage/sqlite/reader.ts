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

/** A snapshot for each read: what another process has committed, and told the caller of within this very turn, must be seen. */
export class SharingReader implements Reader {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  run<T>(program: Program<T>): T {
    this.#connection.begin()
    try {
      return this.#connection.run(program)
    } finally {
      if (this.#connection.inTransaction) this.#connection.rollback()
    }
  }

  refresh(): void {}

  close(): void {
    this.#connection.close()
  }
}

/** Batches run in this very thread, so nothing can come between two statements of a read; it only must not write. A text that is no plain
 *  query is refused: `PRAGMA query_only` would guard as well, but each change of it makes SQLite prepare every statement anew. */
export class SameConnectionReader implements Reader {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  run<T>(program: Program<T>): T {
    return this.#connection.run(onlyQueries(program), 'read')
  }

  refresh(): void {}

  close(): void {}
}

function* onlyQueries<T>(program: Program<T>): Program<T> {
  let step = program.next()
  while (step.done !== true) {
    if (step.value.want !== 'now' && !isQuery(step.value.sql))
      throw new Error(`attempt to write a readonly database: ${step.value.sql}`)
    const rows: unknown = yield step.value
    step = program.next(rows)
  }
  return step.value
}

const query = /^\s*(?:SELECT|WITH)\b/i
const change = /\b(?:INSERT|UPDATE|DELETE|REPLACE)\b/i
const known = new Map<string, boolean>()

function isQuery(sql: string): boolean {
  const before = known.get(sql)
  if (before !== undefined) return before
  const verdict = query.test(sql) && !change.test(sql)
  if (known.size < 500) known.set(sql, verdict)
  return verdict
}
