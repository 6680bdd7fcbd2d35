/** The refresh token IP allowlist of an app: which lists are accepted, and whether an address is in one (SF-134 to SF-136, SF-143 to SF-145). */
import { ok, type Result } from '../values/result.ts'
import type { Address } from './address.ts'
import { compileRanges, matcherContains, type RangeMatcher } from './matcher.ts'
import { parseRangeList, type RangeListLimits, type RowFault } from './range-list.ts'
import type { DescribedRange, RangeRow } from './range-spelling.ts'
import { rangeSize } from './range.ts'

/** Accepted: within the limits and without overlaps. The rows keep the order in which they were given. */
export type Allowlist = { readonly rows: readonly DescribedRange[] }

/** SF-134; an IPv6 address counts as much as an IPv4 address (SF-136). */
export const allowlistLimits: RangeListLimits & { readonly ranges: number; readonly addresses: bigint } = {
  ranges: 128,
  addresses: 256n,
  span: 'none',
  overlaps: 'refused',
  unspecifiedAndMulticast: 'refused',
}

/** Empty is accepted: whoever enforces an empty list has to be warned elsewhere (SF-142). */
export const emptyAllowlist: Allowlist = { rows: [] }

export function parseAllowlist(rows: readonly RangeRow[]): Result<Allowlist, readonly RowFault[]> {
  const parsed = parseRangeList(rows, allowlistLimits)
  return parsed.ok ? ok({ rows: parsed.value }) : parsed
}

/** Used ranges and used addresses, to be held against `allowlistLimits` (SF-289). */
export function allowlistUse({ rows }: Allowlist): { readonly ranges: number; readonly addresses: number } {
  return { ranges: rows.length, addresses: rows.reduce((total, row) => total + Number(rangeSize(row)), 0) }
}

/** Once per saved list, not once per request. */
export const compileAllowlist = ({ rows }: Allowlist): RangeMatcher => compileRanges(rows)

/** Inside at both ends of every range (SF-135). Allocates nothing. */
export const allowlistContains = (matcher: RangeMatcher, address: Address): boolean => matcherContains(matcher, address)
