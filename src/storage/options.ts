/** What a system says about itself when it opens its storage. */
import type { StoreClock } from './clock.ts'
import type { Injection } from './injection.ts'
import type { Migration, Writes } from './storage.ts'

/** Whether one process owns the file, or several write to it, each for a moment (P-14). What is in memory has one process either way. */
export type Sharing = 'one-process' | 'several-processes'

export type OpenOptions<W extends Writes> = {
  /** `sqlite:./folder`, `sqlite::memory:`; `postgres://…` is refused as long as its engine is missing. */
  readonly url: string
  /** Names the file: lower-case letters, digits and hyphens, e.g. `org`. */
  readonly system: string
  readonly migrations: readonly Migration[]
  readonly writes: W
  /** URL of the module that exports `writes`: the writer thread imports it. It must do nothing else when it is loaded. */
  readonly writesModule: URL | string
  /** Called once, when the storage can take no further write: the fate of a commit could not be settled, or the writer died (P-04).
   *  The process should exit. Where omitted, the cause is thrown as an uncaught exception. */
  readonly onFault?: (cause: Error) => void
  /** `thread` (the default for files): fsync never blocks the caller's event loop (P-15). In memory it is always `inline`. */
  readonly writer?: 'thread' | 'inline'
  /** `one-process` where omitted. All who open a file must say the same. */
  readonly sharing?: Sharing
  /** `lockedMs`, where several processes write: how long a write or a read waits altogether while others hold the lock; 10 s where omitted. */
  readonly limits?: { readonly batch?: number; readonly waiting?: number; readonly lockedMs?: number }
  /** The most pages of 4 KiB that the file may take; beyond, writes fail as on a full disk. */
  readonly maxPages?: number
  /** Bends the store's clock, for tests. */
  readonly clock?: StoreClock
  /** Failures on purpose, for tests. */
  readonly inject?: Injection
}
