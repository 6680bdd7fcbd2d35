/** What the keeper has done since it was opened, and what there is. */
import type { Storage } from '../storage/storage.ts'
import { instant } from '../values/time.ts'
import type { KeeperFigures } from './keeper-face.ts'
import type { ExchangeParts } from './refresh/parts.ts'
import { nextDueAt } from './store/read-due.ts'
import { countStates } from './store/read-connections.ts'
import type { KeeperWrites } from './store/writes.ts'
import type { Spool } from './vault/spool.ts'

export type Figures = Pick<ExchangeParts, 'countOutcome'> & { readonly read: () => Promise<KeeperFigures> }

export function openFigures({
  storage,
  spool,
  webhooks,
}: {
  readonly storage: Pick<Storage<KeeperWrites>, 'read'>
  readonly spool: Pick<Spool, 'use'>
  readonly webhooks: () => Promise<KeeperFigures['webhooks']>
}): Figures {
  const outcomes = new Map<string, number>()
  return {
    countOutcome: (kind) => void outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1),
    async read() {
      const counted = await storage.read(() => countStates(null))
      const due = await storage.read(nextDueAt)
      return {
        states: Object.fromEntries(counted.map(({ state, count }) => [state, count])),
        outcomes: Object.fromEntries(outcomes),
        oldestDueAt: due === undefined ? undefined : instant(due),
        spool: spool.use(),
        webhooks: await webhooks(),
      }
    },
  }
}
