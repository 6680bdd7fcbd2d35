/** Ranges compiled once, so that the question "is this address in one of them" costs a binary search and allocates nothing. */
import type { Address } from './address.ts'
import { compareRanges, type Range } from './range.ts'

/** Sorted, disjoint and merged; opaque to everyone else. */
export type RangeMatcher = {
  readonly v4: { readonly starts: Uint32Array; readonly ends: Uint32Array }
  readonly v6: { readonly starts: readonly bigint[]; readonly ends: readonly bigint[] }
}

/** Ranges in any order, overlapping or not. */
export function compileRanges(ranges: readonly Range[]): RangeMatcher {
  const merged = mergeRanges(ranges)
  const v4 = merged.flatMap(({ start, end }) => (typeof start === 'number' ? [[start, Number(end)] as const] : []))
  const v6 = merged.flatMap(({ start, end }) => (typeof start === 'bigint' ? [[start, BigInt(end)] as const] : []))
  return {
    v4: { starts: Uint32Array.from(v4, ([start]) => start), ends: Uint32Array.from(v4, ([, end]) => end) },
    v6: { starts: v6.map(([start]) => start), ends: v6.map(([, end]) => end) },
  }
}

/** The same addresses as sorted ranges of which no two overlap. */
export function mergeRanges(ranges: readonly Range[]): Range[] {
  const merged: Range[] = []
  for (const range of ranges.toSorted(compareRanges)) {
    const last = merged.at(-1)
    if (last === undefined || typeof last.start !== typeof range.start || range.start > last.end) merged.push(range)
    else if (range.end > last.end) merged[merged.length - 1] = { start: last.start, end: range.end }
  }
  return merged
}

export function matcherContains(matcher: RangeMatcher, address: Address): boolean {
  return typeof address === 'number'
    ? inSortedRanges(matcher.v4.starts, matcher.v4.ends, address)
    : inSortedRanges(matcher.v6.starts, matcher.v6.ends, address)
}

/** Finds the last range that starts at or below the address; the address is inside if that range has not ended before it. */
function inSortedRanges<T extends number | bigint>(starts: ArrayLike<T>, ends: ArrayLike<T>, address: T): boolean {
  let low = 0
  let high = starts.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const start = starts[middle]
    if (start !== undefined && start <= address) low = middle + 1
    else high = middle
  }
  const end = ends[low - 1]
  return end !== undefined && address <= end
}
