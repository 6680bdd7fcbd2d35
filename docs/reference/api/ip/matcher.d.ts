/** Ranges compiled once, so that the question "is this address in one of them" costs a binary search and allocates nothing. */
import type { Address } from './address.ts';
import { type Range } from './range.ts';
/** Sorted, disjoint and merged; opaque to everyone else. */
export type RangeMatcher = {
    readonly v4: {
        readonly starts: Uint32Array;
        readonly ends: Uint32Array;
    };
    readonly v6: {
        readonly starts: readonly bigint[];
        readonly ends: readonly bigint[];
    };
};
/** Ranges in any order, overlapping or not. */
export declare function compileRanges(ranges: readonly Range[]): RangeMatcher;
/** The same addresses as sorted ranges of which no two overlap. */
export declare function mergeRanges(ranges: readonly Range[]): Range[];
export declare function matcherContains(matcher: RangeMatcher, address: Address): boolean;
