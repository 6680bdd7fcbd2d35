/** The refresh token IP allowlist of an app: which lists are accepted, and whether an address is in one (SF-134 to SF-136, SF-143 to SF-145). */
import { type Result } from '../values/result.ts';
import type { Address } from './address.ts';
import { type RangeMatcher } from './matcher.ts';
import { type RangeListLimits, type RowFault } from './range-list.ts';
import type { DescribedRange, RangeRow } from './range-spelling.ts';
/** Accepted: within the limits and without overlaps. The rows keep the order in which they were given. */
export type Allowlist = {
    readonly rows: readonly DescribedRange[];
};
/** SF-134; an IPv6 address counts as much as an IPv4 address (SF-136). */
export declare const allowlistLimits: RangeListLimits & {
    readonly ranges: number;
    readonly addresses: bigint;
};
/** Empty is accepted: whoever enforces an empty list has to be warned elsewhere (SF-142). */
export declare const emptyAllowlist: Allowlist;
export declare function parseAllowlist(rows: readonly RangeRow[]): Result<Allowlist, readonly RowFault[]>;
/** Used ranges and used addresses, to be held against `allowlistLimits` (SF-289). */
export declare function allowlistUse({ rows }: Allowlist): {
    readonly ranges: number;
    readonly addresses: number;
};
/** Once per saved list, not once per request. */
export declare const compileAllowlist: ({ rows }: Allowlist) => RangeMatcher;
/** Inside at both ends of every range (SF-135). Allocates nothing. */
export declare const allowlistContains: (matcher: RangeMatcher, address: Address) => boolean;
