/** One connection to one SQLite file: how it is set up, its prepared statements, and how it runs a program. */
import { statSync, type Stats } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Inject } from '../injection.ts'
import type { Program, Statement } from '../program.ts'
import { runProgram } from '../run-program.ts'
import { goneFault, notWritableFault } from './errors.ts'

export type ConnectionOptions = {
  /** A path, or `:memory:`. */
  readonly file: string
  readonly readOnly?: boolean
  /** The most pages of 4 KiB that the file may take. */
  readonly maxPages?: number | undefined
  readonly inject?: Inject | undefined
  /** How long SQLite waits, and blocks the thread, for a lock that another holds; 1 s where omitted. */
  readonly lockWaitMs?: number | undefined
  /** The store's clock (P-13); the machine's where omitted. */
  readonly now?: (() => number) | undefined
}

/** Statements come as constants of the code, so this is far above what a system has; it bounds a caller that builds text. */
const mostPrepared = 1000
/** Programs live inside a transaction that is not theirs to end. */
const notForPrograms = /^\s*(?:begin|commit|end|rollback|savepoint|release|attach|detach|pragma|vacuum)\b/i
/** How long a connection waits for a lock that something outside of us holds, e.g. a person's sqlite3 shell. */
const usualLockWaitMs = 1000

/** Bytes of the file that a reader maps. Nothing shrinks the file while it is open, so no mapped page goes away. */
const mapped = 64 * 1024 * 1024
/** Pages in the log before they are moved to the file: 16 MB, so that checkpoints and their fsyncs are few. */
const checkpointAfter = 4000

export class Connection {
  readonly database: DatabaseSync
  readonly #prepared = new Map<string, Prepared>()
  readonly #inject: Inject | undefined
  readonly #op: 'read' | 'statement'
  readonly #now: () => number
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  readonly #rollback: StatementSync
  /** Undefined for what is in memory, and for a reader. */
  readonly #file: { readonly path: string; readonly opened: Stats } | undefined

  /** Throws what SQLite throws. */
  constructor(options: ConnectionOptions) {
    const readOnly = options.readOnly === true
    this.database = new DatabaseSync(options.file, { readOnly, timeout: options.lockWaitMs ?? usualLockWaitMs })
    this.#inject = options.inject
    this.#now = options.now ?? (() => Date.now())
    this.#op = readOnly ? 'read' : 'statement'
    try {
      setUp(this.database, options)
      const { file: path } = options
      this.#file = readOnly || path === ':memory:' ? undefined : { path, opened: statSync(path) }
      this.#begin = this.database.prepare(readOnly ? 'BEGIN' : 'BEGIN IMMEDIATE')
      this.#commit = this.database.prepare('COMMIT')
      this.#rollback = this.database.prepare('ROLLBACK')
    } catch (cause) {
      this.database.close()
      throw cause
    }
  }

  /** False as soon as SQLite has rolled back by itself, which it does on a full disk, among others (P-04). */
  get inTransaction(): boolean {
    return this.database.isTransaction
  }

  waitForLocks(atMostMs: number): void {
    this.database.exec(`PRAGMA busy_timeout = ${Math.trunc(atMostMs)}`)
  }

  /** A file that somebody deleted or replaced takes every write, and keeps none: SQLite goes on with what has no name any more. */
  begin(): void {
    if (this.#op === 'statement') this.#inject?.('begin')
    this.#begin.run()
    if (this.#file === undefined) return
    const now = statSync(this.#file.path, { throwIfNoEntry: false })
    const { ino, dev } = this.#file.opened
    if (now?.ino !== ino || now.dev !== dev) throw goneFault(this.#file.path)
  }

  commit(): void {
    this.#inject?.('commit')
    this.#commit.run()
    this.#inject?.('after-commit')
  }

  rollback(): void {
    this.#rollback.run()
  }

  /** Blocks until the program has ended. Opens no transaction of its own. */
  run<T>(program: Program<T>, op: 'read' | 'statement' = this.#op): T {
    if (this.#inject === undefined) return runProgram(program, this.#execute)
    const inject = this.#inject
    return runProgram(program, (statement) => {
      inject(op, statement.sql)
      return this.#execute(statement)
    })
  }

  close(): void {
    this.#prepared.clear()
    if (this.database.isOpen) this.database.close()
  }

  readonly #execute = ({ sql, params, want }: Statement): unknown => {
    if (want === 'now') return this.#now()
    const { statement, columns } = this.#prepared.get(sql) ?? this.#prepare(sql)
    switch (want) {
      case 'one':
        return rowOf(columns, statement.get(...params))
      case 'values':
        return statement.get(...params)
      case 'all':
        return statement.all(...params).map((values) => rowOf(columns, values))
      case 'changes':
        return Number(statement.run(...params).changes)
    }
  }

  #prepare(sql: string): Prepared {
    if (notForPrograms.test(sql)) throw new Error(`a program may not run this: ${sql}`)
    const statement = this.database.prepare(sql)
    // SQLite prepares the first statement of a text and is silent about the rest
    if (statement.sourceSQL.trim().length < sql.trim().length) throw new Error(`more than one statement: ${sql}`)
    const [oldest] = this.#prepared.keys()
    if (oldest !== undefined && this.#prepared.size >= mostPrepared) this.#prepared.delete(oldest)
    statement.setReturnArrays(true)
    const prepared = { statement, columns: statement.columns().map(({ name }) => name) }
    this.#prepared.set(sql, prepared)
    return prepared
  }
}

type Prepared = { readonly statement: StatementSync; readonly columns: readonly string[] }

/** Rows come as arrays and get their names here, which takes half of what it takes the driver to make them objects. */
function rowOf(columns: readonly string[], values: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!Array.isArray(values)) return undefined
  const row: Record<string, unknown> = {}
  for (let i = 0; i < columns.length; i += 1) row[columns[i] ?? ''] = values[i]
  return row
}

function setUp(database: DatabaseSync, { file, readOnly, maxPages }: ConnectionOptions): void {
  if (readOnly === true) {
    // the reader's page cache is void after every commit; what it maps it need not copy again
    database.exec(`PRAGMA mmap_size = ${mapped}`)
    return
  }
  database.exec(`PRAGMA wal_autocheckpoint = ${checkpointAfter}`)
  if (file !== ':memory:') useLog(database, file)
  // FULL: in WAL mode only this syncs the log on every commit, and a commit that is not on the disk may not be acknowledged
  database.exec(
    'PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF',
  )
  if (maxPages !== undefined) database.exec(`PRAGMA max_page_count = ${Math.trunc(maxPages)}`)
}

function useLog(database: DatabaseSync, file: string): void {
  const mode = database.prepare('PRAGMA journal_mode = WAL').get()
  if (mode?.journal_mode === 'wal') return
  throw notWritableFault(file, new Error('its file system cannot hold a write-ahead log; network file systems cannot'))
}
