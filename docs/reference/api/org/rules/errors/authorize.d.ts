/** Refusals in the browser: login, consent, scopes, users. */
import { type CatalogueEntry } from './entry.ts';
export type AuthorizeErrorCode = 'RESPONSE_TYPE_NOT_SUPPORTED' | 'CONSENT_DENIED' | 'IMMEDIATE_NOT_POSSIBLE' | 'PASSWORD_WRONG' | 'LOGIN_TOO_MANY_FAILURES' | 'LOGIN_RATE_EXCEEDED' | 'VERIFICATION_CODE_WRONG' | 'REQUEST_TOO_LONG' | 'REQUEST_NOT_DECODABLE' | 'AUTHORIZATION_EXPIRED' | 'DEVICE_NOT_ACTIVATED' | 'USER_INACTIVE' | 'SCOPE_NOT_ALLOWED';
export declare const authorizeErrors: Readonly<Record<AuthorizeErrorCode, CatalogueEntry>>;
