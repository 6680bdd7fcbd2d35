/** How many connections one source address can hold to one destination: one a source port (L-79). */

export type PortRange = { readonly first: number; readonly last: number }
export type PortsLeft = 'plenty' | 'near' | 'none'

/** The source ports that may be taken: ranges in ascending order that do not touch, and how many ports they have together. `parity`: of the first port of
 *  the whole range, 0 or 1. */
export type PortBudget = { readonly spans: readonly PortRange[]; readonly size: number; readonly parity: number }

/** The kernel's default, for systems that do not say. */
export const usualPortRange: PortRange = { first: 32_768, last: 60_999 }
const nearFrom = 0.9

/** Of `/proc/sys/net/ipv4/ip_local_port_range`: two numbers. */
export function parsePortRange(text: string): PortRange | undefined {
  const [first, last, more] = text.trim().split(/\s+/).map(Number)
  if (first === undefined || last === undefined || more !== undefined) return undefined
  return soundRange(first, last)
}

/** Of `/proc/sys/net/ipv4/ip_local_reserved_ports`: `8080,9000-9100`, or nothing. The kernel keeps those for programs that ask for them by number,
 *  and so has whoever chooses ports himself. What cannot be read reserves nothing. */
export function parseReservedPorts(text: string): readonly PortRange[] {
  return text.split(',').flatMap((each) => {
    const [, first, last = first] = /^\s*(\d{1,5})(?:-(\d{1,5}))?\s*$/.exec(each) ?? []
    return soundRange(Number(first), Number(last)) ?? []
  })
}

function soundRange(first: number, last: number): PortRange | undefined {
  const sound = Number.isInteger(first) && Number.isInteger(last) && first > 0 && last >= first && last <= 65_535
  return sound ? { first, last } : undefined
}

/** The range without what is reserved. */
export function portBudget(range: PortRange, reserved: readonly PortRange[] = []): PortBudget {
  let spans: readonly PortRange[] = [range]
  for (const gap of reserved) spans = spans.flatMap((span) => without(span, gap))
  const size = spans.reduce((sum, { first, last }) => sum + last - first + 1, 0)
  return { spans, size, parity: range.first % 2 }
}

function without(span: PortRange, gap: PortRange): readonly PortRange[] {
  const below = { first: span.first, last: Math.min(span.last, gap.first - 1) }
  const above = { first: Math.max(span.first, gap.last + 1), last: span.last }
  return [below, above].filter(({ first, last }) => first <= last)
}

/** `used`: connections from one egress to one address and port. From nine tenths on, other egresses are preferred. */
export function portsLeft(used: number, { size }: PortBudget): PortsLeft {
  if (used >= size) return 'none'
  return used >= size * nearFrom ? 'near' : 'plenty'
}

/** Every other port. Linux gives a program that binds nothing the ports of the same parity as the first of the range (`programs`), then the others, and
 *  passes over each that anybody has bound, wherever that one leads: who binds ports of both halves leaves the machine's other programs none. */
export type PortHalf = 'gateway' | 'programs'

/** The n-th port to try, from a starting point on: `start` is 0 to 1. Undefined where the half is empty. */
export function portAt(
  budget: PortBudget,
  half: PortHalf,
  { start, n }: { start: number; n: number },
): number | undefined {
  const parity = half === 'programs' ? budget.parity : 1 - budget.parity
  const spans = budget.spans.map(({ first, last }) => {
    const from = first % 2 === parity ? first : first + 1
    return { from, count: Math.max(0, Math.floor((last - from) / 2) + 1) }
  })
  const size = spans.reduce((sum, { count }) => sum + count, 0)
  let left = (Math.floor(start * size) + n) % size
  for (const { from, count } of spans) {
    if (left < count) return from + 2 * left
    left -= count
  }
  return undefined
}
