/** Whose token a request carries: each belongs to one tenant, and a tenant is named nowhere else (P-28). */
import { hash } from 'node:crypto'
import type { Bearers } from '../../http/bearer.ts'
import type { Secret } from '../../values/secret.ts'
import type { Caller } from './api.ts'

export type Tenant = { readonly name: string; readonly token: Secret }

/** Looked up by its digest, so that the time it takes tells nothing of a token, and is the same for one tenant and for a thousand. */
export function bearersOf(tenants: readonly Tenant[]): Bearers<Caller> {
  const digest = (text: string): string => hash('sha256', text, 'base64url')
  const callers = new Map(tenants.map(({ name, token }) => [digest(token.expose()), { tenant: name }]))
  return (sent) => callers.get(digest(sent))
}
