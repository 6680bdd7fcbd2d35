/** Every refusal of the authorization server: what the client is told, what it means to an admin, and what to do next. */

/** Salesforce's opaque words. Where public sources disagree, `compat` names the setting that changes them (fact book, section 26). */
export type PublicWords = {
  readonly status: 400 | 403 | 404 | 429 | 503
  readonly error: string
  readonly description: string
  readonly compat?: CompatKey | undefined
}
export type CompatKey =
  | 'allowlistDescription'
  | 'inFlightDescription'
  | 'audienceDescription'
  | 'badAssertion'
  | 'unknownClientError'
  | 'denyCode'
  | 'mismatchError'
  | 'missingError'
  | 'revokeUnknownStatus'
  | 'invalidClientStatus'

/** What a refusal saw; everything in it may be shown to an admin, nothing in it is a secret. */
export type Saw = Readonly<Record<string, string | number | boolean | null>>

export type CatalogueEntry = {
  readonly public: PublicWords
  readonly fact: string
  /** Login history's status column; Salesforce's texts where known (SF-231, SF-233). */
  readonly status: string
  /** Login history's `decision` column (SF-233). */
  readonly decision: string
  readonly means: (saw: Saw) => string
  readonly next: (saw: Saw) => readonly string[]
}

const gone = { status: 400, error: 'invalid_grant', description: 'expired access/refresh token' } as const // SF-49
const badClient = {
  status: 400,
  error: 'invalid_client',
  description: 'invalid client credentials',
  compat: 'invalidClientStatus',
} as const // SF-62
const badCode = { status: 400, error: 'invalid_grant', description: 'invalid authorization code' } as const // SF-54
const usedCode = { status: 400, error: 'invalid_grant', description: 'expired authorization code' } as const // SF-54
const badRequest = (description: string) => ({ status: 400, error: 'invalid_request', description }) as const
const badVerifier = {
  status: 400,
  error: 'invalid_grant',
  description: 'invalid code verifier',
  compat: 'mismatchError',
} as const // SF-64
const reauthorize = () => ['Let the user authorize the app again.']

function entry(
  fact: string,
  words: PublicWords,
  record: readonly [status: string, decision: string],
  explained: Pick<CatalogueEntry, 'means' | 'next'>,
): CatalogueEntry {
  return { public: words, fact, status: record[0], decision: record[1], ...explained }
}

export const errors = {
  // the request itself
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
  // the client
  CLIENT_UNKNOWN: entry(
    'SF-61',
    { status: 400, error: 'invalid_client_id', description: 'client identifier invalid', compat: 'unknownClientError' },
    ['Failed: Missing Consumer Key Parameter', 'client'],
    {
      means: () => 'No app in this org has that consumer key.',
      next: () => ['Compare client_id with the consumer key of the app.'],
    },
  ),
  APP_NOT_ENABLED: entry(
    'SF-82',
    { status: 400, error: 'invalid_client_id', description: 'client identifier invalid', compat: 'unknownClientError' },
    ['Failed: App Not Enabled', 'app_disabled'],
    {
      means: ({ app }) => `${app} is switched off in this org.`,
      next: ({ app }) => [`Set isEnabled of ${app} to true.`],
    },
  ),
  CLIENT_SECRET_WRONG: entry('SF-62', badClient, ['Failed: Invalid Client Credentials', 'client'], {
    means: ({ app }) => `The client secret sent for ${app} is not its consumer secret.`,
    next: () => ['Compare the secret with the consumer secret of the app.'],
  }),
  CLIENT_SECRET_MISSING: entry('SF-16', badClient, ['Failed: Invalid Client Credentials', 'client'], {
    means: ({ app }) => `${app} requires its consumer secret here and none was sent.`,
    next: () => ['Send client_secret, or make the secret optional for the app.'],
  }),
  CLIENT_ASSERTION_INVALID: entry('SF-15', badClient, ['Failed: Invalid Client Credentials', 'client'], {
    means: ({ why }) => `The client assertion does not prove the client: ${why}.`,
    next: () => ['Sign with the key whose certificate the app holds; audience is the token endpoint.'],
  }),
  CLIENT_TOO_MANY_FAILURES: entry(
    'SF-69',
    { status: 429, error: 'rate_limit_exceeded', description: 'login rate exceeded' },
    ['Failed: Login Rate Exceeded', 'rate_limit'],
    {
      means: () => 'Too many failed client authentications from this address.',
      next: () => ['Mend the credentials, then wait a minute.'],
    },
  ),
  // policies
  SOURCE_NOT_ALLOWED: entry(
    'SF-50',
    {
      status: 400,
      error: 'invalid_grant',
      description: 'ip restricted by app developer',
      compat: 'allowlistDescription',
    },
    ['Restricted IP', 'refresh_token_ip_allowlist'],
    {
      means: ({ from, app, ranges }) =>
        ranges === 0
          ? `${app} enforces an empty allowlist, so every address is refused.`
          : `${from} is in none of the ${ranges} ranges of ${app}.`,
      next: ({ from, app }) => [
        `sallyport allowlist explain ${app} --from ${from}`,
        `sallyport allowlist add ${app} ${from}`,
        'Register both halves of an egress pair.',
      ],
    },
  ),
  CHALLENGE_MISSING: entry(
    'SF-65',
    badRequest('missing required code challenge'),
    ['Failed: Missing Code Challenge', 'pkce'],
    {
      means: ({ app }) => `${app} requires PKCE and the request has no code_challenge.`,
      next: () => ['Send code_challenge, with code_challenge_method S256.'],
    },
  ),
  CHALLENGE_METHOD_NOT_SUPPORTED: entry(
    'SF-97',
    badRequest('code challenge method not supported'),
    ['Failed: Code Challenge Method', 'pkce'],
    {
      means: ({ method }) => `The code_challenge_method ${method} is not S256.`,
      next: () => ['Send code_challenge_method S256, or leave it out.'],
    },
  ),
  CHALLENGE_MALFORMED: entry('SF-93', badRequest('invalid code challenge'), ['Failed: Invalid Code Challenge', 'pkce'], {
    means: () => 'The code_challenge is not the base64url form of a SHA-256.',
    next: () => ['Send base64url(SHA-256(verifier)) without padding: 43 characters.'],
  }),
  VERIFIER_WRONG: entry('SF-64', badVerifier, ['Failed: Invalid Code Verifier', 'pkce'], {
    means: () => 'The code_verifier does not belong to the code_challenge of this authorization.',
    next: () => ['Send the verifier whose hash was sent to authorize; the code is still good.'],
  }),
  VERIFIER_MALFORMED: entry('SF-94', badVerifier, ['Failed: Invalid Code Verifier', 'pkce'], {
    means: ({ length }) => `A code_verifier of ${length} characters, or one with other characters than A-Z a-z 0-9 . _ ~ -.`,
    next: () => ['Use 43 to 256 characters of A-Z a-z 0-9 . _ ~ -.'],
  }),
  VERIFIER_MISSING: entry('SF-64', { ...badVerifier, compat: 'missingError' }, ['Failed: Invalid Code Verifier', 'pkce'], {
    means: () => 'This authorization was bound to a code_challenge and the exchange sent no code_verifier.',
    next: () => ['Send code_verifier; the code is still good.'],
  }),
  VERIFIER_UNBOUND: entry('SF-99', badVerifier, ['Failed: Invalid Code Verifier', 'pkce'], {
    means: () => 'A code_verifier was sent for an authorization that had no code_challenge: a sign of a PKCE downgrade.',
    next: () => ['Send code_challenge to authorize.'],
  }),
  TOKEN_EXPIRED: entry('SF-180', gone, ['Failed: Expired Access/Refresh Token', 'policy_expired'], {
    means: ({ policy }) => `The refresh token has reached the end that its policy sets (${policy}).`,
    next: reauthorize,
  }),
  TOKEN_NOT_USED_FOR_TOO_LONG: entry('SF-179', gone, ['Failed: Expired Access/Refresh Token', 'policy_expired'], {
    means: ({ idle, limit }) => `The refresh token was not used for ${idle} ms; the policy allows ${limit} ms.`,
    next: reauthorize,
  }),
  TOKEN_EXPIRES_IMMEDIATELY: entry('SF-178', gone, ['Failed: Expired Access/Refresh Token', 'policy_expired'], {
    means: ({ app }) => `Refresh tokens of ${app} expire immediately, by its refresh token policy.`,
    next: ({ app }) => [`Choose another refresh token policy for ${app}.`],
  }),
  TOKEN_IDLE: entry('SF-205', gone, ['Failed: Expired Access/Refresh Token', 'idle_expired'], {
    means: ({ idle }) => `The refresh token was idle for ${idle} ms; the limit is 30 days.`,
    next: () => ['Let the user authorize the app again.', 'Redeem at least every 25 days.'],
  }),
  // tokens
  TOKEN_NOT_OURS: entry('SF-49', gone, ['Failed: Expired Access/Refresh Token', 'token_unknown'], {
    means: () => 'This org never issued that refresh token.',
    next: () => ['Compare the login host and the stored token.', ...reauthorize()],
  }),
  TOKEN_OF_ANOTHER_APP: entry('SF-22', gone, ['Failed: Expired Access/Refresh Token', 'token_of_another_app'], {
    means: ({ app }) => `The refresh token was issued to another app than ${app}.`,
    next: () => ['Send the token with the consumer key that it was issued to.'],
  }),
  TOKEN_REPLAYED: entry('SF-188', gone, ['Failed: Expired Access/Refresh Token', 'reuse'], {
    means: ({ generation, current }) =>
      `A refresh token of generation ${generation} came back although generation ${current} is current: two parties hold this family, so it was revoked.`,
    next: () => ['Find out who still holds the older token.', ...reauthorize()],
  }),
  TOKEN_REVOKED: entry('SF-49', gone, ['Failed: Expired Access/Refresh Token', 'revoked'], {
    means: ({ reason }) => `The family of this refresh token was ended earlier: ${reason}.`,
    next: reauthorize,
  }),
  TOKEN_IN_FLIGHT: entry(
    'SF-53',
    {
      status: 400,
      error: 'invalid_grant',
      description: 'token request is already being processed',
      compat: 'inFlightDescription',
    },
    ['Failed: Token request is already being processed', 'in_flight'],
    {
      means: () => 'Another request with the same refresh token was being processed.',
      next: () => ['Use the token that the other request was given.'],
    },
  ),
  STORE_WENT_BACK: entry('P-08', gone, ['Failed: Expired Access/Refresh Token', 'store_went_back'], {
    means: ({ generation, stored }) =>
      `A genuine refresh token of generation ${generation} is newer than the store, which knows ${stored}: the store was restored from an old copy.`,
    next: () => ['Decide about the grants of the old epoch: POST /admin/v1/store/epoch.'],
  }),
  // codes
  CODE_UNKNOWN: entry('SF-54', badCode, ['Failed: Invalid Authorization Code', 'code'], {
    means: () => 'No such authorization code, or it was issued to another app.',
    next: reauthorize,
  }),
  CODE_EXPIRED: entry('SF-85', usedCode, ['Failed: Expired Authorization Code', 'code'], {
    means: () => 'The authorization code is older than its lifetime.',
    next: reauthorize,
  }),
  CODE_USED: entry('SF-85', usedCode, ['Failed: Expired Authorization Code', 'code_reuse'], {
    means: () => 'The authorization code was used before; what it had issued was revoked.',
    next: reauthorize,
  }),
  REDIRECT_URI_MISSING: entry(
    'SF-63',
    { status: 400, error: 'redirect_uri_missing', description: 'redirect_uri not provided' },
    ['Failed: Invalid Redirect URI', 'redirect_uri'],
    { means: () => 'The request has no redirect_uri.', next: () => ['Send the redirect_uri of the app.'] },
  ),
  REDIRECT_URI_MISMATCH: entry(
    'SF-63',
    { status: 400, error: 'redirect_uri_mismatch', description: 'redirect_uri must match configuration' },
    ['Failed: Invalid Redirect URI', 'redirect_uri'],
    {
      means: ({ app }) => `The redirect_uri is not, character for character, a callback URL of ${app}, or not the one sent to authorize.`,
      next: () => ['Compare redirect_uri with callbackUrl.'],
    },
  ),
  // users and scopes
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
  // authorize
  RESPONSE_TYPE_NOT_SUPPORTED: entry(
    'SF-75',
    { status: 400, error: 'unsupported_response_type', description: 'response type not supported' },
    ['Failed: Response Type', 'request'],
    { means: ({ responseType }) => `The response_type ${responseType} is not supported.`, next: () => ['Use response_type=code.'] },
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
    { means: ({ needs }) => `immediate=true, but a page is needed: ${needs}.`, next: () => ['Authorize without immediate.'] },
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
  DEVICE_NOT_ACTIVATED: entry(
    'SF-315',
    { status: 400, error: 'invalid_grant', description: 'authentication failure' },
    ['Failed: Computer activation required', 'device_activation'],
    {
      means: ({ from }) => `The browser is not known and ${from} is in no trusted range, so a code was asked for.`,
      next: () => ['Enter the verification code.'],
    },
  ),
  // the store
  STORE_NOT_AVAILABLE: entry(
    'P-03',
    { status: 503, error: 'temporarily_unavailable', description: 'the request was not processed; try again' },
    ['Failed: Service Unavailable', 'unavailable'],
    {
      means: ({ why }) => `The request was not carried out: ${why}. The token is as good as before.`,
      next: () => ['Send the same request again after Retry-After.'],
    },
  ),
  // revoke, identity, API
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
} as const satisfies Record<string, CatalogueEntry>

export type ErrorCode = keyof typeof errors

/** The catalogue's entry as its general type; `errors` itself keeps the literals. */
export function entryOf(code: ErrorCode): CatalogueEntry {
  return errors[code]
}
