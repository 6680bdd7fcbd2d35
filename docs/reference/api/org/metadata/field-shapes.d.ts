/** Fields that several metadata types have in common. */
import { type TArray, type TString, type TUnsafe } from 'typebox';
import type { TokenIpRange } from '../rules/fields.ts';
/** An API name: letters, digits and single underscores. */
export declare const apiName: TString;
export declare const described: (description: string, maxLength?: number) => TString;
type RangeOf<Start extends string, End extends string> = {
    readonly [E in Start | End]: string;
} & {
    readonly description?: string;
};
/** SF-264 */
export declare const tokenIpRanges: TArray<TUnsafe<TokenIpRange>>;
export type StartEnd = RangeOf<'start', 'end'>;
/** SF-263 */
export declare const startEndRanges: TArray<TUnsafe<StartEnd>>;
export type StartAddress = RangeOf<'startAddress', 'endAddress'>;
/** SF-265 */
export declare const startAddressRanges: TArray<TUnsafe<StartAddress>>;
export {};
