/** The store's epoch: restoring a backup starts a new one, and the admin says what becomes of the grants of the old one (P-08). */
import type { Storage } from '../storage/storage.ts';
import type { Epoch } from './rules/judge-token.ts';
import type { OrgWrites } from './store/writes.ts';
/** The epoch in force, with a way to read it again after the admin changed it. */
export type EpochSource = (() => Epoch) & {
    readonly refresh: () => Promise<void>;
};
export declare function openEpoch(storage: Storage<OrgWrites>): Promise<EpochSource>;
