/** The org's writes, and one that holds the writer for a while: the writer thread imports this module. */
import { one, type Program } from '../../src/storage/program.ts'
import { writes as orgWrites } from '../../src/org/store/writes.ts'

export function* stall({ milliseconds }: { readonly milliseconds: number }): Program<void> {
  yield* one('SELECT 1') // the transaction is under way: what comes now waits behind it
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

export const writes: typeof orgWrites & { readonly stall: typeof stall } = { ...orgWrites, stall }
