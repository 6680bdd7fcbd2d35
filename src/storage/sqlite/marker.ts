/** The marker that each batch leaves in its own transaction, so that a failed COMMIT can be settled by looking (P-04, decision 0003). */
import { randomUUID } from 'node:crypto'
import { run, type Program } from '../program.ts'
import type { Connection } from './connection.ts'

export type Marker = {
  /** The number of the last batch of this writer that is in the store. Not a program, so that no injected failure can hit it. */
  readonly read: (connection: Connection) => number
  readonly write: (number: number) => Program<void>
}

/** One row for the file: whoever owns it is the only one to count. */
export const ownersMarker: Marker = {
  read: ({ database }) => Number(database.prepare('SELECT number FROM sallyport_batch WHERE id = 1').get()?.['number']),
  *write(number) {
    const changed = yield* run('UPDATE sallyport_batch SET number = ? WHERE id = 1', number)
    if (changed !== 1) throw new Error('sallyport_batch has lost its row')
  },
}

/** A row of this writer's own: between a failed COMMIT and the look at it, others commit as they like and touch it never. */
export function openSharersMarker(): Marker {
  const writer = randomUUID()
  return {
    read: ({ database }) =>
      Number(database.prepare('SELECT number FROM sallyport_writers WHERE writer = ?').get(writer)?.['number'] ?? 0),
    *write(number) {
      yield* run(
        `INSERT INTO sallyport_writers (writer, number, at) VALUES (?, ?, ?)
         ON CONFLICT (writer) DO UPDATE SET number = excluded.number, at = excluded.at`,
        ...[writer, number, Date.now()],
      )
    },
  }
}
