/** One tunnel from the ask to the connection: permitted to this client, to this destination, and dialled. Every refusal is recorded here. */
import { fault, ok } from '../values/result.ts'
import type { GatewayParts } from './parts.ts'
import { refusal, type Refusal } from './rules/refusal.ts'
import type { Dialled, LiveTunnel, Opened, TunnelAsk, TunnelEnd } from './tunnel.ts'

export type OpeningParts = Pick<
  GatewayParts,
  'clock' | 'random' | 'meter' | 'reach' | 'pool' | 'metrics' | 'draining'
> & {
  /** The one record of a tunnel, or of an ask that led to none. */
  readonly record: (tunnel: LiveTunnel, end: TunnelEnd) => void
}

export function openOpening(parts: OpeningParts): Pick<GatewayParts, 'open' | 'ended'> {
  const { clock, meter, reach, pool, metrics, record } = parts
  const run = Buffer.from(parts.random(6)).toString('hex') // so that ids of two runs differ in one log
  let count = 0

  const tunnelOf = (ask: TunnelAsk): LiveTunnel => ({
    id: `${run}-${(count += 1)}`,
    ask,
    openedAt: clock(),
    dialled: undefined,
    up: 0,
    down: 0,
    cut: undefined,
  })
  const refuse = (tunnel: LiveTunnel, why: Refusal): Opened => {
    const end: TunnelEnd = { kind: 'refused', refusal: why }
    metrics.tunnelEnded(tunnel, end)
    record(tunnel, end)
    return fault(why)
  }
  const dial = async (ask: TunnelAsk): ReturnType<typeof pool.open> => {
    const { destination, pin, client, gone } = ask
    const found = await reach.find(destination, { resolves: !pool.resolvesElsewhere(pin) })
    if (!found.ok) return found
    return await pool.open({ client, reachable: found.value, group: reach.groupOf(destination), pin, gone })
  }
  const start = (tunnel: LiveTunnel, dialled: Dialled): Opened => {
    tunnel.dialled = dialled
    meter.started(tunnel)
    pool.count(dialled.egress, 1)
    return ok({ tunnel, dialled })
  }

  return {
    async open(ask) {
      const tunnel = tunnelOf(ask)
      if (parts.draining()) return refuse(tunnel, refusal('DRAINING'))
      const permitted = meter.permit(ask.client)
      if (!permitted.ok) return refuse(tunnel, permitted.fault)
      try {
        const dialled = await dial(ask)
        if (dialled.ok) return start(tunnel, dialled.value)
        meter.release(ask.client)
        return refuse(tunnel, dialled.fault)
      } catch (cause) {
        meter.release(ask.client)
        throw cause
      }
    },
    ended(tunnel, end) {
      meter.ended(tunnel, end)
      if (tunnel.dialled !== undefined) pool.count(tunnel.dialled.egress, -1)
      metrics.tunnelEnded(tunnel, end)
      record(tunnel, end)
    },
  }
}
