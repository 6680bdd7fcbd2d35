/** IP monitoring at rest: addresses by app, and counts of junk. */
import { type Program } from '../../storage/program.ts';
export type AddressUse = {
    readonly app: string;
    readonly address: string;
    readonly at: number;
    readonly redemptions: number;
    readonly refusals: number;
};
export type JunkCount = {
    readonly minute: number;
    readonly source: string;
    readonly kind: string;
    readonly count: number;
};
export declare function recordUse({ uses, junk }: {
    uses: readonly AddressUse[];
    junk: readonly JunkCount[];
}): Program<void>;
export type AddressUseRow = {
    readonly app: string;
    readonly address: string;
    readonly firstSeen: number;
    readonly lastSeen: number;
    readonly redemptions: number;
    readonly refusals: number;
};
/** Addresses seen, the latest first. */
export declare function findAddressUse({ app, limit }: {
    app?: string;
    limit: number;
}): Program<AddressUseRow[]>;
export type JunkRow = {
    readonly minute: number;
    readonly source: string;
    readonly kind: string;
    readonly count: number;
};
export declare function findJunk({ since, limit }: {
    since: number;
    limit: number;
}): Program<JunkRow[]>;
/** Keeps the tables within bounds: old junk goes, and of addresses the longest unseen beyond `keepAddresses`; of each at most `most` rows in one
 *  go, so that no redemption waits for it (P-05). */
export declare function pruneMonitoring({ before, keepAddresses, most, }: {
    before: number;
    keepAddresses: number;
    most?: number;
}): Program<number>;
