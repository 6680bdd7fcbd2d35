/** Many writes in one transaction and one fsync: all of them are in the store, or none (P-04, decision 0003). */
import type { Sharing } from '../options.ts'
import type { Writes } from '../storage.ts'
import type { Connection } from './connection.ts'
import { isBusy, leftBehind } from './errors.ts'
import { openSharersMarker, ownersMarker, type Marker } from './marker.ts'

/** Two columns rather than objects: this crosses to the writer thread once a batch. */
export type Batch = { readonly names: readonly string[]; readonly inputs: readonly unknown[] }

export type BatchOutcome<V> =
  | { readonly kind: 'committed'; readonly values: V }
  /** Nothing of it is in the store. `alone`: a member may still succeed in a transaction of its own. */
  | { readonly kind: 'undone'; readonly cause: Error; readonly alone: boolean }
  /** Another process is writing: nothing has begun, and the batch may be given again. */
  | { readonly kind: 'busy'; readonly cause: Error }
  /** Nobody can say; the runner takes no further batch. */
  | { readonly kind: 'unknown'; readonly cause: Error }

export type BatchRunnerOptions<V> = {
  readonly open: () => Connection
  readonly writes: Writes
  /** Gives the values the form in which they leave. Called before the commit: values that cannot leave must undo the batch,
   *  for after the commit there would be no true answer to give. */
  readonly seal: (values: unknown[]) => V
  /** An in-memory database would not survive being closed. */
  readonly reopens: boolean
  readonly sharing: Sharing
}

/** How long a writer that has to settle a failed commit waits for the others. */
const settleWaitMs = 5000

/** Holds the write connection. Blocks its thread while a batch runs, fsync included. */
export class BatchRunner<V> {
  readonly #options: BatchRunnerOptions<V>
  readonly #shared: boolean
  readonly #marker: Marker
  #connection: Connection | undefined
  #number: number
  #givenUp: Error | undefined

  constructor(connection: Connection, options: BatchRunnerOptions<V>) {
    this.#options = options
    this.#shared = options.sharing === 'several-processes'
    this.#marker = this.#shared ? openSharersMarker() : ownersMarker
    this.#connection = connection
    this.#number = this.#marker.read(connection)
  }

  execute(batch: Batch): BatchOutcome<V> {
    if (this.#givenUp !== undefined) return { kind: 'undone', cause: this.#givenUp, alone: false }
    const number = this.#number + 1
    let connection: Connection | undefined
    let values: V
    try {
      connection = this.#begin()
      values = this.#runMembers(connection, batch, number)
    } catch (cause) {
      const began = connection !== undefined
      if (this.#shared && !began && isBusy(cause)) return { kind: 'busy', cause: asError(cause) }
      this.#undo()
      return { kind: 'undone', cause: asError(cause), alone: began }
    }
    try {
      connection.commit()
    } catch (cause) {
      return this.#settle(number, values, asError(cause))
    }
    this.#number = number
    return { kind: 'committed', values }
  }

  close(): void {
    this.#connection?.close()
    this.#connection = undefined
  }

  /** Opens again what an earlier trouble has closed. */
  #begin(): Connection {
    this.#connection ??= this.#options.open()
    this.#connection.begin()
    return this.#connection
  }

  #runMembers(connection: Connection, { names, inputs }: Batch, number: number): V {
    const { writes, seal } = this.#options
    const values: unknown[] = []
    for (let i = 0; i < names.length; i += 1) {
      const name = names[i] ?? ''
      const write = Object.hasOwn(writes, name) ? writes[name] : undefined
      if (write === undefined) throw new Error(`no write is named ${name}`)
      values.push(connection.run(write(inputs[i])))
    }
    connection.run(this.#marker.write(number))
    const sealed = seal(values)
    // were the transaction gone, the members would have committed themselves one by one
    if (!connection.inTransaction) throw new Error('the transaction ended before its commit')
    return sealed
  }

  /** After any error: ask whether the transaction still stands, and run nothing but the roll-back. */
  #undo(): void {
    const connection = this.#connection
    if (connection === undefined) return
    try {
      if (connection.inTransaction) connection.rollback()
    } catch {
      // closing undoes it as well: no commit record was written
      this.#drop()
    }
  }

  #drop(): void {
    const connection = this.#connection
    this.#connection = undefined
    connection?.close()
  }

  #settle(number: number, values: V, cause: Error): BatchOutcome<V> {
    try {
      return this.#readFate(number, values, cause)
    } catch (trouble) {
      return this.#giveUp(
        new AggregateError(
          [cause, trouble],
          `a failed commit could not be settled: ${cause.message}; then ${asError(trouble).message}`,
          { cause },
        ),
      )
    }
  }

  #readFate(number: number, values: V, cause: Error): BatchOutcome<V> {
    const trace = leftBehind(cause)
    if (trace === 'cannot tell') return this.#giveUp(cause)
    const connection = this.#reopen()
    if (this.#shared) connection.waitForLocks(settleWaitMs)
    const stored = this.#marker.read(connection)
    if (stored !== number && stored !== this.#number)
      throw new Error(`the store is at batch ${stored}, not at ${number} or before`)
    this.#number = stored
    // a commit record that lies unseen in the log would come back after a crash; the next commit overwrites it
    if (trace === 'perhaps') this.#overwrite(connection, number + 1)
    // the next batch gets a connection with the patience of every other
    if (this.#shared) this.#drop()
    return stored === number ? { kind: 'committed', values } : { kind: 'undone', cause, alone: true }
  }

  #reopen(): Connection {
    if (this.#options.reopens) this.#drop()
    else this.#undo()
    this.#connection ??= this.#options.open()
    return this.#connection
  }

  #overwrite(connection: Connection, number: number): void {
    connection.begin()
    connection.run(this.#marker.write(number))
    connection.commit()
    this.#number = number
  }

  #giveUp(cause: Error): BatchOutcome<V> {
    this.#givenUp = cause
    return { kind: 'unknown', cause }
  }
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause))
}
