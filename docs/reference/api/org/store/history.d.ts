/** Login history: what is written beside each decision, in the same transaction (SF-231 to SF-233). */
import { type Program } from '../../storage/program.ts';
/** One row; addresses and traces as text. Nothing in it is a secret. */
export type HistoryEntry = {
    /** From `openRecordIds`: rises with time, and the next seven are free for records that belong to this one. */
    readonly id: number;
    /** Milliseconds on the store's clock. */
    readonly at: number;
    /** `Remote Access 2.0` for OAuth, `Application` for a browser login (SF-232). */
    readonly loginType: string;
    /** The flow: `refresh_token`, `authorization_code`, `browser`, … */
    readonly subType: string;
    readonly app: string | null;
    readonly userId: string | null;
    readonly grantId: string | null;
    readonly sourceIp: string;
    /** What a client claimed in a forwarding header, whether or not it was believed; never decides anything (L-107). */
    readonly forwardedFor: string | null;
    readonly userAgent: string | null;
    readonly status: string;
    readonly decision: string;
    /** JSON of the trace lines. */
    readonly trace: string | null;
};
export declare function recordHistory(entry: HistoryEntry): Program<void>;
export type HistoryRow = HistoryEntry & {
    readonly username: string | null;
};
export type HistoryQuery = {
    readonly since?: number | undefined;
    readonly app?: string | undefined;
    readonly username?: string | undefined;
    readonly status?: string | undefined;
    readonly decision?: string | undefined;
    /** Only entries with a lower id: the cursor of the page before. */
    readonly below?: number | undefined;
    readonly limit: number;
};
/** Newest first. */
export declare function findHistory(query: HistoryQuery): Program<HistoryRow[]>;
export type Pruning = {
    readonly before: number;
    readonly keepRows: number;
    readonly most: number;
};
/** Removes at most `most` of the oldest entries that are too old or too many; says how many, so that the caller goes on in small steps. */
export declare function pruneHistory({ before, keepRows, most }: Pruning): Program<number>;
