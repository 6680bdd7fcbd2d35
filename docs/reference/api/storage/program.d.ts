/** A program is a database access written once for every engine: a generator that yields statements and is handed their rows.
 *  SQLite drives it synchronously on the connection's own thread, PostgreSQL drives it over the network; neither shows in the program. */
/** Bytes are Uint8Array; instants and counters are numbers below 2^53; absent is null. */
export type SqlValue = string | number | null | Uint8Array;
/** SQL is the subset that both engines take, with `?` for parameters. */
export type Statement = {
    readonly sql: string;
    readonly params: readonly SqlValue[];
    readonly want: 'one' | 'values' | 'all' | 'changes';
};
/** What an engine hands back depends on `want`, which a generator's type cannot say; the three functions below are the only ones that
 *  yield a statement, and give what comes back its type. */
export type Program<T> = Generator<Statement, T>;
/** The first row, or undefined. `Row` is trusted: the schema is ours. */
export declare function one<Row>(sql: string, ...params: SqlValue[]): Program<Row | undefined>;
/** The first row as its values in the order of the columns, made into what `read` makes of them: for the few queries that every request asks. */
export declare function first<Values extends readonly SqlValue[], T>(sql: string, read: (values: Values) => T, ...params: SqlValue[]): Program<T | undefined>;
export declare function all<Row>(sql: string, ...params: SqlValue[]): Program<Row[]>;
/** How many rows were inserted, updated or deleted. */
export declare function run(sql: string, ...params: SqlValue[]): Program<number>;
