/** The settings in force, compiled: what decisions are made from. Replaced as a whole at each save; nobody changes one in place. */
import type { Allowlist } from '../ip/allowlist.ts';
import type { RangeMatcher } from '../ip/matcher.ts';
import type { OrganizationId } from '../values/domain.ts';
import type { Duration } from '../values/time.ts';
import type { App } from './rules/app.ts';
import type { PolicySettings } from './rules/policy.ts';
import type { Mac } from './tokens/mac.ts';
export type AppEntry = {
    readonly app: App;
    /** The app's policies with its settings parsed in, in the order in which they vote. */
    readonly policies: PolicySettings;
    /** Compares in constant time with the consumer secret; false where the app has none (SF-62). */
    readonly secretIs: (sent: string) => boolean;
    /** HMAC-SHA256 under the consumer secret, for `signature` (SF-46); undefined where the app has no secret. */
    readonly sign: Mac | undefined;
    /** PEM of the app's certificate, for private_key_jwt. */
    readonly certificate: string | undefined;
    /** The stored allowlist, enforced or not (SF-142). */
    readonly allowlist: Allowlist;
};
export type Settings = {
    readonly organization: {
        readonly id: OrganizationId;
        readonly name: string;
        readonly instanceUrl: string;
    };
    readonly appsByConsumerKey: ReadonlyMap<string, AppEntry>;
    readonly appsByName: ReadonlyMap<string, AppEntry>;
    /** Org-wide trusted ranges: no device activation from inside (SF-150). */
    readonly trustedRanges: RangeMatcher;
    /** Life of a browser login. */
    readonly sessionTimeout: Duration;
};
export type SettingsSource = {
    /** As of the last save or refresh. */
    readonly current: () => Settings;
    /** Reads the store again: after a lost race on the settings version (P-01), and after each save before its reply (P-06). */
    readonly refresh: () => Promise<Settings>;
    /** From the next refresh on, the app's allowlist as it is now goes on applying for this long: a save that propagates slowly (SF-139, SF-140). */
    readonly holdAllowlist: (app: string, length: Duration) => void;
};
