/** What a login works with, and the small things that all of its steps need. */
import { hash } from 'node:crypto'
import type { Secret } from '../../values/secret.ts'
import { secret } from '../../values/secret.ts'
import type { ConnectionKey } from '../connection-key.ts'
import type { RandomBytes } from '../../values/domain.ts'
import { KeeperError, type KeeperErrorCode } from '../keeper-error.ts'
import type { ExchangeParts } from '../refresh/parts.ts'
import type { StoredAuthorization } from '../store/authorizations.ts'
import type { Lock } from '../vault/envelope.ts'

export type ConnectParts = ExchangeParts

/** 256 bits as 43 characters, for URLs: a state, a ticket, or a verifier (RFC 7636 section 4.1). */
export const freshText = (random: RandomBytes): Secret => secret(Buffer.from(random(32)).toString('base64url'))

/** Of 256 random bits: nobody finds them by trying, so the plain digest will do. */
export const hashOf = (text: string): string => hash('sha256', text, 'base64url')

/** A login's secrets lie under the data key that becomes the connection's, at generation 0, which no token has. */
export const lockOfLogin = (
  { key, dataKey, number }: Pick<StoredAuthorization, 'key' | 'dataKey' | 'number'>,
  purpose: 'code-verifier' | 'login-page' | 'reply',
): Lock => ({ place: { owner: { kind: 'connection', ...key }, purpose, generation: 0, attempt: number }, dataKey })

export const overdue = (why: string): KeeperError =>
  new KeeperError('AUTHORIZATION_OVER', why, { next: ['Authorize again.'] })

export const notStored = (what: string): KeeperError =>
  new KeeperError('NOT_SENT', `The store did not take ${what}.`, { next: ['Look at the store, then do it again.'] })

/** The reply is kept, sealed, and a later round makes of it what this one could not. */
export const kept = ({ id }: ConnectionKey): KeeperError =>
  new KeeperError(
    'IN_DOUBT',
    `${id} is authorized, and the store does not take it yet; the reply of the org is kept beside it.`,
    {
      next: ['Look at the store; nobody has to log in again.'],
    },
  )

/** How an error is kept beside its login, for whoever waits for it in another process. */
export const errorText = ({ code, message, next }: KeeperError): string => JSON.stringify({ code, message, next })

export function errorFrom(text: string): KeeperError {
  const value: unknown = JSON.parse(text)
  const fields: Readonly<Record<string, unknown>> = typeof value === 'object' && value !== null ? { ...value } : {}
  const code = codes.find((each) => each === fields['code']) ?? 'AUTHORIZATION_OVER'
  const next = Array.isArray(fields['next']) ? fields['next'].filter((each) => typeof each === 'string') : []
  return new KeeperError(code, String(fields['message']), { next })
}

/** That a login can end in. */
const codes: readonly KeeperErrorCode[] = [
  ...(['AUTHORIZATION_OVER', 'AUTHORIZATION_DENIED', 'OTHER_USER', 'LINK_OVER'] as const),
  ...(['IP_REFUSED', 'REFUSED', 'SERVER_TROUBLE', 'UNKNOWN_APP', 'INVALID'] as const),
]
