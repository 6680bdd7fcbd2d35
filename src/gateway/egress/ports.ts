/** Source ports of one egress: how many it uses towards each destination, and which to take (L-79). */
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import type { Address } from '../../ip/address.ts'
import {
  parsePortRange,
  parseReservedPorts,
  portAt,
  portBudget,
  portsLeft,
  usualPortRange,
} from '../rules/egress/port-budget.ts'
import type { PortBudget, PortHalf, PortsLeft } from '../rules/egress/port-budget.ts'

/** Node has no IP_BIND_ADDRESS_NO_PORT: an address is bound before the destination is known, so the kernel would give each port of an address to
 *  one connection only, whatever its destination, and keep it for the minute that a closed connection lingers: 470 tunnels a second would use up
 *  an address, and each search for a free port would cost a millisecond before that. So ports are chosen here, in turn: they are bound with
 *  SO_REUSEADDR, as libuv binds all, and `connect` then refuses only what is in use towards the very same destination. Every other port
 *  is left to the machine's other programs for as long as that destination has enough of the rest. */
export type Ports = {
  readonly left: (address: Address, port: number) => PortsLeft
  /** Counts the socket until it is closed. */
  readonly hold: (socket: Socket, address: Address, port: number) => void
  /** To dial from, after so many that were in use; 0 is the kernel's choice, undefined where there is no point in another try. */
  readonly next: (taken: number) => number | undefined
  /** Towards the destination that has most. */
  readonly most: () => { readonly used: number; readonly of: number }
}

const mostTaken = 16
/** From then on from the other half as well: towards this destination there is none left in the first, or next to none. */
const fromBothHalves = 4

/** `start` is 0 to 1: where to begin, so that processes that share the address do not try the same ports. */
export function openPorts(budget: PortBudget, start: number): Ports {
  const used = new Map<string | number, { used: number }>()
  const turns = { gateway: 0, programs: 0 }
  const inTurn = (half: PortHalf): number | undefined => portAt(budget, half, { start, n: (turns[half] += 1) })
  return {
    left: (address, port) => portsLeft(used.get(keyOf(address, port))?.used ?? 0, budget),
    hold(socket, address, port) {
      const key = keyOf(address, port)
      const entry = used.get(key) ?? { used: 0 }
      if (entry.used === 0) used.set(key, entry)
      entry.used += 1
      socket.on('close', () => {
        entry.used -= 1
        if (entry.used === 0) used.delete(key)
      })
    },
    next(taken) {
      if (taken > mostTaken) return undefined
      if (taken === mostTaken) return 0 // other programs may sit on a row of them, which the kernel knows
      return (taken < fromBothHalves ? inTurn('gateway') : undefined) ?? inTurn('programs')
    },
    most: () => ({
      used: [...used.values()].reduce((most, entry) => Math.max(most, entry.used), 0),
      of: budget.size,
    }),
  }
}

const keyOf = (address: Address, port: number): string | number =>
  typeof address === 'number' ? address * 65_536 + port : `${address}:${port}`

/** Of this machine, or of its network namespace; Linux only, the usual ones elsewhere. */
export function readPortBudget(): PortBudget {
  const range = parsePortRange(setting('ip_local_port_range')) ?? usualPortRange
  return portBudget(range, parseReservedPorts(setting('ip_local_reserved_ports')))
}

/** Empty where the system has no such setting. */
function setting(name: string): string {
  try {
    return readFileSync(`/proc/sys/net/ipv4/${name}`, 'latin1')
  } catch {
    return ''
  }
}
