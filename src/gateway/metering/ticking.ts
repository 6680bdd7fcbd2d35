/** The meter's clockwork: a sweep and a batch every interval, and what is too old goes. */
import { before, days, type Duration, type Instant } from '../../values/time.ts'
import { monthOf, monthText } from '../rules/client/month.ts'
import type { PrunePlan } from '../store/usage.ts'
import type { Counting } from './counting.ts'
import type { MeterOptions, MeterParts } from './meter-parts.ts'

const keptMonths = 25
/** How long use by hour is kept. */
export const keptHours: Duration = days(92)
/** A batch is retried for as long as its process lives, and with the next flush; a week is far beyond. */
const keptBatches = days(7)
const pruneEvery = 3_600_000
const rowsAtOnce = 500

/** The timer comes at the end of the month as well, so that each month gets what was carried in it. */
export function startTicking(
  parts: MeterParts,
  { every }: Pick<MeterOptions, 'every'>,
  { flusher, flush, sweep, monthLeft }: Counting,
): { readonly stop: () => void } {
  let timer: NodeJS.Timeout
  let pruned = -Infinity
  const next = (): void => {
    timer = setTimeout(tick, Math.max(1, Math.min(every(), monthLeft(parts.clock()))))
    timer.unref()
  }
  const tick = (): void => {
    next()
    if (flusher.busy()) return sweep() // a slow disk must not pile flushes up; limits hold all the same
    void flush()
    if (parts.monotonic() - pruned < pruneEvery) return
    pruned = parts.monotonic()
    prune(parts).catch((cause: unknown) => parts.log.warn('usage-not-pruned', { cause: String(cause) }))
  }
  next()
  return { stop: () => clearTimeout(timer) }
}

/** Keeps 25 months by client, 92 days by hour, and forgets processes that are long gone; in small steps, so that batches get their turn. */
export async function prune({ storage, clock }: Pick<MeterParts, 'storage' | 'clock'>): Promise<void> {
  for (;;) {
    const result = await storage.write('pruneUsage', planOf(clock()))
    if (result.kind !== 'committed') throw new Error(`pruning was not stored: ${result.kind}`)
    if (result.value < rowsAtOnce) return
  }
}

const planOf = (now: Instant): PrunePlan => ({
  month: monthText(monthOf(now) - keptMonths + 1),
  hour: Math.floor(before(now, keptHours) / 3_600_000),
  batchesBefore: before(now, keptBatches),
  most: rowsAtOnce,
})
