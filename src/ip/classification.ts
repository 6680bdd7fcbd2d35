/** What kind of address an address is, as far as lists of addresses care (RFC 6890). */
import { ipv4, ipv6, type Address } from './address.ts'
import { rangeContains, rangesOverlap, singleAddress, type Range } from './range.ts'

const v4 = (start: number, end: number): Range => ({ start: ipv4(start), end: ipv4(end) })
const v6 = (start: bigint, bits: number): Range => ({
  start: ipv6(start),
  end: ipv6(start + (1n << BigInt(128 - bits)) - 1n),
})

const unspecified = [v4(0, 0), v6(0n, 128)]
const loopback = [v4(0x7f00_0000, 0x7fff_ffff), v6(1n, 128)]
const multicast = [v4(0xe000_0000, 0xefff_ffff), v6(0xffn << 120n, 8)]
const linkLocal = [v4(0xa9fe_0000, 0xa9fe_ffff), v6(0xfe80n << 112n, 10)]
const privateUse = [
  v4(0x0a00_0000, 0x0aff_ffff),
  v4(0xac10_0000, 0xac1f_ffff),
  v4(0xc0a8_0000, 0xc0a8_ffff),
  v6(0xfcn << 120n, 7),
]

/** 10.0.0.0/8, which the limit on the size of trusted ranges does not count (SF-154). */
export const tenSlashEight: Range = v4(0x0a00_0000, 0x0aff_ffff)

const touches = (blocks: readonly Range[], range: Range): boolean => blocks.some((block) => rangesOverlap(block, range))

/** `0.0.0.0` and `::` themselves, not the rest of 0.0.0.0/8. */
export const addressIsUnspecified = (address: Address): boolean => touches(unspecified, singleAddress(address))
/** 224.0.0.0/4 and ff00::/8. */
export const addressIsMulticast = (address: Address): boolean => touches(multicast, singleAddress(address))
/** 127.0.0.0/8 and ::1. */
export const addressIsLoopback = (address: Address): boolean => touches(loopback, singleAddress(address))
/** 169.254.0.0/16 and fe80::/10. */
export const addressIsLinkLocal = (address: Address): boolean => touches(linkLocal, singleAddress(address))
/** The three blocks of RFC 1918, and fc00::/7. */
export const addressIsPrivate = (address: Address): boolean => privateUse.some((block) => rangeContains(block, address))

/** True if even one address of the range is unspecified. */
export const rangeHasUnspecified = (range: Range): boolean => touches(unspecified, range)
/** True if even one address of the range is multicast. */
export const rangeHasMulticast = (range: Range): boolean => touches(multicast, range)
