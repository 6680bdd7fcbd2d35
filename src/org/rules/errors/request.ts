/** Refusals of the request itself, of the store behind it, and of the endpoints that take any token. */
import { badRequest, type CatalogueEntry, entry } from './entry.ts'

export type RequestErrorCode =
  | 'METHOD_NOT_POST'
  | 'BODY_NOT_A_FORM'
  | 'PARAMETER_TWICE'
  | 'PARAMETER_MISSING'
  | 'GRANT_TYPE_NOT_SUPPORTED'
  | 'STORE_NOT_AVAILABLE'
  | 'REVOKE_UNKNOWN'
  | 'REVOKE_TYPE_UNKNOWN'
  | 'CALLBACK_NOT_A_NAME'

export const requestErrors: Readonly<Record<RequestErrorCode, CatalogueEntry>> = {
  METHOD_NOT_POST: entry('SF-21', badRequest('must use HTTP POST'), ['Failed: Must Use POST', 'request'], {
    means: () => 'The token endpoint takes POST only.',
    next: () => ['Send the same parameters in the body of a POST.'],
  }),
  BODY_NOT_A_FORM: entry('SF-11', badRequest('unsupported content type'), ['Failed: Invalid Request', 'request'], {
    means: ({ type }) => `The body is ${type}, not a form.`,
    next: () => ['Send application/x-www-form-urlencoded.'],
  }),
  PARAMETER_TWICE: entry('SF-13', badRequest('parameter given twice'), ['Failed: Invalid Request', 'request'], {
    means: ({ parameter }) => `The parameter ${parameter} was given more than once.`,
    next: () => ['Send each parameter once.'],
  }),
  PARAMETER_MISSING: entry('SF-25', badRequest('missing required parameter'), ['Failed: Invalid Request', 'request'], {
    means: ({ parameter }) => `The parameter ${parameter} is missing.`,
    next: ({ parameter }) => [`Send ${parameter}.`],
  }),
  GRANT_TYPE_NOT_SUPPORTED: entry(
    'SF-66',
    { status: 400, error: 'unsupported_grant_type', description: 'grant type not supported' },
    ['Failed: Grant Type Not Supported', 'grant_type'],
    {
      means: ({ grantType }) => `The grant type ${grantType} is unknown, or not enabled for this app.`,
      next: () => ['Use authorization_code or refresh_token.'],
    },
  ),
  STORE_NOT_AVAILABLE: entry(
    'P-03',
    { status: 503, error: 'temporarily_unavailable', description: 'the request was not processed; try again' },
    ['Failed: Service Unavailable', 'unavailable'],
    {
      means: ({ why }) => `The request was not carried out: ${why}. The token is as good as before.`,
      next: () => ['Send the same request again after Retry-After.'],
    },
  ),
  REVOKE_UNKNOWN: entry(
    'SF-113',
    { status: 400, error: 'invalid_token', description: 'the token is invalid', compat: 'revokeUnknownStatus' },
    ['Failed: Invalid Token', 'revoke'],
    { means: () => 'No live token is the one to be revoked.', next: () => ['Nothing: it is not valid any more.'] },
  ),
  REVOKE_TYPE_UNKNOWN: entry(
    'SF-113',
    { status: 400, error: 'unsupported_token_type', description: 'this token type is not supported' },
    ['Failed: Invalid Token', 'revoke'],
    { means: () => 'The text has the form of no token of this org.', next: () => ['Send an access or refresh token.'] },
  ),
  CALLBACK_NOT_A_NAME: entry('SF-113', badRequest('invalid callback'), ['Failed: Invalid Request', 'request'], {
    means: () => 'The callback is not the name of a JavaScript function.',
    next: () => ['Send letters, digits, _ and $, with dots between names, or POST without a callback.'],
  }),
}
