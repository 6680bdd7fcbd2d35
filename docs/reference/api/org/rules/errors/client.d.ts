/** Refusals of the client: who it says it is, and its proof. */
import { type CatalogueEntry } from './entry.ts';
export type ClientErrorCode = 'CLIENT_UNKNOWN' | 'APP_NOT_ENABLED' | 'CLIENT_SECRET_WRONG' | 'CLIENT_SECRET_MISSING' | 'CLIENT_ASSERTION_INVALID' | 'CLIENT_TOO_MANY_FAILURES';
export declare const clientErrors: Readonly<Record<ClientErrorCode, CatalogueEntry>>;
