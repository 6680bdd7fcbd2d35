/** Takes what is over out of the vault, now and then and in small steps, so that it stays within bounds and no write waits long. */
import { milliseconds, minutes } from '../values/time.ts'
import { jitterOf } from './refresh/lot.ts'
import type { ExchangeParts } from './refresh/parts.ts'

export type Pruning = {
  /** Does nothing where it is not time. */
  readonly step: (isClosed: () => boolean) => Promise<void>
}

const every = minutes(30)
/** Rows of one table in one transaction. */
const rows = 200
const mostSteps = 100

export function openPruning(parts: ExchangeParts): Pruning {
  const { monotonic, wait, storage, log } = parts
  // processes that were started together do not prune together
  let nextAt = monotonic() + every * (0.25 + jitterOf(parts) / 2)
  return {
    async step(isClosed) {
      if (monotonic() < nextAt) return
      nextAt = monotonic() + every
      let removed = 0
      for (let step = 0; step < mostSteps && !isClosed(); step += 1) {
        const result = await storage.write('pruneKeeper', planOf(parts))
        if (result.kind !== 'committed' || result.value === 0) break
        removed += result.value
        await wait(milliseconds(20)) // exchanges want the store as well
      }
      if (removed > 0) log.info('keeper.pruned', { removed })
    },
  }
}

function planOf({ clock, settings: { retention } }: ExchangeParts): {
  readonly [
    K in 'eventsBefore' | 'attemptsBefore' | 'introspectionsBefore' | 'removedBefore' | 'keepEvents' | 'most'
  ]: number
} {
  const now = clock()
  return {
    eventsBefore: now - retention.events,
    attemptsBefore: now - retention.attempts,
    introspectionsBefore: now - retention.introspections,
    removedBefore: now - retention.removed,
    ...{ keepEvents: retention.mostEvents, most: rows },
  }
}
