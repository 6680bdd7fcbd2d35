/** The org's own clockwork: counts are written every second, tables are kept within bounds every minute; a failure is logged and tried again. */
import { after, before, days, hours, seconds } from '../values/time.ts'
import type { OrgParts } from './parts.ts'
import { endedGrantsKept } from './rules/judge-token.ts'
import type { UpkeepPlan } from './store/upkeep.ts'

export type Upkeep = { /** Resolves when nothing runs any more. */ readonly stop: () => Promise<void> }

const flushEvery = 1_000
const pruneEvery = 60_000
const rowsAtOnce = 500

export function startUpkeep(parts: OrgParts): Upkeep {
  const flushing = every(flushEvery, () => parts.monitor.flush(), parts)
  const pruning = every(pruneEvery, prunerOf(parts), parts)
  return {
    async stop() {
      await Promise.all([flushing.stop(), pruning.stop()])
    },
  }
}

/** Revocations are forgotten once a day, and only after the store has told its age on this very day: a store that would miss them tells another. */
export function prunerOf(parts: OrgParts): () => Promise<void> {
  let next = parts.clock()
  return async () => {
    await prune(parts)
    const now = parts.clock()
    if (now < next) return
    await parts.revocationLog.forget(before(now, endedGrantsKept))
    next = after(now, days(1))
  }
}

/** In small steps, so that redemptions get their turn between them. */
async function prune(parts: OrgParts): Promise<void> {
  for (;;) {
    const result = await parts.storage.write('upkeep', planOf(parts))
    if (result.kind !== 'committed') throw new Error(`upkeep was not stored: ${result.kind}`)
    if (result.value < rowsAtOnce) return
  }
}

function planOf({ clock, configuration }: OrgParts): UpkeepPlan {
  const now = clock()
  const { keepDays, keepRows } = configuration.history
  return {
    now,
    history: { before: before(now, days(keepDays)), keepRows },
    codesBefore: before(now, seconds(Math.max(configuration.code.ttlSeconds, 86_400))),
    endedBefore: before(now, endedGrantsKept),
    sessionGrantsBefore: before(now, hours(25)), // the longest session timeout is 24 hours (SF-08)
    most: rowsAtOnce,
  }
}

function every(period: number, work: () => Promise<void>, { log }: OrgParts): Upkeep {
  let running: Promise<void> = Promise.resolve()
  let busy = false
  const timer = setInterval(() => {
    if (busy) return // the last one is not through yet: a slow disk must not pile them up
    busy = true
    running = work()
      .catch((cause: unknown) => log.warn('upkeep-failed', { cause: String(cause) }))
      .finally(() => (busy = false))
  }, period)
  timer.unref()
  return {
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}
