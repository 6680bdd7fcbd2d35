import type { Range } from './range.ts';
/** A range as someone wrote it: the ends are still text. */
export type RangeRow = {
    readonly start?: string;
    readonly end?: string;
    readonly description?: string;
};
/** A range that was accepted, with the note that came with it. */
export type DescribedRange = Range & {
    readonly description?: string;
};
export type RangeSpelling<Start extends string = string, End extends string = string> = {
    readonly start: Start;
    readonly end: End;
};
/** Connected App `ipRanges`, Security settings `networkAccess.ipRanges` (SF-263). */
export declare const startEnd: RangeSpelling<'start', 'end'>;
/** External Client App `trustedIpRanges` and `tokenIpRanges` (SF-264). */
export declare const startIpAddress: RangeSpelling<'startIpAddress', 'endIpAddress'>;
/** Profile `loginIpRanges` (SF-265). */
export declare const startAddress: RangeSpelling<'startAddress', 'endAddress'>;
type Written<Start extends string, End extends string> = {
    readonly [end in Start | End]: string;
} & {
    readonly description?: string;
};
/** Takes the fields of this spelling and no other; an absent or null field stays absent. A number or a boolean becomes its text, so that
 *  the refusal of the address can show what was written. Objects and lists count as absent. */
export declare function readRangeRow(fields: Readonly<Record<string, unknown>>, spelling: RangeSpelling): RangeRow;
/** Addresses in canonical form (SF-145), the description only if there is one. */
export declare function writeRangeRow<Start extends string, End extends string>(range: DescribedRange, spelling: RangeSpelling<Start, End>): Written<Start, End>;
export {};
