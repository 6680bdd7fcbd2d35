/** Usage as the store has it, with what could not be stored yet; and plans as they stand. */
import type { Storage } from '../../storage/storage.ts'
import { planState, type ClientLimits, type PlanState } from '../rules/client/plans.ts'
import { findUsage, lastSequence, type UsageCount, type UsageQuery } from '../store/usage.ts'
import type { GatewayWrites } from '../store/writes.ts'
import { usedBy, type ClientMeter } from './client-meters.ts'
import type { Counting } from './counting.ts'

export type UsageView = {
  readonly client: string
  /** `2026-11`, UTC. */
  readonly month: string
  readonly egress: string
  readonly up: number
  readonly down: number
  readonly tunnels: number
}
export type PlanView = {
  readonly client: string
  readonly plan: string | undefined
  readonly limitBytes: number | undefined
  readonly usedBytes: number
  readonly state: PlanState
}

/** A batch whose fate is not known is looked up in the same snapshot, so that it is in the sum once. */
export async function readUsage(
  storage: Pick<Storage<GatewayWrites>, 'read'>,
  { flush, book, flusher }: Counting,
  query: UsageQuery,
): Promise<readonly UsageView[]> {
  await flush()
  const batch = flusher.unsettled()
  const [rows, last] = await storage.read(function* () {
    const stored = yield* findUsage(query)
    return [stored, batch === undefined ? 0 : yield* lastSequence(batch.processId)] as const
  })
  // read before the first await after it: what is in the book is not in the snapshot
  const waiting = batch === undefined || last >= batch.sequence ? [] : batch.usage
  return flusher.unsettled() === batch
    ? merged([...rows, ...[...waiting, ...book.peek().usage].filter(asked(query))])
    : rows
}

const asked =
  ({ client, month }: UsageQuery) =>
  (count: UsageCount): boolean =>
    (client === undefined || count.client === client) && (month === undefined || count.month === month)

function merged(counts: readonly UsageCount[]): readonly UsageView[] {
  const views = new Map<string, UsageView>()
  for (const count of counts) {
    const key = `${count.month}\n${count.client}\n${count.egress}`
    const known = views.get(key)
    views.set(key, {
      ...{ client: count.client, month: count.month, egress: count.egress },
      up: count.up + (known?.up ?? 0),
      down: count.down + (known?.down ?? 0),
      tunnels: count.tunnels + (known?.tunnels ?? 0),
    })
  }
  return [...views.values()]
}

export function planView(meter: ClientMeter, { plan }: ClientLimits): PlanView {
  const usedBytes = usedBy(meter)
  return {
    client: meter.name,
    plan: plan?.name,
    limitBytes: plan?.bytes,
    usedBytes,
    state: plan === undefined ? 'within' : planState(plan, usedBytes),
  }
}
