/** Refusals in the browser: login, consent, scopes, users. */
import { badRequest, type CatalogueEntry, entry } from './entry.ts'

export type AuthorizeErrorCode =
  | 'RESPONSE_TYPE_NOT_SUPPORTED'
  | 'CONSENT_DENIED'
  | 'IMMEDIATE_NOT_POSSIBLE'
  | 'PASSWORD_WRONG'
  | 'LOGIN_TOO_MANY_FAILURES'
  | 'LOGIN_RATE_EXCEEDED'
  | 'VERIFICATION_CODE_WRONG'
  | 'REQUEST_TOO_LONG'
  | 'REQUEST_NOT_DECODABLE'
  | 'AUTHORIZATION_EXPIRED'
  | 'DEVICE_NOT_ACTIVATED'
  | 'USER_INACTIVE'
  | 'SCOPE_NOT_ALLOWED'

export const authorizeErrors: Readonly<Record<AuthorizeErrorCode, CatalogueEntry>> = {
  RESPONSE_TYPE_NOT_SUPPORTED: entry(
    'SF-75',
    { status: 400, error: 'unsupported_response_type', description: 'response type not supported' },
    ['Failed: Response Type', 'request'],
    {
      means: ({ responseType }) => `The response_type ${responseType} is not supported.`,
      next: () => ['Use response_type=code.'],
    },
  ),
  CONSENT_DENIED: entry(
    'SF-70',
    { status: 400, error: 'access_denied', description: 'end-user denied authorization', compat: 'denyCode' },
    ['Failed: User Denied', 'consent'],
    { means: () => 'The user denied access on the consent page.', next: () => ['Ask the user.'] },
  ),
  IMMEDIATE_NOT_POSSIBLE: entry(
    'SF-79',
    { status: 400, error: 'immediate_unsuccessful', description: 'immediate authorization was not possible' },
    ['Failed: Immediate', 'immediate'],
    {
      means: ({ needs }) => `immediate=true, but a page is needed: ${needs}.`,
      next: () => ['Authorize without immediate.'],
    },
  ),
  PASSWORD_WRONG: entry(
    'SF-55',
    { status: 400, error: 'invalid_grant', description: 'authentication failure' },
    ['Invalid Password', 'password'],
    { means: () => 'The user name or the password is wrong.', next: () => ['Try again.'] },
  ),
  LOGIN_TOO_MANY_FAILURES: entry(
    'SF-69',
    { status: 429, error: 'rate_limit_exceeded', description: 'login rate exceeded' },
    ['Password Lockout', 'rate_limit'],
    { means: () => 'Too many failed logins.', next: () => ['Wait some minutes.'] },
  ),
  LOGIN_RATE_EXCEEDED: entry(
    'SF-69',
    { status: 429, error: 'rate_limit_exceeded', description: 'login rate exceeded' },
    ['Failed: Login Rate Exceeded', 'rate_limit'],
    {
      means: ({ user }) => `${user} has logged in too often within the hour.`,
      next: () => ['Keep the session instead of logging in each time.', 'Raise org.limits.loginsPerUserHour.'],
    },
  ),
  VERIFICATION_CODE_WRONG: entry(
    'SF-315',
    { status: 400, error: 'invalid_grant', description: 'authentication failure' },
    ['Failed: Computer activation required', 'verification_code'],
    {
      means: () => 'The verification code is wrong, too old, or was tried too often.',
      next: () => ['Enter the newest code, or log in again for another one.'],
    },
  ),
  REQUEST_TOO_LONG: entry('SF-74', badRequest('request too long'), ['Failed: Invalid Request', 'request'], {
    means: ({ longest }) =>
      `The parameters of the authorization request are longer than ${longest} characters, percent-encoded.`,
    next: () => ['Keep what state stands for on your side, and send a short state.'],
  }),
  REQUEST_NOT_DECODABLE: entry('SF-74', badRequest('malformed request'), ['Failed: Invalid Request', 'request'], {
    means: () => 'The parameters hold a percent escape that is no UTF-8 text.',
    next: () => ['Percent-encode the parameters as UTF-8.'],
  }),
  AUTHORIZATION_EXPIRED: entry(
    'SF-89',
    badRequest('the authorization request has expired'),
    ['Failed: Invalid Request', 'request'],
    {
      means: () => 'The pending authorization in the address is too old, or was not made by this org.',
      next: () => ['Start again from the app.'],
    },
  ),
  DEVICE_NOT_ACTIVATED: entry(
    'SF-315',
    { status: 400, error: 'invalid_grant', description: 'authentication failure' },
    ['Failed: Computer activation required', 'device_activation'],
    {
      means: ({ from }) => `The browser is not known and ${from} is in no trusted range, so a code was asked for.`,
      next: () => ['Enter the verification code.'],
    },
  ),
  USER_INACTIVE: entry(
    'SF-68',
    { status: 400, error: 'inactive_user', description: 'user is inactive' },
    ['User is Inactive', 'user'],
    { means: ({ user }) => `The user ${user} is not active.`, next: ({ user }) => [`Set isActive of ${user}.`] },
  ),
  SCOPE_NOT_ALLOWED: entry(
    'SF-77',
    { status: 400, error: 'invalid_scope', description: 'the requested scope is not allowed' },
    ['Failed: Invalid Scope', 'scope'],
    {
      means: ({ scope }) => `The scope ${scope} is not granted to this app.`,
      next: () => ['Ask for less, or add the scope to the app.'],
    },
  ),
}
