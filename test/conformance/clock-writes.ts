/** The system of the tests of the store's clock: it tells the time. */
import { storeNow, type Program } from '../../src/storage/program.ts'

export const writes = {
  *now(): Program<number> {
    return yield* storeNow()
  },
} as const
