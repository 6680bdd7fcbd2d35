/** Refusals of an authorization code and its redirect_uri. */
import { type CatalogueEntry, entry, reauthorize } from './entry.ts'

export type CodeErrorCode =
  'CODE_UNKNOWN' | 'CODE_EXPIRED' | 'CODE_USED' | 'REDIRECT_URI_MISSING' | 'REDIRECT_URI_MISMATCH'

const badCode = { status: 400, error: 'invalid_grant', description: 'invalid authorization code' } as const // SF-54
const usedCode = { status: 400, error: 'invalid_grant', description: 'expired authorization code' } as const // SF-54

export const codeErrors: Readonly<Record<CodeErrorCode, CatalogueEntry>> = {
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
      means: ({ app }) =>
        `The redirect_uri is not, character for character, a callback URL of ${app}, or not the one sent to authorize.`,
      next: () => ['Compare redirect_uri with callbackUrl.'],
    },
  ),
}
