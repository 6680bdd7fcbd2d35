/** Wrong credentials, counted by where they came from; bounded in memory, and never a way to lock out a client that has the right ones. */
import type { Address } from '../ip/address.ts'

export type Failures = {
  /** Counts one more; what has come from there within the window, this one included. */
  readonly count: (from: Address) => number
}

type Count = { failures: number; readonly since: number }

const mostHolders = 10_000

/** Milliseconds. Whoever has one IPv6 address has the /64 around it, so that counts as one. */
export function openFailures({ window, now }: { readonly window: number; readonly now: () => number }): Failures {
  const counts = new Map<number | bigint, Count>() // in the order in which their windows began
  return {
    count(from) {
      const holder = holderKey(from)
      const [known, at] = [counts.get(holder), now()]
      if (known !== undefined && at - known.since <= window) return (known.failures += 1)
      counts.delete(holder)
      const [oldest] = counts.size >= mostHolders ? counts.keys() : []
      if (oldest !== undefined) counts.delete(oldest)
      counts.set(holder, { failures: 1, since: at })
      return 1
    },
  }
}

/** One for whom limits by source address count together: an IPv4 address, or a /64. A number and a bigint are never the same key. */
export const holderKey = (address: Address): number | bigint => (typeof address === 'number' ? address : address >> 64n)
