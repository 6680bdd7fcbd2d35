/** An IPv4 or IPv6 address as a value that compares with `<`, and the one place that reads an address from text. */
import { fault, ok, type Result } from '../values/result.ts'
import { addressFault, type AddressFault } from './address-fault.ts'
import { readIpv4 } from './ipv4-text.ts'
import { readIpv6, writeIpv6 } from './ipv6-text.ts'

/** An unsigned 32-bit whole number, so that the hot path allocates nothing. */
export type Ipv4 = number & { readonly __brand: 'Ipv4' }
/** An unsigned 128-bit number. Never an IPv4-mapped address when it was read by `parseAddress` (SF-143). */
export type Ipv6 = bigint & { readonly __brand: 'Ipv6' }
/** `typeof` tells the family. JSON cannot carry an IPv6 address: write `formatAddress`. */
export type Address = Ipv4 | Ipv6

const longestText = 45 // eight groups with the last two as dotted IPv4

/** Reads any textual form of IPv6 and dotted IPv4. IPv4-mapped IPv6 comes back as IPv4; 6to4 and NAT64 forms stay as they are (SF-143).
 *  Zone ids, brackets, ports, prefix lengths, leading zeros and shorthand IPv4 are refused, each by name (SF-145). */
export function parseAddress(text: string): Result<Address, AddressFault> {
  const v4 = readIpv4(text, 0)
  if (v4 >= 0) return ok(v4 as Ipv4)
  const v6 = text.length <= longestText ? readIpv6(text) : undefined
  if (v6 === undefined) return fault(addressFault(text))
  return ok(v6 >> 32n === 0xffffn ? (Number(v6 & 0xffff_ffffn) as Ipv4) : (v6 as Ipv6))
}

/** Dotted decimal, or the canonical text of RFC 5952. `parseAddress` of it is the same address. */
export function formatAddress(address: Address): string {
  if (typeof address === 'bigint') return writeIpv6(address)
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`
}

/** For arithmetic inside `ip/`: the number must already lie in 0 to 2^32 - 1. */
export const ipv4 = (value: number): Ipv4 => value as Ipv4
/** For arithmetic inside `ip/`: the number must already lie in 0 to 2^128 - 1. */
export const ipv6 = (value: bigint): Ipv6 => value as Ipv6

export type Family = 'IPv4' | 'IPv6'

export const familyOf = (address: Address): Family => (typeof address === 'number' ? 'IPv4' : 'IPv6')

/** By family, IPv4 first, then by value; for sorting. */
export function compareAddresses(a: Address, b: Address): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1
  if (a === b) return 0
  return a < b ? -1 : 1
}
