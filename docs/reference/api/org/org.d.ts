import type { OpenOptions } from '../storage/options.ts';
import type { Storage } from '../storage/storage.ts';
import type { Clock, RandomBytes } from '../values/domain.ts';
import type { Secret } from '../values/secret.ts';
import { type Duration } from '../values/time.ts';
import { type AdminToken } from './admin-token.ts';
import { type OrgClock } from './clock.ts';
import type { OrgConfiguration } from './configuration.ts';
import type { Log, OrgParts } from './parts.ts';
import { type Applied } from './metadata/apply.ts';
import type { OrgFile } from './metadata/org-file.ts';
import { type OrgWrites } from './store/writes.ts';
/** What only the composition may reach: clocks, randomness, timers, the engine. */
export type OrgEnvironment = {
    readonly clock: Clock;
    readonly monotonic: () => number;
    readonly random: RandomBytes;
    readonly wait: (length: Duration) => Promise<void>;
    readonly log: Log;
    readonly openStorage: (options: OpenOptions<OrgWrites>) => Promise<Storage<OrgWrites>>;
};
export type OrgOptions = {
    /** `sqlite:FOLDER` or `sqlite::memory:`. */
    readonly storage: string;
    readonly configuration: OrgConfiguration;
    /** SALLYPORT_ADMIN_TOKEN; left out, one is made and kept beside the store. */
    readonly adminToken?: Secret | undefined;
    /** The org file's objects, read and validated; `reapply` overwrites what the admin API changed since. */
    readonly file?: OrgFile | undefined;
    readonly reapply?: boolean;
    /** Clock and faults on demand: never in production. */
    readonly testing: boolean;
    /** Passwords of the file are hashed at their first use instead of at the start: for tests and the demonstration. */
    readonly lazyPasswords?: boolean | undefined;
    /** The store can take no further write (P-04); the process should exit. */
    readonly onFault: (cause: Error) => void;
};
export type RunningOrg = {
    /** Origin that is listened on. */
    readonly url: string;
    readonly adminToken: AdminToken;
    /** Of the data; undefined for a store in memory. */
    readonly folder: string | undefined;
    readonly parts: OrgParts;
    readonly clock: OrgClock;
    /** What the org file did, and what it left as the admin API had made it. */
    readonly applied: Applied;
    /** Stops listening, lets what was accepted finish, writes what was counted, releases the store. */
    readonly close: () => Promise<void>;
};
/** Listening when it resolves. Rejects with a StorageFault, or an Error whose message says what to mend. */
export declare function openOrg(environment: OrgEnvironment, options: OrgOptions): Promise<RunningOrg>;
