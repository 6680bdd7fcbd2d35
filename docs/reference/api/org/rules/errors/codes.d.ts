/** Refusals of an authorization code and its redirect_uri. */
import { type CatalogueEntry } from './entry.ts';
export type CodeErrorCode = 'CODE_UNKNOWN' | 'CODE_EXPIRED' | 'CODE_USED' | 'REDIRECT_URI_MISSING' | 'REDIRECT_URI_MISMATCH';
export declare const codeErrors: Readonly<Record<CodeErrorCode, CatalogueEntry>>;
