/** Refusals of the client: who it says it is, and its proof. */
import { type CatalogueEntry, entry } from './entry.ts'

export type ClientErrorCode =
  | 'CLIENT_UNKNOWN'
  | 'APP_NOT_ENABLED'
  | 'CLIENT_SECRET_WRONG'
  | 'CLIENT_SECRET_MISSING'
  | 'CLIENT_ASSERTION_INVALID'
  | 'CLIENT_TOO_MANY_FAILURES'

const badClient = {
  status: 400,
  error: 'invalid_client',
  description: 'invalid client credentials',
  compat: 'invalidClientStatus',
} as const // SF-62

export const clientErrors: Readonly<Record<ClientErrorCode, CatalogueEntry>> = {
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
}
