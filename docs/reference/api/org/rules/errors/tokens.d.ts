/** Refusals of a refresh token. Salesforce tells all of them apart by nothing (SF-49, SF-189). */
import { type CatalogueEntry } from './entry.ts';
export type TokenErrorCode = 'TOKEN_NOT_OURS' | 'TOKEN_OF_ANOTHER_APP' | 'TOKEN_REPLAYED' | 'TOKEN_REVOKED' | 'TOKEN_IN_FLIGHT' | 'STORE_WENT_BACK';
export declare const tokenErrors: Readonly<Record<TokenErrorCode, CatalogueEntry>>;
