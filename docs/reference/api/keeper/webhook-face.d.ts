/** What webhooks are to those who use the keeper: their types, apart from what makes them true. */
import type { Secret } from '../values/secret.ts';
import type { Instant } from '../values/time.ts';
export type WebhookWish = {
    readonly name: string;
    /** `default` where it is left out; it is told of that tenant's events alone (P-28). */
    readonly tenant?: string | undefined;
    /** https; http only for private and loopback addresses, and only with `allowPrivate`. */
    readonly url: string | Secret;
    /** `whsec_` and base64, as Standard Webhooks has it; several with spaces between them while one is replaced: it is signed with all. */
    readonly secret: Secret;
    /** Kinds, e.g. `connection.in_doubt`; all where it is left out. */
    readonly events?: readonly string[] | undefined;
    /** It may go to private and loopback addresses. */
    readonly allowPrivate?: boolean | undefined;
    /** A new one is told of all events that are still kept, instead of what happens from now on. */
    readonly fromStart?: boolean | undefined;
};
/** Without secrets. */
export type WebhookView = {
    readonly tenant: string;
    readonly name: string;
    /** With its port; the path is not shown. */
    readonly host: string;
    readonly events: readonly string[];
    readonly lastSuccessAt: Instant | undefined;
    readonly lastFailureAt: Instant | undefined;
    /** In words. */
    readonly lastFailure: string | undefined;
    /** In a row. */
    readonly failures: number;
    /** Events that it is still to be told of. */
    readonly pending: number;
    /** Given up after three days, since it is there. */
    readonly gaveUp: number;
    /** Pruned before it could be told of them. */
    readonly missed: number;
    /** Since it answered 410; `resume` enables it again. */
    readonly disabledAt: Instant | undefined;
};
export type WebhookName = {
    readonly tenant?: string | undefined;
    readonly name: string;
};
export type WebhookTest = {
    readonly delivered: true;
    readonly status: number;
} | {
    readonly delivered: false;
    readonly why: string;
};
export type Webhooks = {
    /** Those of this process. */
    readonly list: (query?: {
        readonly tenant?: string | undefined;
    }) => Promise<readonly WebhookView[]>;
    /** One attempt now with an event of the kind `webhook.test`, whatever waits. Rejects with a KeeperError where there is none of that name. */
    readonly test: (of: WebhookName) => Promise<WebhookTest>;
    /** Enables it, and tries at once what waits. Rejects as `test` does. */
    readonly resume: (of: WebhookName) => Promise<WebhookView>;
    /** Makes what deliveries are due, one after the other; resolves with how many attempts that were. With `rounds: 'off'` nothing else delivers. */
    readonly deliver: () => Promise<number>;
};
