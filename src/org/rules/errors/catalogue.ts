/** Every refusal of the authorization server, by its code. What the world sees and what the admin sees are different fields. */
import { requestErrors, type RequestErrorCode } from './request.ts'
import { clientErrors, type ClientErrorCode } from './client.ts'
import { policyErrors, type PolicyErrorCode } from './policies.ts'
import { tokenErrors, type TokenErrorCode } from './tokens.ts'
import { codeErrors, type CodeErrorCode } from './codes.ts'
import { authorizeErrors, type AuthorizeErrorCode } from './authorize.ts'
import type { CatalogueEntry } from './entry.ts'

export type ErrorCode =
  RequestErrorCode | ClientErrorCode | PolicyErrorCode | TokenErrorCode | CodeErrorCode | AuthorizeErrorCode

export const errors: Readonly<Record<ErrorCode, CatalogueEntry>> = {
  ...requestErrors,
  ...clientErrors,
  ...policyErrors,
  ...tokenErrors,
  ...codeErrors,
  ...authorizeErrors,
}
