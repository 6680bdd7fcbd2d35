/** The org's writes, and one that holds the writer until it is let go: the writer thread imports this module. */
import { one, type Program } from '../../src/storage/program.ts'
import { writes as orgWrites } from '../../src/org/store/writes.ts'

/** Until the first cell changes, 60 s at most. */
export function* stall(cells: Int32Array<SharedArrayBuffer>): Program<void> {
  yield* one('SELECT 1') // the transaction is under way: what comes now waits behind it
  Atomics.wait(cells, 0, 0, 60_000)
}

export const writes: typeof orgWrites & { readonly stall: typeof stall } = { ...orgWrites, stall }
