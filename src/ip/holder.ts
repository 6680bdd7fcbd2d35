/** Whom an address is counted under where failures are limited: whoever has one IPv6 address has the whole /64 around it (RFC 4291). */
import { formatAddress, ipv6, parseAddress, type Address } from './address.ts'

const interfaceBits = 64n

/** An IPv4 address as it is; of an IPv6 address its /64, such as `2001:db8::/64`. For keys and for people, not for decisions on ranges. */
export function formatHolder(address: Address): string {
  if (typeof address === 'number') return formatAddress(address)
  return `${formatAddress(ipv6((address >> interfaceBits) << interfaceBits))}/64`
}

/** The same of an address that was formatted already; any other text comes back as it is. */
export function holderOfText(text: string): string {
  if (!text.includes(':')) return text
  const address = parseAddress(text)
  return address.ok ? formatHolder(address.value) : text
}
