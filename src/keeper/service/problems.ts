/** What the keeper's API refuses with, besides what every API does. */
import type { Problem as ProblemOf, ProblemKind, UsualCode } from '../../http/problem.ts'
import type { Instant } from '../../values/time.ts'
import { instant, isoText } from '../../values/time.ts'
import { KeeperError } from '../keeper-error.ts'

const kinds = {
  TOKEN_MISSING: { status: 401, title: 'The request carries no bearer token' },
  TOKEN_WRONG: { status: 401, title: 'The bearer token is another one' },
  BODY_INVALID: { status: 422, title: 'The body is not valid' },
  UNKNOWN_CONNECTION: { status: 404, title: 'There is no such connection' },
  UNKNOWN_APP: { status: 404, title: 'There is no such app' },
  APP_IN_USE: { status: 409, title: 'A connection uses the app' },
  UNKNOWN_WEBHOOK: { status: 404, title: 'There is no such webhook' },
  CONNECTION_EXISTS: { status: 409, title: 'The connection is there already' },
  STALE_TOKEN: { status: 409, title: 'The token was saved before a rotation' },
  REAUTHORIZATION_REQUIRED: { status: 409, title: 'The connection has to be authorized again' },
  IN_DOUBT: { status: 503, title: 'Nobody knows yet what became of the refresh token' },
  IP_REFUSED: { status: 502, title: 'The org does not admit the address' },
  REFUSED: { status: 502, title: 'The org refuses, and keeps the token' },
  NOT_SENT: { status: 503, title: 'Nothing was sent' },
  SERVER_TROUBLE: { status: 502, title: 'The org has trouble of its own' },
  UNKNOWN_AUTHORIZATION: { status: 404, title: 'No such login was begun here' },
  AUTHORIZATION_OVER: { status: 409, title: 'The login is over' },
  AUTHORIZATION_DENIED: { status: 409, title: 'The login was denied' },
  OTHER_USER: { status: 409, title: 'Somebody else has logged in' },
  LINK_OVER: { status: 410, title: 'The link does not serve any more' },
  TOO_MANY_LOGINS: { status: 429, title: 'As many logins wait as may be' },
  PORT_NOT_FREE: { status: 409, title: 'The port of the redirect URI is not free' },
  HOST_NOT_ALLOWED: { status: 422, title: 'The access token does not go there' },
  TOO_MANY_AT_ONCE: { status: 503, title: 'As many requests are under way as may be' },
  TOO_MANY_STREAMS: { status: 503, title: 'As many event streams are open as may be' },
  INVALID: { status: 422, title: 'What was asked for cannot be done as it is' },
  HANDED_OVER: { status: 409, title: 'Another keeper has the connection' },
  VAULT_FAULT: { status: 503, title: 'The secrets of the vault cannot be read' },
  KEY_REFUSED: { status: 409, title: 'The keyring cannot be changed so' },
  EXPORT_REFUSED: { status: 409, title: 'The vault cannot be exported so' },
  IMPORT_REFUSED: { status: 409, title: 'The file cannot be imported' },
  CLOSED: { status: 503, title: 'The keeper is stopping' },
} as const

export type OwnCode = keyof typeof kinds
export const ownKinds: Readonly<Record<OwnCode, ProblemKind>> = kinds
export type Problem = ProblemOf<OwnCode | UsualCode>

/** Undefined for what is no refusal of the keeper's. */
export function problemOfKeeper(error: unknown, now: Instant): Problem | undefined {
  if (!(error instanceof KeeperError)) return undefined
  const { code, message, next, explanations, retryAt } = error
  return {
    ...{ code, detail: message, next },
    extensions: { explanations, ...(retryAt === undefined ? {} : { retry_at: isoText(instant(retryAt)) }) },
    ...(retryAt === undefined ? {} : { retryAfter: Math.max(1, Math.ceil((retryAt - now) / 1000)) }),
  }
}
