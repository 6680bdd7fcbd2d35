/** IP monitoring: who redeems from where, counted in memory and written in batches; alerts for people (SF-237, SF-239). Blocks nothing. */
import { holderOfText } from '../ip/holder.ts'
import type { Storage } from '../storage/storage.ts'
import type { Clock } from '../values/domain.ts'
import { minutes, type Instant } from '../values/time.ts'
import type { RecordIds } from './store/record-ids.ts'
import type { OrgWrites } from './store/writes.ts'

export type Monitor = {
  /** A redemption that succeeded, or one that was refused. */
  readonly saw: (app: string, address: string, what: 'redemption' | 'refusal') => void
  /** Junk is counted by the minute and source (P-11): `token`, `client`, `code`, `request`. The addresses of one IPv6 /64 are one source. */
  readonly junk: (kind: string, source: string) => void
  /** Writes what was counted; called by a timer and at close. Counts that cannot be written are kept for the next time. */
  readonly flush: () => Promise<void>
}

/** Refusals of one app from one address (of IPv6: one /64) within five minutes that make a burst. */
const burst = 20
const burstWindow = minutes(5)
const mostKeys = 10_000

type Use = { app: string; address: string; at: number; redemptions: number; refusals: number }
type Junk = { minute: number; source: string; kind: string; count: number }

export function openMonitor(parts: {
  readonly storage: Storage<OrgWrites>
  readonly clock: Clock
  readonly recordIds: RecordIds
}): Monitor {
  const uses = new Map<string, Use>()
  const junk = new Map<string, Junk>()
  const bursts = new Map<string, { since: Instant; count: number }>()

  const countBurst = (app: string, address: string): void => {
    const now = parts.clock()
    const key = `${app} ${address}`
    const known = bursts.get(key)
    const current = known !== undefined && now - known.since <= burstWindow ? known : { since: now, count: 0 }
    current.count += 1
    bursts.delete(key)
    forgetOldest(bursts)
    bursts.set(key, current)
    if (current.count === burst) void alertBurst(parts, app, address)
  }

  return {
    saw(app, address, what) {
      const key = `${app} ${address}`
      const use = uses.get(key) ?? { app, address, at: 0, redemptions: 0, refusals: 0 }
      use.at = parts.clock()
      if (what === 'redemption') use.redemptions += 1
      else use.refusals += 1
      if (uses.size < mostKeys || uses.has(key)) uses.set(key, use)
      if (what === 'refusal') countBurst(app, holderOfText(address))
    },
    junk(kind, source) {
      const minute = Math.floor(parts.clock() / 60_000)
      // a flood from more sources than can be told apart is counted as one
      const from = junk.size < mostKeys ? holderOfText(source) : 'others'
      const key = `${minute} ${from} ${kind}`
      const count = junk.get(key) ?? { minute, source: from, kind, count: 0 }
      count.count += 1
      junk.set(key, count)
    },
    async flush() {
      if (uses.size === 0 && junk.size === 0) return
      const batch = { uses: [...uses.values()], junk: [...junk.values()] }
      uses.clear()
      junk.clear()
      const result = await parts.storage.write('recordUse', batch)
      if (result.kind === 'committed') return
      for (const use of batch.uses) keepUse(uses, use)
      for (const count of batch.junk) keepJunk(junk, count)
    },
  }
}

/** Added to what came while the write was under way; where all room is taken by then, it is lost. */
function keepUse(uses: Map<string, Use>, before: Use): void {
  const key = `${before.app} ${before.address}`
  const since = uses.get(key)
  if (since === undefined) return void (uses.size < mostKeys && uses.set(key, before))
  since.redemptions += before.redemptions
  since.refusals += before.refusals
}

function keepJunk(junk: Map<string, Junk>, before: Junk): void {
  const key = `${before.minute} ${before.source} ${before.kind}`
  const since = junk.get(key)
  if (since === undefined) return void (junk.size < mostKeys && junk.set(key, before))
  since.count += before.count
}

function forgetOldest(map: Map<string, unknown>): void {
  if (map.size < mostKeys) return
  const [oldest] = map.keys()
  if (oldest !== undefined) map.delete(oldest)
}

async function alertBurst(
  { storage, clock, recordIds }: Parameters<typeof openMonitor>[0],
  app: string,
  address: string,
): Promise<void> {
  const at = clock()
  const detail = `${burst} redemptions of ${app} from ${address} were refused within ${burstWindow / 60_000} minutes.`
  await storage.write('alert', { id: recordIds(at), at, kind: 'refused-burst', app, grantId: null, address, detail })
}
