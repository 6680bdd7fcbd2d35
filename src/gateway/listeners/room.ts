/** How many connections there is room for, so that a flood is refused at the door and not where a tunnel is dialled (L-73). */
import { readFileSync } from 'node:fs'
import { strangerLimits, type StrangerLimits } from './strangers.ts'

export type Room = {
  /** Connections of clients; undefined where the system sets no limit, or tells none. */
  readonly connections: number | undefined
  readonly strangers: StrangerLimits
}

/** Listeners, store, log, probes, name servers. */
const besides = 250
const aTunnel = 2
const leastConnections = 16

/** `descriptors` is how many files the process may have open. Half of the room may be taken by strangers. */
export function roomWithin(descriptors: number | undefined): Room {
  if (descriptors === undefined) return { connections: undefined, strangers: strangerLimits }
  const connections = Math.max(leastConnections, Math.floor((descriptors - besides) / aTunnel))
  const total = Math.min(strangerLimits.total, Math.ceil(connections / 2))
  return { connections, strangers: { total, perSource: Math.min(strangerLimits.perSource, total) } }
}

/** As Linux tells it; elsewhere undefined. */
export function findDescriptorLimit(): number | undefined {
  const [, soft] = /^Max open files +(\d+)/m.exec(limitsOfProcess()) ?? []
  return soft === undefined ? undefined : Number(soft)
}

function limitsOfProcess(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8')
  } catch {
    return ''
  }
}
