/** The access token of a request: in the header, or where a client cannot set one, among the parameters (SF-120, RFC 6750 section 2). */
import type { FastifyRequest } from 'fastify'
import { parseForm, type Form } from './form.ts'
import { readForm } from './oauth-form.ts'

const none: Form = new Map()

/** `OAuth` is the older spelling of the scheme, which Salesforce takes as well. */
export function headerToken(request: FastifyRequest): string | undefined {
  const [, token] = /^(?:Bearer|OAuth) +([^\s]+) *$/i.exec(request.headers.authorization ?? '') ?? []
  return token
}

/** Header first, then `access_token` or `oauth_token` in the form. Never from the address: that is written to logs (RFC 6750 section 5.3). */
export async function requestToken(request: FastifyRequest): Promise<string | undefined> {
  const token = headerToken(request)
  if (token !== undefined || request.method !== 'POST') return token
  const form = await readForm(request)
  return form.ok ? form.value.get('access_token') || form.value.get('oauth_token') : undefined
}

/** The query, each name once; one that cannot be decoded counts as empty. */
export function readQuery(request: FastifyRequest): Form {
  const start = request.url.indexOf('?')
  const query = parseForm(start === -1 ? '' : request.url.slice(start + 1))
  return query.ok ? query.value : none
}
