/** Loopback addresses that stand for fixed egress addresses: two that the demonstration's allowlist has, and one that it has not. */
import { formatAddress, ipv4, parseAddress, type Address } from '../../ip/address.ts'
import { rangeContains, type Range } from '../../ip/range.ts'

export const allowedAddress = '127.0.0.11'
export const lastAllowedAddress = '127.0.0.12'
export const wrongAddress = '127.0.0.99'

export const demonstrationAddresses: readonly string[] = [allowedAddress, lastAllowedAddress, wrongAddress]

export type ChosenAddresses = { readonly allowed: string; readonly wrong: string }

/** From the list as it is now: somebody may have tried `allowlist add` and `remove` on it, and the commands shall still show what they say. */
export function chooseAddresses(ranges: readonly Range[]): ChosenAddresses {
  const listed = (text: string): boolean => {
    const address = parseAddress(text)
    return address.ok && ranges.some((range) => rangeContains(range, address.value))
  }
  const allowed = ranges.map(({ start }) => start).find(isLoopback)
  return {
    allowed: listed(allowedAddress) || allowed === undefined ? allowedAddress : formatAddress(allowed),
    wrong: candidates.find((each) => !listed(each)) ?? wrongAddress,
  }
}

const loopback: Range = { start: ipv4(0x7f000001), end: ipv4(0x7ffffffe) }
const isLoopback = (address: Address): boolean => rangeContains(loopback, address)

const candidates = [wrongAddress, ...Array.from({ length: 200 }, (_, i) => `127.0.1.${i + 1}`)]
