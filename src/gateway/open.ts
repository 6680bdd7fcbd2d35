/** One tunnel from the ask to the connection: permitted to this client, to this destination, and dialled. Every refusal is recorded here. */
import { fault, ok } from '../values/result.ts'
import type { OpenedMetrics } from './metrics.ts'
import type { GatewayParts } from './parts.ts'
import type { Records } from './records.ts'
import { refusal, type Refusal } from './rules/refusal.ts'
import type { Dialled, LiveTunnel, Opened, TunnelAsk, TunnelEnd } from './tunnel.ts'

export type OpeningParts = Pick<GatewayParts, 'clock' | 'random' | 'meter' | 'reach' | 'pool' | 'draining'> & {
  readonly metrics: Pick<OpenedMetrics, 'tunnelStarted' | 'tunnelEnded' | 'refused'>
  readonly records: Records
}

export type Opening = Pick<GatewayParts, 'open' | 'ended'> & {
  /** Resolves as soon as no tunnel is left. */
  readonly idle: () => Promise<void>
}

export function openOpening(parts: OpeningParts): Opening {
  const { clock, meter, reach, pool, metrics, records } = parts
  const run = Buffer.from(parts.random(6)).toString('hex') // so that ids of two runs differ in one log
  let count = 0
  let live = 0
  let waiting: (() => void)[] = []

  const tunnelOf = (ask: TunnelAsk, dialled: Dialled): LiveTunnel => ({
    id: `${run}-${(count += 1)}`,
    ask,
    openedAt: clock(),
    dialled,
    up: 0,
    down: 0,
    cut: undefined,
  })
  const refuse = (ask: TunnelAsk, why: Refusal): Opened => {
    metrics.refused(why.code)
    records.refused(why, { from: ask.from, ask })
    return fault(why)
  }
  const dial = async (ask: TunnelAsk): ReturnType<typeof pool.open> => {
    const { destination, pin, client, gone } = ask
    const found = await reach.find(destination, { resolves: !pool.resolvesElsewhere(pin) })
    if (!found.ok) return found
    return await pool.open({ client, reachable: found.value, group: reach.groupOf(destination), pin, gone })
  }
  const start = (ask: TunnelAsk, dialled: Dialled): Opened => {
    const tunnel = tunnelOf(ask, dialled)
    live += 1
    meter.started(tunnel)
    pool.count(dialled.egress, 1)
    metrics.tunnelStarted(tunnel)
    return ok({ tunnel, dialled })
  }

  return {
    async open(ask) {
      if (parts.draining()) return refuse(ask, refusal('DRAINING'))
      const permitted = meter.permit(ask.client)
      if (!permitted.ok) return refuse(ask, permitted.fault)
      try {
        const dialled = await dial(ask)
        if (dialled.ok) return start(ask, dialled.value)
        meter.release(ask.client)
        return refuse(ask, dialled.fault)
      } catch (cause) {
        meter.release(ask.client)
        throw cause
      }
    },
    ended(tunnel, end) {
      meter.ended(tunnel, end)
      if (tunnel.dialled !== undefined) pool.count(tunnel.dialled.egress, -1)
      metrics.tunnelEnded(tunnel, end)
      records.tunnelEnded(tunnel, end)
      live -= 1
      if (live > 0) return
      for (const tell of waiting) tell()
      waiting = []
    },
    idle: () => new Promise((resolve) => (live === 0 ? resolve() : waiting.push(resolve))),
  }
}
