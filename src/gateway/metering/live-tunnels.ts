/** The tunnels that are open, and what of each has been counted. */
import type { LiveTunnel } from '../tunnel.ts'
import type { Account, Book, Place, When } from './book.ts'
import type { ClientMeter } from './client-meters.ts'

export type LiveTunnels = {
  readonly add: (tunnel: LiveTunnel, to: Counted) => void
  /** What it is counted to, its last bytes included; undefined for a tunnel that is not here, or not any more. */
  readonly remove: (tunnel: LiveTunnel, when: When) => Counted | undefined
  /** Counts what has come since the last time: the one pass over all tunnels. */
  readonly count: (when: When) => void
  readonly cut: (of: (client: ClientMeter) => boolean) => void
  /** In the order in which they were opened. */
  readonly all: () => readonly LiveTunnel[]
}

export type Counted = { readonly client: ClientMeter; readonly account: Account; readonly place: Place }
/** `up` and `down` are counted; the tunnel's own go on. */
type Entry = Counted & { up: number; down: number; cut: boolean }

export function openLiveTunnels(book: Book): LiveTunnels {
  const entries = new Map<LiveTunnel, Entry>()
  const countOne = (tunnel: LiveTunnel, entry: Entry, when: When): void => {
    const { up, down } = tunnel
    if (up === entry.up && down === entry.down) return
    const delta = { up: up - entry.up, down: down - entry.down, tunnels: 0 }
    entry.up = up
    entry.down = down
    entry.client.unsettled += delta.up + delta.down
    book.add(entry, delta, when)
  }
  return {
    add: (tunnel, { client, account, place }) =>
      void entries.set(tunnel, { client, account, place, up: 0, down: 0, cut: false }),
    remove(tunnel, when) {
      const entry = entries.get(tunnel)
      if (entry === undefined) return undefined
      countOne(tunnel, entry, when)
      entries.delete(tunnel)
      return entry
    },
    count(when) {
      for (const [tunnel, entry] of entries) countOne(tunnel, entry, when)
    },
    cut(of) {
      for (const [tunnel, entry] of entries) {
        if (entry.cut || tunnel.cut === undefined || !of(entry.client)) continue
        entry.cut = true
        tunnel.cut('plan-exhausted')
      }
    },
    all: () => [...entries.keys()],
  }
}
