/** The textual forms of IPv6: RFC 4291 section 2.2 for reading, RFC 5952 for writing. */
import { readIpv4 } from './ipv4-text.ts'

const groupShape = /^[0-9A-Fa-f]{1,4}$/

/** The 128-bit value, or undefined. Knows the full form, `::` and a dotted IPv4 tail; no zone, bracket or port. */
export function readIpv6(text: string): bigint | undefined {
  const gap = text.indexOf('::')
  if (gap < 0) {
    const groups = readGroups(text, { dottedTail: true })
    return groups?.length === 8 ? join(groups) : undefined
  }
  const head = readGroups(text.slice(0, gap), { dottedTail: false })
  const tail = readGroups(text.slice(gap + 2), { dottedTail: true })
  if (head === undefined || tail === undefined || head.length + tail.length > 7) return undefined
  const zeros = new Array<number>(8 - head.length - tail.length).fill(0)
  return join([...head, ...zeros, ...tail])
}

function readGroups(text: string, { dottedTail }: { dottedTail: boolean }): number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [i, part] of parts.entries()) {
    if (groupShape.test(part)) {
      groups.push(Number.parseInt(part, 16))
      continue
    }
    const v4 = dottedTail && i === parts.length - 1 ? readIpv4(part, 0) : -1
    if (v4 < 0) return undefined
    groups.push(v4 >>> 16, v4 & 0xffff)
  }
  return groups
}

function join(groups: readonly number[]): bigint {
  let value = 0n
  for (const group of groups) value = (value << 16n) | BigInt(group)
  return value
}

/** Lower case, no leading zeros, the first longest run of two or more zero groups as `::` (RFC 5952 section 4). */
export function writeIpv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(112 - 16 * i)) & 0xffffn))
  const { start, length } = longestZeroRun(groups)
  const text = (some: number[]): string => some.map((group) => group.toString(16)).join(':')
  if (length < 2) return text(groups)
  return `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  let length = 0
  for (const [i, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0
    if (length > best.length) best = { start: i - length + 1, length }
  }
  return best
}
