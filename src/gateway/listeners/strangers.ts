/** Connections that have not shown credentials yet: how many there may be, and for how long, so that a flood cannot take every descriptor (L-73). */
import type { Address } from '../../ip/address.ts'
import { holderKey } from '../failures.ts'
import type { Deadline, DeadlineWheel } from '../relay/deadline-wheel.ts'

export type StrangerLimits = {
  /** In all. One more, and the longest waiting has to go: whoever is quick gets in even during a flood. */
  readonly total: number
  /** From one IPv4 address, or one /64. One more is refused. */
  readonly perSource: number
}

export const strangerLimits: StrangerLimits = { total: 4096, perSource: 1024 }

/** What it does to a connection that has to go. */
type Drop = (why: 'too-slow' | 'too-many') => void

export type Stranger = {
  /** Its source turned out to be another, as a PROXY header says. False: there are too many from there, and it has not been counted. */
  readonly comesFrom: (source: Address) => boolean
  /** Its protocol is known and has deadlines of its own; it is counted on. */
  readonly greeted: () => void
  /** It is none any more, as it has shown credentials or is closed. Another call does nothing. */
  readonly leaves: () => void
}

export type Strangers = {
  /** Undefined where there are too many from this source. `within` is milliseconds until it has to be greeted. */
  readonly arrive: (source: Address, options: { readonly within: number; readonly drop: Drop }) => Stranger | undefined
  readonly count: () => number
}

type Entry = { holder: number | bigint; readonly drop: Drop; readonly deadline: Deadline }

export function openStrangers(wheel: DeadlineWheel, limits: StrangerLimits): Strangers {
  const waiting = new Set<Entry>() // in the order of their arrival
  const perHolder = new Map<number | bigint, number>()

  const take = (holder: number | bigint): boolean => {
    const count = perHolder.get(holder) ?? 0
    if (count >= limits.perSource) return false
    perHolder.set(holder, count + 1)
    return true
  }
  const giveBack = (holder: number | bigint): void => {
    const count = perHolder.get(holder) ?? 0
    if (count > 1) perHolder.set(holder, count - 1)
    else perHolder.delete(holder)
  }
  const remove = (entry: Entry): void => {
    if (!waiting.delete(entry)) return
    giveBack(entry.holder)
    wheel.clear(entry.deadline)
  }
  const dropOldest = (): void => {
    const [oldest] = waiting
    if (oldest === undefined) return
    remove(oldest)
    oldest.drop('too-many')
  }

  return {
    arrive(source, { within, drop }) {
      const holder = holderKey(source)
      if (!take(holder)) return undefined
      if (waiting.size >= limits.total) dropOldest()
      const entry: Entry = { holder, drop, deadline: wheel.deadline(() => drop('too-slow')) }
      waiting.add(entry)
      wheel.set(entry.deadline, within)
      return {
        comesFrom(actual) {
          giveBack(entry.holder)
          entry.holder = holderKey(actual)
          if (take(entry.holder)) return true
          waiting.delete(entry)
          wheel.clear(entry.deadline)
          return false
        },
        greeted: () => wheel.clear(entry.deadline),
        leaves: () => remove(entry),
      }
    },
    count: () => waiting.size,
  }
}
