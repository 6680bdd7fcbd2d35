/** A range of addresses, both ends inclusive (SF-135). */
import { type Address } from './address.ts';
import { type AddressFaultCode } from './address-fault.ts';
import { type Result } from '../values/result.ts';
/** Both ends of one family, `start` at most `end`: whoever holds a Range may rely on it. */
export type Range = {
    readonly start: Address;
    readonly end: Address;
};
export type RangeFaultCode = AddressFaultCode | 'RANGE_START_MISSING' | 'RANGE_END_MISSING' | 'RANGE_FAMILIES_MIXED' | 'RANGE_START_ABOVE_END';
/** `message` reads on its own and quotes what was given. */
export type RangeFault = {
    readonly code: RangeFaultCode;
    readonly message: string;
};
/** Both ends as text. A malformed start and a malformed end are both reported; what the two make together only if each is an address. */
export declare function parseRange(start: string | undefined, end: string | undefined): Result<Range, readonly RangeFault[]>;
export declare const singleAddress: (address: Address) => Range;
/** How many addresses, exactly: an IPv6 range may hold up to 2^128. */
export declare const rangeSize: ({ start, end }: Range) => bigint;
/** False for an address of the other family, whatever its number. */
export declare const rangeContains: ({ start, end }: Range, address: Address) => boolean;
export declare const rangesOverlap: (a: Range, b: Range) => boolean;
export declare const rangesAreEqual: (a: Range, b: Range) => boolean;
/** IPv4 first, then by start, then by end. */
export declare const compareRanges: (a: Range, b: Range) => number;
/** `192.0.2.7`, or `192.0.2.7 to 192.0.2.9`; for people. */
export declare function formatRange({ start, end }: Range): string;
