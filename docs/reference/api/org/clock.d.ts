/** The store's clock: the machine's, put forward by what the testing plane has stored with the data (P-13). */
import type { Storage } from '../storage/storage.ts';
import type { Clock } from '../values/domain.ts';
import { type Duration } from '../values/time.ts';
import type { OrgWrites } from './store/writes.ts';
export type OrgClock = {
    readonly now: Clock;
    /** How far ahead of the machine's clock it is. */
    readonly offset: () => Duration;
    /** In force when it resolves, and durable. */
    readonly setOffset: (offset: Duration) => Promise<void>;
};
export declare function openOrgClock(base: Clock, storage: Storage<OrgWrites>): Promise<OrgClock>;
