/** Of what kind an address is: global unicast, or of a special block, with the IPv4 addresses that lie in it. */
import { formatAddress, ipv4, ipv6, type Address } from './address.ts'
import { rangeContains, rangesOverlap, rangeSize, singleAddress, type Range } from './range.ts'
import { specialBlocks, type SpecialBlock } from './special-blocks.ts'

/** Undefined: global unicast, which anybody may be sent to. Otherwise the smallest special block around the address. */
export function specialBlockOf(address: Address): SpecialBlock | undefined {
  if (typeof address === 'number') return segmentAt(segments.v4, address)
  const found = segmentAt(segments.v6, address)
  return found === undefined && (address & isatapMask) === isatapMark ? isatap : found
}

/** The IPv4 addresses to which a packet for this one may be carried by a translator or a tunnel. */
export function embeddedIn(address: Address, { embeds }: SpecialBlock): readonly Address[] {
  const bits = BigInt(address)
  switch (embeds) {
    case 'nothing':
      return []
    case 'last-32-bits':
      return [low32(bits)]
    case 'bits-16-to-48': // RFC 3056 section 2
      return [low32(bits >> 80n)]
    case 'teredo': // RFC 4380 section 4: the server, and the client with its bits inverted
      return [low32(bits >> 64n), low32(bits ^ 0xffff_ffffn)]
  }
}

/** What follows "which is": `a NAT64 address (64:ff9b::/96) for 10.0.0.1, a private address (10.0.0.0/8)`. */
export function describeSpecial(address: Address, block: SpecialBlock): string {
  const inside = embeddedIn(address, block).map((each) => {
    const within = specialBlockOf(each)
    return within === undefined ? formatAddress(each) : `${formatAddress(each)}, ${within.kind}`
  })
  return inside.length === 0 ? block.kind : `${block.kind} for ${inside.join(' and ')}`
}

export type RangeVerdict =
  /** No address of it needs to be lifted, but for such as no range lifts. */
  | { readonly kind: 'public' }
  /** Wholly in this block. */
  | { readonly kind: 'inside'; readonly block: SpecialBlock }
  /** Partly in this one, partly elsewhere: nobody can tell whether both were meant. */
  | { readonly kind: 'across'; readonly block: SpecialBlock }

/** Whether a range says that special addresses are meant: only if it lies within one block. `0.0.0.0/1` does not mean loopback. */
export function judgeRange(range: Range): RangeVerdict {
  const touched = specialBlocks.filter((each) => rangesOverlap(each.range, range))
  const named = touched.filter((each) => !each.unnamed)
  const around = (named.length > 0 ? named : touched).find((each) => lies(range, each.range))
  if (around !== undefined) return { kind: 'inside', block: around }
  if (rangeSize(range) === 1n) return { kind: 'public' }
  const across = named.find((each) => each.liftedBy === 'range') ?? touched.find((each) => each.unnamed)
  return across === undefined ? { kind: 'public' } : { kind: 'across', block: across }
}

const lies = (inner: Range, outer: Range): boolean =>
  rangeContains(outer, inner.start) && rangeContains(outer, inner.end)

const low32 = (bits: bigint): Address => ipv4(Number(bits & 0xffff_ffffn))

// RFC 5214 section 6.1: whatever the network, the interface says which IPv4 address lies behind; the bit that varies says whether it is unique
const isatapMask = 0xfdff_ffffn << 32n
const isatapMark = 0x0000_5efen << 32n
const isatap: SpecialBlock = {
  cidr: 'interface 0:5efe',
  range: singleAddress(ipv6(isatapMark)),
  kind: 'an ISATAP address',
  liftedBy: 'range',
  embeds: 'last-32-bits',
  dns64: false,
  unnamed: false,
}

/** Disjoint and sorted: segment i runs from `starts[i]` to the next start, and all of it is of `blocks[i]`. */
type Segments<T> = { readonly starts: ArrayLike<T>; readonly blocks: readonly (SpecialBlock | undefined)[] }

function segmentAt<T extends number | bigint>({ starts, blocks }: Segments<T>, address: T): SpecialBlock | undefined {
  let low = 0
  let high = starts.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const start = starts[middle]
    if (start !== undefined && start <= address) low = middle + 1
    else high = middle
  }
  return blocks[low - 1]
}

const segments: { readonly v4: Segments<number>; readonly v6: Segments<bigint> } = {
  v4: segmentsOf('number', (starts) => Uint32Array.from(starts, Number)),
  v6: segmentsOf('bigint', (starts) => starts),
}

function segmentsOf<T>(family: 'number' | 'bigint', numbers: (starts: readonly bigint[]) => ArrayLike<T>): Segments<T> {
  const own = specialBlocks.filter(({ range }) => typeof range.start === family)
  const top = 1n << (family === 'number' ? 32n : 128n)
  const edges = own.flatMap(({ range }) => [BigInt(range.start), BigInt(range.end) + 1n])
  const starts = [...new Set([0n, ...edges])].filter((edge) => edge < top).toSorted((a, b) => (a < b ? -1 : 1))
  return { starts: numbers(starts), blocks: starts.map((start) => smallestAround(start, own)) }
}

function smallestAround(start: bigint, blocks: readonly SpecialBlock[]): SpecialBlock | undefined {
  const around = blocks.filter(({ range }) => BigInt(range.start) <= start && start <= BigInt(range.end))
  return around.toSorted((a, b) => (rangeSize(a.range) < rangeSize(b.range) ? -1 : 1))[0]
}
