/** IP monitoring: who redeems from where, counted in memory and written in batches; alerts for people (SF-237, SF-239). Blocks nothing. */
import type { Storage } from '../storage/storage.ts';
import type { Clock } from '../values/domain.ts';
import type { RecordIds } from './store/record-ids.ts';
import type { OrgWrites } from './store/writes.ts';
export type Monitor = {
    /** A redemption that succeeded, or one that was refused. */
    readonly saw: (app: string, address: string, what: 'redemption' | 'refusal') => void;
    /** Junk is counted by the minute and source (P-11): `token`, `client`, `code`, `request`. */
    readonly junk: (kind: string, source: string) => void;
    /** Writes what was counted; called by a timer and at close. Counts that cannot be written are kept for the next time. */
    readonly flush: () => Promise<void>;
};
export declare function openMonitor(parts: {
    readonly storage: Storage<OrgWrites>;
    readonly clock: Clock;
    readonly recordIds: RecordIds;
}): Monitor;
