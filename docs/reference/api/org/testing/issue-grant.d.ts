import type { TokenFields } from '../flows/token/outcome.ts';
import type { OrgParts } from '../parts.ts';
export type GrantWish = {
    readonly app: string;
    readonly username: string;
    /** Space separated, OAuth spelling; left out, all scopes of the app. */
    readonly scope?: string | undefined;
    /** The address that the grant is first seen from; it is not held against the allowlist. */
    readonly from?: string | undefined;
};
/** The fields of the token reply. Throws where there is no such app or user, or a policy refuses. */
export declare function issueGrant(parts: OrgParts, wish: GrantWish): Promise<TokenFields>;
