/** What clients use: bytes by client, month and egress, live tunnels included; plans and limits; stored in batches. */
import { monthOf, monthText } from '../rules/client/month.ts'
import { findMonthSums } from '../store/usage.ts'
import type { LiveTunnel } from '../tunnel.ts'
import { openCounting } from './counting.ts'
import type { MeterOptions, MeterParts } from './meter-parts.ts'
import { openPermissions, type Permissions } from './permissions.ts'
import { planView, readUsage, type PlanView, type UsageView } from './read-usage.ts'
import { startTicking } from './ticking.ts'

export type { PlanView, UsageView } from './read-usage.ts'

/** The bytes of live tunnels are counted once an interval. So a client can pass its hard limit by what its tunnels carry in one interval
 *  (`meterEvery`, and the moment that a cut takes), and by no more (L-82); and a crash loses at most the counts of one interval, as long as the
 *  store takes its batches (L-83). While it does not, counts are kept in memory and tried again, and count once (P-44). */
export type Meter = Permissions & {
  /** In the order in which they were opened. */
  readonly live: () => readonly LiveTunnel[]
  readonly usage: (query: { readonly client?: string; readonly month?: string }) => Promise<readonly UsageView[]>
  /** Of the clients of the configuration, in this month. */
  readonly plans: () => readonly PlanView[]
  /** Since the start of the process, as of the last interval; what is counted never goes back. */
  readonly totals: () => Iterable<{ readonly client: string; readonly egress: string; readonly total: Traffic }>
  /** Counted and not known to be stored. */
  readonly unstoredBytes: () => number
  /** False while a batch waits for a store that did not take it; after a `flush`, whether what was counted until then is stored. */
  readonly settled: () => boolean
  /** Writes what has been counted since the last time; called by a timer, before `usage`, and at close. */
  readonly flush: () => Promise<void>
  readonly close: () => Promise<void>
}
export type Traffic = { readonly up: number; readonly down: number; readonly tunnels: number }

/** Knows what was used this month when it resolves. */
export async function openMeter(parts: MeterParts, options: MeterOptions): Promise<Meter> {
  const month = monthOf(parts.clock())
  const sums = await parts.storage.read(() => findMonthSums(monthText(month)))
  const counting = openCounting(parts, { ...options, month, sums })
  const ticking = startTicking(parts, options, counting)
  const { clients, book, live } = counting
  const unstoredBytes = (): number => [...clients.all()].reduce((sum, { unsettled }) => sum + unsettled, 0)
  return {
    ...openPermissions(parts, counting),
    live: live.all,
    usage: (query) => readUsage(parts.storage, counting, query),
    plans: () => [...counting.limits()].map(([client, limits]) => planView(clients.of(client), limits)),
    totals: book.accounts,
    unstoredBytes,
    settled: () => !counting.flusher.failing(),
    flush: counting.flush,
    async close() {
      ticking.stop()
      await counting.flush()
      if (counting.flusher.failing())
        parts.log.error('usage-lost', { bytes: unstoredBytes(), why: 'the store took no batch' })
    },
  }
}
