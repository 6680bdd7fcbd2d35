/** Refusals of the request itself, of the store behind it, and of the endpoints that take any token. */
import { type CatalogueEntry } from './entry.ts';
export type RequestErrorCode = 'METHOD_NOT_POST' | 'BODY_NOT_A_FORM' | 'PARAMETER_TWICE' | 'PARAMETER_MISSING' | 'GRANT_TYPE_NOT_SUPPORTED' | 'STORE_NOT_AVAILABLE' | 'REVOKE_UNKNOWN' | 'REVOKE_TYPE_UNKNOWN' | 'CALLBACK_NOT_A_NAME';
export declare const requestErrors: Readonly<Record<RequestErrorCode, CatalogueEntry>>;
