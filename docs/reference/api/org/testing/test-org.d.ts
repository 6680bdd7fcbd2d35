/** What `sallyport/testing` gives a test: its types, apart from what makes them true, so that a dependent's compiler reads these alone. */
import type { OrgConfiguration } from '../configuration.ts';
import type { Overrides } from '../../values/defaults.ts';
import type { PlainObjects, testClient, testUser } from './test-org-file.ts';
export type GrantWish = {
    readonly app: string;
    readonly username: string;
    /** Space separated, OAuth spelling; left out, all scopes of the app. */
    readonly scope?: string | undefined;
    /** The address that the grant is first seen from; it is not held against the allowlist. */
    readonly from?: string | undefined;
};
export type StartOrgOptions = PlainObjects & {
    /** The text of an org file (YAML), instead of `organization`, `users` and `apps`. */
    readonly file?: string;
    /** Settings of the server, as under `org` in `sallyport.yaml`. */
    readonly configuration?: Overrides<OrgConfiguration>;
    /** `memory` (the default), a fresh folder that is removed at `close`, or a folder of yours that stays. */
    readonly storage?: 'memory' | 'file' | {
        readonly folder: string;
    };
};
/** The fields of a token reply that are always there, and whatever else came. */
export type Tokens = Readonly<Record<string, string>> & {
    readonly access_token: string;
    readonly refresh_token: string;
};
/** Lengths in milliseconds; `when` is before the commit unless said. */
export type FaultWish = {
    readonly kind: 'drop-response' | 'unavailable' | 'in-flight' | 'save-does-not-take';
} | {
    readonly kind: 'refuse-deploy' | 'deploy-not-taking';
} | {
    readonly kind: 'slow-propagation' | 'slow-deploy';
    readonly for: number;
} | {
    readonly kind: 'delay';
    readonly for: number;
    readonly when?: 'before-commit' | 'after-commit';
};
export type TestOrg = {
    /** Origin: `http://127.0.0.1:PORT`. */
    readonly url: string;
    /** The app that is made where none is given. */
    readonly client: typeof testClient;
    /** The user that is made where none is given. */
    readonly user: typeof testUser;
    readonly adminToken: string;
    /** A call of the admin API: `admin('/apps')`, with a body as JSON. */
    readonly admin: (path: string, init?: {
        readonly method?: string;
        readonly body?: unknown;
        readonly headers?: Readonly<Record<string, string>>;
    }) => Promise<Response>;
    /** A grant as a consent would have made it, without a browser. */
    readonly grant: (wish?: Partial<GrantWish>) => Promise<Tokens>;
    readonly clock: {
        readonly now: () => number;
        readonly advance: (ms: number) => Promise<void>;
    };
    readonly faults: {
        /** Strikes the next `times` requests of `app` (all apps where omitted), or the share `rate` of them, drawn from `seed`. */
        readonly add: (fault: FaultWish, where?: {
            readonly app?: string;
            readonly times?: number;
            readonly rate?: number;
            readonly seed?: number;
        }) => void;
        readonly clear: () => void;
    };
    readonly close: () => Promise<void>;
    /** `await using org = await startOrg()` closes it whatever happens in between. */
    readonly [Symbol.asyncDispose]: () => Promise<void>;
};
