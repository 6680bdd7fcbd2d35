/** What the rules know of an app, a user, a grant and a code: facts read from the store, without any secret. */
import type { SourceAddress } from '../../ip/source-address.ts';
import type { AppName, ConsumerKey, Generation, GrantId, Sequence, SettingsVersion, UserId } from '../../values/domain.ts';
import type { Duration, Instant } from '../../values/time.ts';
import type { AppKind } from './fields.ts';
export type App = {
    readonly name: AppName;
    readonly kind: AppKind;
    readonly label: string;
    readonly contactEmail: string;
    readonly consumerKey: ConsumerKey;
    /** Exact texts; a redirect_uri is compared with them character for character (SF-83). */
    readonly callbacks: readonly string[];
    /** OAuth spelling. */
    readonly scopes: readonly string[];
    readonly isEnabled: boolean;
    readonly isConsumerSecretOptional: boolean;
    /** SF-119: may introspect tokens of other apps. */
    readonly isIntrospectAllTokens: boolean;
    /** Life of an access token (SF-08). */
    readonly sessionTimeout: Duration;
    /** Life of an id_token (SF-128). */
    readonly idTokenValidity: Duration;
    readonly idTokenAudience: readonly string[];
    readonly version: SettingsVersion;
};
export type UserFacts = {
    readonly id: UserId;
    readonly username: string;
    readonly isActive: boolean;
};
/** Why a grant has ended, for good. */
export type GrantEnd = 'replayed' | 'revoked' | 'expired' | 'approval-dropped' | 'reauthorized' | 'code-reused' | 'key-rotated' | 'epoch-refused';
export type GrantFacts = {
    readonly id: GrantId;
    readonly app: AppName;
    readonly user: UserFacts;
    readonly scopes: readonly string[];
    readonly generation: Generation;
    readonly sequence: Sequence;
    /** When the user authorized; a fixed life counts from here, and rotation does not renew it (SF-184). */
    readonly authorizedAt: Instant;
    /** The last successful exchange, or the issue (SF-207). */
    readonly lastUsedAt: Instant;
    readonly ended: GrantEnd | undefined;
};
export type CodeFacts = {
    readonly app: AppName;
    readonly user: UserFacts;
    readonly redirectUri: string;
    readonly scopes: readonly string[];
    readonly issuedAt: Instant;
    readonly challenge: string | undefined;
    readonly used: boolean;
};
/** How the caller of the token endpoint has proved which app it is; a wrong proof never reaches the rules. */
export type ClientProof = 'none' | 'client_secret_post' | 'client_secret_basic' | 'private_key_jwt';
export type TokenFlow = 'authorization_code' | 'refresh_token' | 'hybrid_auth_code' | 'hybrid_refresh';
/** The hybrid twins count as the flows they stand for (SF-33, SF-131). */
export declare function plainFlow(flow: TokenFlow): 'authorization_code' | 'refresh_token';
type Common = {
    readonly now: Instant;
    readonly from: SourceAddress;
    readonly app: App;
};
/** One question to the policies; `step` says how much is known. The order of the steps is SF-22's. */
export type Request = 
/** A browser asks to authorize the app; nobody is logged in yet. */
(Common & {
    readonly step: 'authorize';
    readonly challenge: string | undefined;
})
/** The token endpoint knows the app and its proof, and has looked at no token: SF-22 check 6. */
 | (Common & {
    readonly step: 'caller';
    readonly flow: TokenFlow;
    readonly proof: ClientProof;
})
/** The code is known: SF-22 checks 11 to 13. */
 | (Common & {
    readonly step: 'code';
    readonly flow: TokenFlow;
    readonly code: CodeFacts;
})
/** The refresh token is the grant's current one: SF-22 checks 8 to 13. */
 | (Common & {
    readonly step: 'refresh';
    readonly flow: TokenFlow;
    readonly grant: GrantFacts;
});
export {};
