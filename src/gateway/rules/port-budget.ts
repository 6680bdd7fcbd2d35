/** How many connections one source address can hold to one destination: one a source port (L-79). */

export type PortRange = { readonly first: number; readonly last: number }
export type PortsLeft = 'plenty' | 'near' | 'none'

/** The kernel's default, for systems that do not say. */
export const usualPortRange: PortRange = { first: 32_768, last: 60_999 }
const nearFrom = 0.9

/** Of `/proc/sys/net/ipv4/ip_local_port_range`: two numbers. */
export function parsePortRange(text: string): PortRange | undefined {
  const [first, last, more] = text.trim().split(/\s+/).map(Number)
  if (first === undefined || last === undefined || more !== undefined) return undefined
  const sound = Number.isInteger(first) && Number.isInteger(last) && first > 0 && last >= first && last <= 65_535
  return sound ? { first, last } : undefined
}

export const portsIn = ({ first, last }: PortRange): number => last - first + 1

/** `used`: connections from one egress to one address and port. From nine tenths on, other egresses are preferred. */
export function portsLeft(used: number, range: PortRange): PortsLeft {
  const size = portsIn(range)
  if (used >= size) return 'none'
  return used >= size * nearFrom ? 'near' : 'plenty'
}

/** The n-th port to try, from a starting point on: `start` is 0 to 1. */
export function portAt(range: PortRange, start: number, n: number): number {
  const size = portsIn(range)
  return range.first + ((Math.floor(start * size) + n) % size)
}
