/** Answers of the name servers for a short while, so that two thousand tunnels a second to one host are one question. */
import type { Address } from '../ip/address.ts'
import { ok } from '../values/result.ts'
import type { NameAnswer } from './rules/destination/name-answer.ts'
import type { Asked } from './name-servers.ts'

export type NameCache = {
  /** Each time the next address comes first, within its family: so they share the tunnels, as they would by the order of the servers. */
  readonly get: (name: string) => NameAnswer | undefined
  readonly put: (name: string, asked: Asked) => void
}

/** `most` names; the one that came first goes first. */
export function openNameCache({
  monotonic,
  most,
}: {
  readonly monotonic: () => number
  readonly most: number
}): NameCache {
  const entries = new Map<string, Entry>()
  return {
    get(name) {
      const entry = entries.get(name)
      if (entry === undefined) return undefined
      if (entry.until <= monotonic()) {
        entries.delete(name)
        return undefined
      }
      entry.turn = (entry.turn + 1) % entry.orders.length
      return entry.orders[entry.turn]
    },
    put(name, { answer, keepFor }) {
      entries.delete(name)
      entries.set(name, { until: monotonic() + keepFor, orders: ordersOf(answer), turn: 0 })
      for (const oldest of entries.keys()) {
        if (entries.size <= most) break
        entries.delete(oldest)
      }
    },
  }
}

type Entry = { readonly until: number; readonly orders: readonly NameAnswer[]; turn: number }

function ordersOf(answer: NameAnswer): readonly NameAnswer[] {
  if (!answer.ok || answer.value.length === 1) return [answer]
  const v4 = answer.value.filter((each) => typeof each === 'number')
  const v6 = answer.value.filter((each) => typeof each === 'bigint')
  const turns = Math.max(v4.length, v6.length)
  return Array.from({ length: turns }, (_, turn) => ok([...turned(v4, turn), ...turned(v6, turn)]))
}

function turned(addresses: readonly Address[], by: number): readonly Address[] {
  const from = addresses.length === 0 ? 0 : by % addresses.length
  return [...addresses.slice(from), ...addresses.slice(0, from)]
}
