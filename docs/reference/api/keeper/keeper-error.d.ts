/** What the callers of the keeper are told when there is no access token for them. */
import type { Explanation } from './rules/triage.ts';
export type KeeperErrorCode = 'UNKNOWN_CONNECTION' | 'UNKNOWN_APP' | 'APP_IN_USE' | 'UNKNOWN_WEBHOOK' | 'CONNECTION_EXISTS' | 'STALE_TOKEN' | 'REAUTHORIZATION_REQUIRED' | 'IN_DOUBT' | 'IP_REFUSED' | 'REFUSED' | 'NOT_SENT' | 'SERVER_TROUBLE' | 'UNKNOWN_AUTHORIZATION' | 'AUTHORIZATION_OVER' | 'AUTHORIZATION_DENIED' | 'OTHER_USER' | 'LINK_OVER' | 'TOO_MANY_LOGINS' | 'PORT_NOT_FREE' | 'HOST_NOT_ALLOWED' | 'INVALID' | 'HANDED_OVER' | 'VAULT_FAULT' | 'KEY_REFUSED' | 'EXPORT_REFUSED' | 'IMPORT_REFUSED' | 'CLOSED';
/** `message` is one sentence, `next` what to do. Neither holds a secret. */
export declare class KeeperError extends Error {
    readonly code: KeeperErrorCode;
    readonly next: readonly string[];
    /** The likeliest first, where the org has refused. */
    readonly explanations: readonly Explanation[];
    /** Milliseconds since 1970: before it nothing will be different. */
    readonly retryAt: number | undefined;
    constructor(code: KeeperErrorCode, message: string, about?: {
        readonly next?: readonly string[];
        readonly explanations?: readonly Explanation[];
        readonly retryAt?: number;
    });
}
