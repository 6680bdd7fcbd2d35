/** Giving a token back: it and all that came of it are dead at the org (SF-113, SF-114). */
import type { Secret } from '../../values/secret.ts'
import { connectionEndsAt, type Moment } from '../rules/lease-terms.ts'
import { revocationRequest } from '../rules/requests.ts'
import { destinationOf, postOf } from './form-post.ts'
import type { ExchangeParts } from './parts.ts'
import { exchangedOf } from './read-reply.ts'

export type Revocation = { readonly loginUrl: string; readonly token: Secret; readonly taken: Moment }

/** Whether the org has said so. Asking twice does no harm. */
export async function revoke(parts: ExchangeParts, { loginUrl, token, taken }: Revocation): Promise<boolean> {
  const { transport, settings } = parts
  const endsAt = connectionEndsAt(taken, settings.terms)
  const opened = await transport.open({ ...destinationOf(loginUrl), deadline: endsAt - settings.terms.call, endsAt })
  if (opened.kind === 'not-opened') return false
  const request = postOf(revocationRequest(token.expose()))
  const posted = await opened.connection.post(request, { mayWrite: () => true, deadlineMs: settings.terms.call })
  const exchanged = exchangedOf(posted)
  return exchanged.got === 'reply' && exchanged.status === 200
}
