/** Ids of history, alerts and audit rows: they carry time, so that pages, `since` and pruning need no second index. */
/** The lowest id that a record of that instant can have: milliseconds times 1024, below 2^53 until the year 2248. */
export declare const idAt: (at: number) => number;
export type RecordIds = (at: number) => number;
/** Rising ids, also where many fall in one millisecond or the clock goes back. `last` is the highest id in the store. */
export declare function openRecordIds(last: number): RecordIds;
