/** Source ports of one egress: how many it uses towards each destination, and which to take where the kernel finds none (L-79). */
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import type { Address } from '../../ip/address.ts'
import { parsePortRange, portAt, portsIn, portsLeft, usualPortRange } from '../rules/port-budget.ts'
import type { PortRange, PortsLeft } from '../rules/port-budget.ts'

/** Node has no IP_BIND_ADDRESS_NO_PORT: an address is bound before the destination is known, so the kernel gives each port of an address to one
 *  connection only, whatever its destination. Once it has none left, ports are chosen here: they are bound with SO_REUSEADDR, as libuv binds
 *  all, and `connect` then refuses only what is in use towards the very same destination. */
export type Ports = {
  readonly left: (address: Address, port: number) => PortsLeft
  /** Counts the socket until it is closed. */
  readonly hold: (socket: Socket, address: Address, port: number) => void
  /** 0: the kernel's choice. */
  readonly next: () => number
  /** `next` was in use. True where another one may be tried. */
  readonly wasTaken: (tries: number) => boolean
  /** Towards the destination that has most. */
  readonly most: () => { readonly used: number; readonly of: number }
}

const mostTries = 16

/** `start` is 0 to 1: where to begin, so that processes that share the address do not try the same ports. */
export function openPorts(range: PortRange, start: number): Ports {
  const used = new Map<string | number, { used: number }>()
  let open = 0
  let byHandFrom = Infinity
  let tried = 0
  return {
    left: (address, port) => portsLeft(used.get(keyOf(address, port))?.used ?? 0, range),
    hold(socket, address, port) {
      const key = keyOf(address, port)
      const entry = used.get(key) ?? { used: 0 }
      if (entry.used === 0) used.set(key, entry)
      entry.used += 1
      open += 1
      socket.once('close', () => {
        open -= 1
        entry.used -= 1
        if (entry.used === 0) used.delete(key)
      })
    },
    next() {
      if (open < byHandFrom) return 0
      tried += 1
      return portAt(range, start, tried)
    },
    wasTaken(tries) {
      // below it the kernel finds one again; asking it in vain costs a walk over the whole range
      if (byHandFrom === Infinity) byHandFrom = Math.max(0, Math.min(open, portsIn(range)) * 0.9)
      return tries < mostTries
    },
    most: () => ({
      used: [...used.values()].reduce((most, entry) => Math.max(most, entry.used), 0),
      of: portsIn(range),
    }),
  }
}

const keyOf = (address: Address, port: number): string | number =>
  typeof address === 'number' ? address * 65_536 + port : `${address}:${port}`

/** Of this machine, or of its network namespace; Linux only, the usual one elsewhere. */
export function readPortRange(): PortRange {
  try {
    return parsePortRange(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'latin1')) ?? usualPortRange
  } catch {
    return usualPortRange
  }
}
