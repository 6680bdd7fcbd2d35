/** Refusals by policies, and by PKCE. */
import { badRequest, type CatalogueEntry, entry, reauthorize } from './entry.ts'

export type PolicyErrorCode =
  | 'SOURCE_NOT_ALLOWED'
  | 'CHALLENGE_MISSING'
  | 'CHALLENGE_METHOD_NOT_SUPPORTED'
  | 'CHALLENGE_MALFORMED'
  | 'VERIFIER_WRONG'
  | 'VERIFIER_MALFORMED'
  | 'VERIFIER_MISSING'
  | 'VERIFIER_UNBOUND'
  | 'TOKEN_EXPIRED'
  | 'TOKEN_NOT_USED_FOR_TOO_LONG'
  | 'TOKEN_EXPIRES_IMMEDIATELY'
  | 'TOKEN_IDLE'

const gone = { status: 400, error: 'invalid_grant', description: 'expired access/refresh token' } as const // SF-49
const badVerifier = {
  status: 400,
  error: 'invalid_grant',
  description: 'invalid code verifier',
  compat: 'mismatchError',
} as const // SF-64

export const policyErrors: Readonly<Record<PolicyErrorCode, CatalogueEntry>> = {
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
          : `${from} is in none of the ranges of ${app} (${ranges}).`,
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
  CHALLENGE_MALFORMED: entry(
    'SF-93',
    badRequest('invalid code challenge'),
    ['Failed: Invalid Code Challenge', 'pkce'],
    {
      means: ({ length, method }) =>
        method === 'plain'
          ? `A plain code_challenge of ${length} characters does not have the form of a code_verifier.`
          : `A code_challenge of ${length} characters is not the base64url form of a SHA-256.`,
      next: () => ['Send base64url(SHA-256(verifier)) without padding: 43 characters.'],
    },
  ),
  VERIFIER_WRONG: entry('SF-64', badVerifier, ['Failed: Invalid Code Verifier', 'pkce'], {
    means: () => 'The code_verifier does not belong to the code_challenge of this authorization.',
    next: () => ['Send the verifier whose hash was sent to authorize; the code is still good.'],
  }),
  VERIFIER_MALFORMED: entry('SF-94', badVerifier, ['Failed: Invalid Code Verifier', 'pkce'], {
    means: ({ length }) =>
      `A code_verifier of ${length} characters, or one with other characters than A-Z a-z 0-9 . _ ~ -.`,
    next: () => ['Use 43 to 256 characters of A-Z a-z 0-9 . _ ~ -.'],
  }),
  VERIFIER_MISSING: entry(
    'SF-64',
    { ...badVerifier, compat: 'missingError' },
    ['Failed: Invalid Code Verifier', 'pkce'],
    {
      means: () => 'This authorization was bound to a code_challenge and the exchange sent no code_verifier.',
      next: () => ['Send code_verifier; the code is still good.'],
    },
  ),
  VERIFIER_UNBOUND: entry('SF-99', badVerifier, ['Failed: Invalid Code Verifier', 'pkce'], {
    means: () =>
      'A code_verifier was sent for an authorization that had no code_challenge: a sign of a PKCE downgrade.',
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
}
