/** A program is a database access written once for every engine: a generator that yields statements and is handed their rows.
 *  SQLite drives it synchronously on the connection's own thread, PostgreSQL drives it over the network; neither shows in the program. */

/** Bytes are Uint8Array; instants and counters are numbers below 2^53; absent is null. */
export type SqlValue = string | number | null | Uint8Array

/** SQL is the subset that both engines take, with `?` for parameters. */
export type Statement = {
  readonly sql: string
  readonly params: readonly SqlValue[]
  /** `now` has no text: the engine answers it with its own clock. */
  readonly want: 'one' | 'values' | 'all' | 'changes' | 'now'
}

/** What an engine hands back depends on `want`, which a generator's type cannot say; the functions below are the only ones that
 *  yield a statement, and give what comes back its type. */
export type Program<T> = Generator<Statement, T>

/* oxlint-disable typescript/no-unsafe-return */

/** The first row, or undefined. `Row` is trusted: the schema is ours. */
export function* one<Row>(sql: string, ...params: SqlValue[]): Program<Row | undefined> {
  return yield { sql, params, want: 'one' }
}

/** The first row as its values in the order of the columns, made into what `read` makes of them: for the few queries that every request asks. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- inferred from `read`, which names the columns
export function* first<Values extends readonly SqlValue[], T>(
  sql: string,
  read: (values: Values) => T,
  ...params: SqlValue[]
): Program<T | undefined> {
  // oxlint-disable-next-line typescript/no-unsafe-assignment -- as with every row: the schema is ours
  const values: Values | undefined = yield { sql, params, want: 'values' }
  return values === undefined ? undefined : read(values)
}

export function* all<Row>(sql: string, ...params: SqlValue[]): Program<Row[]> {
  return yield { sql, params, want: 'all' }
}

/** How many rows were inserted, updated or deleted. */
export function* run(sql: string, ...params: SqlValue[]): Program<number> {
  return yield { sql, params, want: 'changes' }
}

const askClock: Statement = { sql: '', params: [], want: 'now' }

/** Milliseconds since 1970 on the store's clock (P-13), read where the transaction runs: in a write, while nobody else writes. Two calls in
 *  one program may differ, and a clock that is set back goes back. */
export function* storeNow(): Program<number> {
  return yield askClock
}
