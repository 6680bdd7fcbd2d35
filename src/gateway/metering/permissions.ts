/** Permission, tunnel, end: each permission is given back once, whichever way it goes. */
import { fault, ok } from '../../values/result.ts'
import { judgeLimits } from '../rules/limits.ts'
import { refusal } from '../rules/refusal.ts'
import { usedBy } from './client-meters.ts'
import { startTunnel, type Counting } from './counting.ts'
import type { Meter, MeterParts } from './meter.ts'

export function openPermissions(
  { monotonic, groupOf }: MeterParts,
  counting: Counting,
): Pick<Meter, 'permit' | 'release' | 'started' | 'ended'> {
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
    release: ({ name }) => void (clients.of(name).open -= 1),
    started: (tunnel) => startTunnel(counting, tunnel, groupOf(tunnel.ask.destination)),
    ended(tunnel) {
      const counted = live.remove(tunnel, when())
      if (counted !== undefined) counted.client.open -= 1
    },
  }
}

const permitted = ok(undefined)
