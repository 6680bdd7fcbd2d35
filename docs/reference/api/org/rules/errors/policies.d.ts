/** Refusals by policies, and by PKCE. */
import { type CatalogueEntry } from './entry.ts';
export type PolicyErrorCode = 'SOURCE_NOT_ALLOWED' | 'CHALLENGE_MISSING' | 'CHALLENGE_METHOD_NOT_SUPPORTED' | 'CHALLENGE_MALFORMED' | 'VERIFIER_WRONG' | 'VERIFIER_MALFORMED' | 'VERIFIER_MISSING' | 'VERIFIER_UNBOUND' | 'TOKEN_EXPIRED' | 'TOKEN_NOT_USED_FOR_TOO_LONG' | 'TOKEN_EXPIRES_IMMEDIATELY' | 'TOKEN_IDLE';
export declare const policyErrors: Readonly<Record<PolicyErrorCode, CatalogueEntry>>;
