/** Every write of the cutover by name; the writer thread imports this module. */
import { noteNotice } from './notices.ts'
import { append, ask, createCutover, releaseLease, renew, takeLease } from './journal.ts'

export type CutoverWrites = {
  readonly createCutover: typeof createCutover
  readonly takeLease: typeof takeLease
  readonly append: typeof append
  readonly ask: typeof ask
  readonly renew: typeof renew
  readonly releaseLease: typeof releaseLease
  readonly noteNotice: typeof noteNotice
}

export const writes: CutoverWrites = { createCutover, takeLease, append, ask, renew, releaseLease, noteNotice }
