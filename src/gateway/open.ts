/** One tunnel from the ask to the connection: permitted to this client, to this destination, and dialled. Every refusal is recorded here. */
import { fault, ok, type Result } from '../values/result.ts'
import { openLiveCount, type LiveCount } from './live-count.ts'
import type { OpenedMetrics } from './metrics.ts'
import type { GatewayParts } from './parts.ts'
import type { Records } from './records.ts'
import { refusal, type Refusal } from './rules/refusal.ts'
import type { Dialled, LiveTunnel, Opened, TunnelAsk } from './tunnel.ts'

export type OpeningParts = Pick<GatewayParts, 'clock' | 'random' | 'meter' | 'reach' | 'pool' | 'draining'> & {
  readonly metrics: Pick<OpenedMetrics, 'tunnelStarted' | 'tunnelEnded' | 'refused'>
  readonly records: Records
}

export type Opening = Pick<GatewayParts, 'open' | 'ended' | 'refused'> & Pick<LiveCount, 'idle'>

export function openOpening(parts: OpeningParts): Opening {
  const { clock, meter, pool, metrics, records } = parts
  const run = Buffer.from(parts.random(6)).toString('hex') // so that ids of two runs differ in one log
  const live = openLiveCount()
  let count = 0
  const start = (ask: TunnelAsk, dialled: Dialled): Opened => {
    const id = `${run}-${(count += 1)}`
    const tunnel: LiveTunnel = { id, ask, openedAt: clock(), dialled, up: 0, down: 0, cut: undefined }
    meter.started(tunnel)
    pool.count(dialled.egress, 1)
    metrics.tunnelStarted(tunnel)
    return ok({ tunnel, dialled })
  }
  const giveBack = ({ client }: TunnelAsk): void => {
    meter.release(client)
    live.ended()
  }
  return {
    idle: live.idle,
    async open(ask) {
      if (parts.draining()) return refuse(parts, ask, refusal('DRAINING'))
      const permitted = meter.permit(ask.client)
      if (!permitted.ok) return refuse(parts, ask, permitted.fault)
      live.started() // from here on: a drain waits for what is being dialled, too
      try {
        const dialled = await dial(parts, ask)
        if (dialled.ok) return start(ask, dialled.value)
        giveBack(ask)
        return refuse(parts, ask, dialled.fault)
      } catch (cause) {
        giveBack(ask)
        throw cause
      }
    },
    refused(why, about) {
      metrics.refused(why.code)
      records.refused(why, about)
    },
    ended(tunnel, end) {
      meter.ended(tunnel, end)
      if (tunnel.dialled !== undefined) pool.count(tunnel.dialled.egress, -1)
      metrics.tunnelEnded(tunnel, end)
      records.tunnelEnded(tunnel, end)
      live.ended()
    },
  }
}

async function dial({ reach, pool }: OpeningParts, ask: TunnelAsk): Promise<Result<Dialled, Refusal>> {
  const { destination, pin, client, gone, passed } = ask
  const found = await reach.find(destination, { resolves: !pool.resolvesElsewhere(pin) })
  if (!found.ok) return found
  return await pool.open({ client, reachable: found.value, group: reach.groupOf(destination), pin, gone, passed })
}

function refuse({ metrics, records }: OpeningParts, ask: TunnelAsk, why: Refusal): Opened {
  metrics.refused(why.code)
  records.refused(why, { from: ask.from, ask })
  return fault(why)
}
