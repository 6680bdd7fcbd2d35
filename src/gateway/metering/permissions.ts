/** Permission, tunnel, end: each permission is given back once, whichever way it goes. */
import { fault, ok, type Result } from '../../values/result.ts'
import { judgeLimits } from '../rules/client/limits.ts'
import { planState } from '../rules/client/plans.ts'
import { refusal, type Refusal } from '../rules/refusal.ts'
import type { Client, LiveTunnel, TunnelEnd } from '../tunnel.ts'
import { usedBy } from './client-meters.ts'
import { startTunnel, type Counting } from './counting.ts'
import type { MeterParts } from './meter-parts.ts'

export type Permissions = {
  /** Plan, connections and rate of this client, at this moment and under the configuration of this moment (L-81); a permission counts as a
   *  connection until `ended` or `release`. */
  readonly permit: (client: Client) => Result<undefined, Refusal>
  /** Whether its plan, as it stands at this moment, lets the client ask for anything. */
  readonly withinPlan: (client: Client) => boolean
  /** Gives a permission back that led to no tunnel. What it took of the rate stays taken. */
  readonly release: (client: Client) => void
  /** Dialled; takes over the permission. */
  readonly started: (tunnel: LiveTunnel) => void
  /** Its last bytes are counted, and its permission is given back. A second call does nothing. */
  readonly ended: (tunnel: LiveTunnel, end: TunnelEnd) => void
}

export function openPermissions({ monotonic, groupOf }: MeterParts, counting: Counting): Permissions {
  const { clients, live, limits, when } = counting
  return {
    permit({ name }) {
      when() // a month may just have ended
      const found = limits().get(name)
      // taken out of the configuration since it was authenticated
      if (found === undefined) return fault(refusal('CREDENTIALS_WRONG', { client: name }))
      const meter = clients.of(name)
      const use = { name, bytes: usedBy(meter), open: meter.open, spentUntil: meter.spentUntil }
      const judged = judgeLimits(found, use, monotonic())
      if (!judged.ok) return judged
      meter.spentUntil = judged.value
      meter.open += 1
      return permitted
    },
    withinPlan({ name }) {
      when()
      const found = limits().get(name)
      if (found === undefined) return false
      return found.plan === undefined || planState(found.plan, usedBy(clients.of(name))) !== 'hard'
    },
    release: ({ name }) => void (clients.of(name).open -= 1),
    started: (tunnel) => startTunnel(counting, tunnel, groupOf(tunnel.ask.destination)),
    ended(tunnel) {
      const counted = live.remove(tunnel, when())
      if (counted !== undefined) counted.client.open -= 1
    },
  }
}

const permitted = ok(undefined)
