/** Every refusal of the authorization server, by its code. What the world sees and what the admin sees are different fields. */
import { type RequestErrorCode } from './request.ts';
import { type ClientErrorCode } from './client.ts';
import { type PolicyErrorCode } from './policies.ts';
import { type TokenErrorCode } from './tokens.ts';
import { type CodeErrorCode } from './codes.ts';
import { type AuthorizeErrorCode } from './authorize.ts';
import type { CatalogueEntry } from './entry.ts';
export type ErrorCode = RequestErrorCode | ClientErrorCode | PolicyErrorCode | TokenErrorCode | CodeErrorCode | AuthorizeErrorCode;
export declare const errors: Readonly<Record<ErrorCode, CatalogueEntry>>;
