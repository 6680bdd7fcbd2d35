/** What the keeper is to those who use it: its types, apart from what makes them true, so that a dependent's compiler reads these alone. */
import type { Secret } from '../values/secret.ts';
import type { Duration, Instant } from '../values/time.ts';
import type { ConnectionKey } from './connection-key.ts';
import type { KeyCare } from './keys-face.ts';
import type { ConnectWish, LinkTicket } from './login-face.ts';
import type { MoveCare } from './move-face.ts';
import type { Webhooks, WebhookWish } from './webhook-face.ts';
import type { Heartbeat } from './rules/due.ts';
import type { HostLimits } from './rules/host-turns.ts';
import type { LeaseTerms } from './rules/lease-terms.ts';
import type { Authentication } from './rules/requests.ts';
export type KeeperSettings = {
    /** Names this process for people. */
    readonly holder: string;
    readonly terms: LeaseTerms;
    /** Longer than the org takes for its slowest request (P-22). */
    readonly settle: Duration;
    /** Between two introspections of a token in doubt. */
    readonly askEvery: Duration;
    readonly heartbeat: Heartbeat;
    /** After a refusal that somebody has to mend elsewhere (P-27), and after trouble. Twice as long each time, until a day and an hour. */
    readonly backOff: {
        readonly refused: Duration;
        readonly trouble: Duration;
    };
    /** Of one login host, over all processes that share the vault. */
    readonly limits: HostLimits;
    readonly retention: Retention;
};
/** For how long what is over stays in the vault. */
export type Retention = {
    readonly events: Duration;
    /** A tenant's newest, that stay in any case unless they are too old. */
    readonly mostEvents: number;
    readonly attempts: Duration;
    readonly introspections: Duration;
    /** Counters of connections that were removed: longer than any process can have slept. */
    readonly removed: Duration;
};
/** A data key that was wrapped, and which key of the keyring did it. */
export type WrappedKey = {
    readonly key: string;
    readonly bytes: Uint8Array;
};
/** What a key management service has to offer. `context` is bound: what was wrapped in one does not unwrap in another. */
export type Keyring = {
    /** Name of the key that `wrap` uses now. */
    readonly current: string;
    /** The data key stays the caller's, who erases it: nothing of it may be kept. */
    readonly wrap: (dataKey: Uint8Array, context: string) => Promise<WrappedKey>;
    /** What comes back is the caller's to erase. */
    readonly unwrap: (wrapped: WrappedKey, context: string) => Promise<Uint8Array>;
};
export type KeeperOptions = {
    /** `sqlite:FOLDER`, which several processes may share, or `sqlite::memory:`. */
    readonly storage: string;
    /** A file that is made where there is none, a text, or whatever else can wrap a key, e.g. a KMS. */
    readonly keyring: {
        readonly file: string;
    } | {
        readonly text: Secret;
        readonly name: string;
    } | Keyring;
    /** Folder for replies that the store refuses (P-26). Each vault has a folder of its own in it. */
    readonly spool: string;
    /** All calls to Salesforce go through this proxy; `direct` only where that is said (L-70). */
    readonly proxy: Secret | 'direct';
    /** Who may be spoken to besides Salesforce (SF-317): names, `*.example.com`, addresses, ranges of private ones; those are gone to directly as well (P-28). */
    readonly loginHosts?: readonly string[];
    /** Certificates (PEM) to be trusted besides those of the system. */
    readonly ca?: readonly string[];
    readonly settings?: Partial<KeeperSettings>;
    /** Milliseconds between two rounds in which what is due is exchanged and what is in doubt is gone on with; 10 s if not said. `off`: connections are
     *  exchanged when somebody asks, and by `lookAfter`. */
    readonly rounds?: number | 'off';
    /** Whoever is to be told of events over HTTP. A URL or a secret that cannot be is refused at the start. */
    readonly webhooks?: readonly WebhookWish[];
    /** The store can take no further write (P-04); the process should exit. This keeper is closed by then, so that others over the vault find
     *  what it has kept. */
    readonly onFault?: (cause: Error) => void;
};
export type AppWish = {
    /** `default` where it is left out. */
    readonly tenant?: string;
    readonly name: string;
    /** Of production, sandbox or My Domain, e.g. `https://login.salesforce.com`, or a host of `loginHosts`; http for a loopback host alone. */
    readonly loginUrl: string;
    readonly clientId: string;
    /** Left out for a public client. */
    readonly clientSecret?: Secret | undefined;
    /** RSA in PEM, in the place of a secret: the app proves itself by assertions that are signed with it (`private_key_jwt`). */
    readonly privateKey?: Secret | undefined;
    /** Where the secret goes: into the form (`post`) if not said. */
    readonly authentication?: Authentication | undefined;
    readonly redirectUri?: string | undefined;
    /** Space separated. */
    readonly scopes?: string | undefined;
};
/** Without its secret. */
export type AppView = {
    readonly tenant: string;
    readonly name: string;
    readonly loginUrl: string;
    readonly clientId: string;
    /** A secret or a private key; false for a public client. */
    readonly hasSecret: boolean;
    /** `post`, `basic` or `private_key_jwt`. */
    readonly authentication: string;
    readonly redirectUri: string | undefined;
    readonly scopes: string | undefined;
    readonly createdAt: Instant;
};
/** What an operator watches, of all tenants together. */
export type KeeperFigures = {
    /** Connections by state. */
    readonly states: Readonly<Record<string, number>>;
    /** What became of exchanges since the keeper was opened. */
    readonly outcomes: Readonly<Record<string, number>>;
    /** Since when what is due longest has been due, or when the next will be; undefined where nothing is ever due by itself. */
    readonly oldestDueAt: Instant | undefined;
    readonly spool: {
        readonly slots: number;
        readonly taken: number;
    };
    /** Attempts since the keeper was opened, what all webhooks are still to be told of, and when the oldest of it has happened. */
    readonly webhooks: {
        readonly delivered: number;
        readonly failed: number;
        readonly waiting: number;
        readonly oldestAt: Instant | undefined;
    };
};
export type AdoptWish = {
    /** `default` where it is left out. */
    readonly tenant?: string;
    readonly id: string;
    /** By its name; saved before. */
    readonly app: string;
    readonly refreshToken: Secret;
    /** Serves until it is exchanged; left out, the first caller exchanges. */
    readonly accessToken?: Secret | undefined;
    readonly instanceUrl?: string | undefined;
    /** Nobody but this keeper holds tokens of this family (P-25); true where it is left out. */
    readonly soleHolder?: boolean | undefined;
    /** For another token into a connection that is there: the generation that it follows (L-48). */
    readonly replaces?: number | undefined;
};
/** A login that was begun: ten minutes, one callback. */
export type Connecting = {
    /** To be opened in a browser; empty where `ticket` is set. */
    readonly url: string;
    /** For `startLogin`, where `inOneBrowser` was said. */
    readonly ticket: Secret | undefined;
    /** 256 bits; a web application binds it to its user's session, and looks whether the callback comes back to that one. */
    readonly state: string;
    readonly redirectUri: string;
    readonly expiresAt: Instant;
    /** Resolves when the connection is there, whichever process has taken the callback. Rejects with a KeeperError. */
    readonly done: Promise<ConnectionView>;
    /** Nothing comes of a callback that has not come yet. */
    readonly cancel: () => Promise<void>;
};
/** What a page tells of the connection that a link is for. */
export type OpenedLink = ConnectionKey & Pick<ConnectionView, 'app' | 'loginUrl' | 'orgId' | 'userId'>;
export type FetchInit = {
    /** GET where it is left out. */
    readonly method?: string | undefined;
    /** `authorization` and what frames a message are not the caller's to set. */
    readonly headers?: RequestInit['headers'] | undefined;
    /** Of a stream the request is not repeated after a 401. */
    readonly body?: RequestInit['body'] | undefined;
    readonly signal?: AbortSignal | undefined;
};
export type AccessToken = {
    readonly accessToken: Secret;
    readonly instanceUrl: string | undefined;
    /** As far as it is known; Salesforce does not say it. */
    readonly expiresAt: Instant;
    readonly generation: number;
};
/** Without secrets. */
export type ConnectionView = {
    readonly tenant: string;
    readonly id: string;
    readonly app: string;
    readonly loginUrl: string;
    readonly state: string;
    readonly stateSince: Instant;
    readonly why: string | undefined;
    readonly generation: number;
    readonly orgId: string | undefined;
    readonly userId: string | undefined;
    readonly instanceUrl: string | undefined;
    readonly lastExchangeAt: Instant | undefined;
    /** Address that the last exchange left from. */
    readonly lastEgress: string | undefined;
    /** What the signature of its last token reply was worth (SF-46): `right`, `wrong`, or `absent`; undefined where it could not be judged. */
    readonly signature: string | undefined;
    /** Since when another keeper has it, so that nothing is sent from here. */
    readonly handedOverAt: Instant | undefined;
    readonly nextDueAt: Instant | undefined;
    /** When the refresh token has rested for 30 days (SF-205). */
    readonly idleAt: Instant;
    readonly accessExpiresAt: Instant | undefined;
    readonly createdAt: Instant;
};
export type KeeperEvent = {
    readonly kind: string;
    /** JSON, without secrets. */
    readonly data: string;
    /** Counts the tenant's events from 1 without gaps. */
    readonly sequence: number;
    readonly connection: string;
    /** Milliseconds since 1970. */
    readonly at: number;
};
/** What has happened, as one snapshot of the vault has it. */
export type EventPage = {
    /** Oldest first; none that was asked for is left out between `after` and `upTo`, but for what `missed` says. */
    readonly events: readonly KeeperEvent[];
    /** The `after` of the next page. */
    readonly upTo: number;
    /** There are more, by now. */
    readonly more: boolean;
    /** What lay between these two cannot be told any more: it was pruned, or the vault was put back to an older copy. */
    readonly missed?: {
        readonly after: number;
        readonly upTo: number;
    };
};
/** The name of a connection; with its tenant where that is not `default`. */
export type ConnectionName = string | ConnectionKey;
export type Keeper = KeyCare & MoveCare & {
    readonly saveApp: (app: AppWish) => Promise<void>;
    /** By name; `after` is the last name of the page before. */
    readonly apps: (query?: {
        readonly tenant?: string;
        readonly after?: string | undefined;
        readonly limit?: number;
    }) => Promise<readonly AppView[]>;
    readonly app: (app: {
        readonly tenant?: string;
        readonly name: string;
    }) => Promise<AppView | undefined>;
    /** Refused while a connection uses it. Rejects with a KeeperError. */
    readonly removeApp: (app: {
        readonly tenant?: string;
        readonly name: string;
    }) => Promise<void>;
    /** Takes a refresh token into its care: a new connection, or another token for one that is there, whose former family is revoked (L-57). */
    readonly adopt: (wish: AdoptWish) => Promise<ConnectionView>;
    /** Begins a login in a browser, with PKCE. Rejects with a KeeperError. */
    readonly connect: (app: string, wish: ConnectWish) => Promise<Connecting>;
    /** The whole URL that a browser was sent back to; once for each login. `browser`: what the browser that opened a link carries, where one brings the callback.
     *  Rejects with a KeeperError. */
    readonly takeCallback: (url: string, from?: {
        readonly tenant?: string | undefined;
        readonly browser?: {
            readonly carries: string | undefined;
        };
    }) => Promise<ConnectionView>;
    /** The address of the login page, for the first browser that brings the ticket of `connect`, as often as that likes. `browser`: what it carries from now on.
     *  Rejects with AUTHORIZATION_OVER. */
    readonly startLogin: (ticket: string, browser: string) => Promise<{
        readonly url: string;
    }>;
    /** A ticket by which a person may authorize this connection again, once; for 7 days where nothing is said (milliseconds). */
    readonly reauthorizationLink: (of: ConnectionName, options?: {
        readonly validFor?: number;
    }) => Promise<LinkTicket>;
    /** Withdraws all that are not used; resolves with how many those were. */
    readonly revokeLinks: (of: ConnectionName) => Promise<number>;
    /** Spends nothing. Rejects with LINK_OVER. */
    readonly openLink: (ticket: string) => Promise<OpenedLink>;
    /** Begins a login; the ticket is spent when that has succeeded. `browser`: what the browser carries now and has to bring back. */
    readonly connectByLink: (ticket: string, wish: {
        readonly redirectUri: string;
        readonly browser?: string | undefined;
    }) => Promise<Connecting>;
    /** A request with a live access token, to the connection's instance and to its login host and nowhere else (P-28); a path belongs to the instance. After a 401 that
     *  says that the session is over the token is exchanged and the request repeated, once. Redirects are handed back as they are. Rejects with a KeeperError where
     *  there is no token or the URL is another's, with what the network said otherwise. */
    readonly fetch: (of: ConnectionName, pathOrUrl: string | URL, init?: FetchInit) => Promise<Response>;
    /** A live one: from memory, or from the store, or by one exchange however many ask. `refused`: the one to which the org has answered 401; another is
     *  handed out then, by an exchange if there is none yet. Rejects with a KeeperError. */
    readonly accessToken: (of: ConnectionName, options?: {
        readonly refused?: string | undefined;
    }) => Promise<AccessToken>;
    /** One real exchange now, through this egress if it is said. Rejects with a KeeperError. */
    readonly verify: (of: ConnectionName, options?: {
        readonly egress?: string;
    }) => Promise<AccessToken>;
    /** Revokes it at the org, then forgets it. Resolves with whether the org has confirmed that it is revoked. */
    readonly remove: (of: ConnectionName) => Promise<{
        readonly revoked: boolean;
    }>;
    readonly connection: (of: ConnectionName) => Promise<ConnectionView | undefined>;
    /** By id; `after` is the last id of the page before. */
    readonly connections: (query?: {
        readonly tenant?: string;
        readonly app?: string | undefined;
        readonly state?: string | undefined;
        readonly after?: string | undefined;
        readonly limit?: number;
    }) => Promise<readonly ConnectionView[]>;
    /** Oldest first; `after` is the last sequence that was seen. */
    readonly events: (query?: {
        readonly tenant?: string;
        readonly after?: number;
        readonly limit?: number;
    }) => Promise<readonly KeeperEvent[]>;
    /** The same with where to go on. Without `after`: what comes from now on. */
    readonly eventPage: (query?: {
        readonly tenant?: string;
        readonly after?: number | undefined;
        readonly connection?: string | undefined;
        readonly limit?: number;
    }) => Promise<EventPage>;
    /** The first page at once, perhaps empty, then one whenever something has happened, in whichever process over this vault. Ends with the signal, and when
     *  the keeper closes. */
    readonly followEvents: (query: {
        readonly tenant?: string;
        readonly after?: number | undefined;
        readonly connection?: string | undefined;
        readonly signal: AbortSignal;
    }) => AsyncIterable<EventPage>;
    readonly webhooks: Webhooks;
    /** One round now: exchanges what is due, and judges what a process that died has left. Resolves with how many connections were looked at. */
    readonly lookAfter: () => Promise<number>;
    readonly figures: () => Promise<KeeperFigures>;
    /** What keeps the store from taking tokens, in the engine's words; undefined where nothing does. */
    readonly storeTrouble: () => Promise<string | undefined>;
    /** The way to Salesforce, for people: the proxy without its credentials, or `directly`. */
    readonly route: string;
    readonly close: () => Promise<void>;
};
