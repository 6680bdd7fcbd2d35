/** Keeps the org's tables within bounds; every write takes little, so that no redemption waits for it (P-05). */
import { type Program } from '../../storage/program.ts';
export type UpkeepPlan = {
    readonly now: number;
    readonly history: {
        readonly before: number;
        readonly keepRows: number;
    };
    /** Codes are kept this long past their issue, so that a second use is still recognised (SF-85). */
    readonly codesBefore: number;
    /** Grants without a refresh token end with their access token, which lives on while it slides; ended grants are kept for the record until then. */
    readonly endedBefore: number;
    readonly sessionGrantsBefore: number;
    /** Rows removed from one table in one go. */
    readonly most: number;
};
/** How many rows went; the caller comes again soon where it is not zero. */
export declare function upkeep(plan: UpkeepPlan): Program<number>;
/** The highest id of any record, where the next one goes on from. */
export declare function findLastRecordId(): Program<number>;
/** Whether anything was ever granted: a store that holds grants cannot go on with a fresh keyring. */
export declare function findWhetherGrantsExist(): Program<boolean>;
/** A mode change erases what the mode before had kept for its parents (P-12). */
export declare function eraseSuccessors(): Program<number>;
