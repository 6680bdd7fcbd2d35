/** What a system may ask of its storage, whichever engine stands behind it. */
import type { Program } from './program.ts'

// A table whose definition ends in `/* clustered */` is stored in the order of its primary key where the engine can.
/** One schema change; ids count up from 1 without gaps, and a migration never changes once it has shipped. */
export type Migration = { readonly id: number; readonly name: string; readonly sql: string }

/** A system's writes by name. Named, so that SQLite can run them in its writer thread: input and output must survive structured clone.
 *  A write runs in a transaction and decides by what it reads there; it never waits for anything but the database.
 *  A write may run twice (a batch that failed is undone and run again member by member), so it keeps no state of its own.
 *  A statement that fails ends the write: the program is not resumed and cannot catch it. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Writes = Readonly<Record<string, (input: any) => Program<any>>>
export type InputOf<W extends Writes, N extends keyof W> = Parameters<W[N]>[0]
export type OutputOf<W extends Writes, N extends keyof W> = ReturnType<W[N]> extends Program<infer T> ? T : never

/** Until when a write may still begin, and whether anyone still waits for it (P-03). */
export type WriteTerms = {
  /** On the monotonic clock: `performance.now()`, milliseconds. */
  readonly deadline?: number
  /** False once the client has gone; asked when the transaction begins. */
  readonly listening?: () => boolean
}

export type WriteResult<T> =
  /** Durable: the commit has returned. */
  | { readonly kind: 'committed'; readonly value: T }
  /** Dropped before its transaction began: nothing happened (P-03). */
  | { readonly kind: 'dropped'; readonly why: 'deadline' | 'gone' | 'closing' | 'queue-full' }
  /** The statement or the commit failed and nothing of it is in the store. */
  | { readonly kind: 'failed'; readonly cause: Error }
  /** The commit's fate could not be settled before the process had to give up (P-04, P-07). Tell nobody that it succeeded. */
  | { readonly kind: 'unknown'; readonly cause: Error }

export interface Storage<W extends Writes> {
  readonly engine: 'sqlite' | 'postgres'
  /** Sees committed data only, one consistent snapshot for the whole program, and everything that was acknowledged before the call.
   *  Rejects where a statement fails, a write in it included. */
  read<T>(program: () => Program<T>): Promise<T>
  /** Atomic. Resolves only after the commit is durable or is known not to have happened. Never rejects for a failing database. */
  write<N extends keyof W & string>(
    name: N,
    input: InputOf<W, N>,
    terms?: WriteTerms,
  ): Promise<WriteResult<OutputOf<W, N>>>
  /** Copies one consistent snapshot into a new file while the storage stays in use (P-14). The file appears whole or not at all;
   *  one that exists is not overwritten. Rejects with a StorageFault. */
  backup(toPath: string): Promise<void>
  /** Lets what was accepted finish, then closes and releases the lock. May be called twice. */
  close(): Promise<void>
}

/** The installation cannot be used as it is; `next` says what a person can do. */
export class StorageFault extends Error {
  readonly code: StorageFaultCode
  readonly next: readonly string[]
  // oxlint-disable-next-line eslint/max-params -- an Error's options stay last
  constructor(code: StorageFaultCode, message: string, next: readonly string[], options?: ErrorOptions) {
    super(message, options)
    this.name = 'StorageFault'
    this.code = code
    this.next = next
  }
}
export type StorageFaultCode =
  | 'STORAGE_URL_MALFORMED'
  | 'STORAGE_ENGINE_MISSING'
  | 'STORAGE_NOT_WRITABLE'
  | 'STORAGE_OWNED_BY_ANOTHER_PROCESS'
  | 'STORAGE_FROM_A_NEWER_VERSION'
  | 'STORAGE_NOT_A_DATABASE'
  | 'STORAGE_FULL'
  | 'BACKUP_TARGET_EXISTS'
  | 'MIGRATION_FAILED'
