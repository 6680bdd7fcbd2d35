/** Lists of ranges as people write them: every row is read, every fault is reported with the number of its row. */
import { type Result } from '../values/result.ts';
import type { DescribedRange, RangeRow } from './range-spelling.ts';
import { type RangeFaultCode } from './range.ts';
export type RangeListLimits = {
    readonly ranges: number | 'none';
    /** Over all ranges of both families together. */
    readonly addresses: bigint | 'none';
    /** Of one range; addresses in 10.0.0.0/8 are not counted (SF-154). */
    readonly span: {
        readonly IPv4: bigint;
        readonly IPv6: bigint;
    } | 'none';
    readonly overlaps: 'refused' | 'allowed';
    readonly unspecifiedAndMulticast: 'refused' | 'allowed';
};
/** Trusted ranges of the org and login ranges of a profile. They block or trust whole networks: no limit on their number is known, and
 *  organizations list everything from 0.0.0.0 upwards in them (SF-150, SF-153, SF-154). */
export declare const trustedRangeLimits: RangeListLimits;
/** Ranges of an app for the web server flow (SF-152). */
export declare const appRangeLimits: RangeListLimits;
export type RowFaultCode = RangeFaultCode | 'RANGE_HAS_UNSPECIFIED' | 'RANGE_HAS_MULTICAST' | 'RANGE_TOO_LARGE' | 'RANGE_REPEATED' | 'RANGE_OVERLAPS' | 'RANGE_DESCRIPTION_TOO_LONG' | 'RANGE_DESCRIPTION_UNPRINTABLE' | 'RANGES_TOO_MANY' | 'ADDRESSES_TOO_MANY';
/** `row` counts from 1; `otherRow` is the earlier row of a pair. `message` reads on its own and names the row. */
export type RowFault = {
    readonly code: RowFaultCode;
    readonly row: number;
    readonly otherRow?: number;
    readonly message: string;
};
/** Keeps the rows in the order given. Faults come in the order of their rows; a row can have several. */
export declare function parseRangeList(rows: readonly RangeRow[], limits: RangeListLimits): Result<readonly DescribedRange[], readonly RowFault[]>;
