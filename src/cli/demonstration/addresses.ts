/** Loopback addresses that stand for the fixed addresses of the gateway, and one that its allowlist has not. */
import { formatAddress, ipv4, parseAddress, type Address } from '../../ip/address.ts'
import { rangeContains, type Range } from '../../ip/range.ts'

export const usualPair: readonly [string, string] = ['127.0.0.11', '127.0.0.12']
/** What a call on this machine comes from where nothing else is said. */
export const directAddress = '127.0.0.1'

export type ChosenAddresses = {
  /** The gateway leaves from these. One or two. */
  readonly pair: readonly string[]
  /** Those of the pair that are not in the list: the commonest mistake of all (L-61). */
  readonly unlisted: readonly string[]
  /** Not in the list. */
  readonly wrong: string
}

/** From the list as it is now: somebody may have tried `allowlist add` and `remove` on it, and the commands shall still show what they say. */
export function chooseAddresses(ranges: readonly Range[]): ChosenAddresses {
  const listed = (text: string): boolean => {
    const address = parseAddress(text)
    return address.ok && ranges.some((range) => rangeContains(range, address.value))
  }
  const others = [...new Set(ranges.flatMap(({ start, end }) => [start, end]).filter(isLoopback))].slice(0, 2)
  const pair = usualPair.some(listed) || others.length === 0 ? usualPair : others.map(formatAddress)
  return {
    pair,
    unlisted: pair.filter((each) => !listed(each)),
    wrong: candidates.find((each) => !listed(each)) ?? directAddress,
  }
}

const loopback: Range = { start: ipv4(0x7f000002), end: ipv4(0x7ffffffe) }
const isLoopback = (address: Address): boolean => rangeContains(loopback, address)

const candidates = [directAddress, '127.0.0.99', ...Array.from({ length: 200 }, (_, i) => `127.0.1.${i + 1}`)]
