/** Time that a test moves: the keeper's own clock and its store's, by one cell. */
import type { KeeperEnvironment } from '../../src/keeper/environment.ts'
import { openStorage } from '../../src/storage/open.ts'
import { instant } from '../../src/values/time.ts'

export type BentTime = {
  readonly environment: Pick<KeeperEnvironment, 'clock' | 'monotonic' | 'openStorage'>
  /** Milliseconds ahead of the machine's clock from now on. */
  readonly ahead: (ms: number) => void
  readonly by: () => number
}

/** The store writes in a thread of its own only if that is said. */
export function bentTime(writer: 'inline' | 'thread' = 'inline'): BentTime {
  const cell = new Float64Array(new SharedArrayBuffer(8))
  const now = (): number => cell[0] ?? 0
  return {
    environment: {
      clock: () => instant(Date.now() + now()),
      monotonic: () => performance.now() + now(),
      openStorage: (options) => openStorage({ ...options, writer, clock: cell }),
    },
    ahead(ms) {
      cell[0] = ms
    },
    by: now,
  }
}
