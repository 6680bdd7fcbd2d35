/** `POST /services/oauth2/introspect` (SF-118, RFC 7662). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { introspect } from '../flows/introspect.ts'
import type { OrgParts } from '../parts.ts'
import { callerOf } from './caller.ts'
import { replyFormat, sendFields } from './formats.ts'
import { readForm, sendRefusal } from './oauth-form.ts'

export function registerIntrospect(server: FastifyInstance, parts: OrgParts): void {
  server.post('/services/oauth2/introspect', (request, reply) => answer(parts, request, reply))
}

async function answer(parts: OrgParts, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const caller = callerOf(request.raw, parts.trustedProxies)
  if (caller === undefined) return reply.hijack() // the client has gone
  const form = await readForm(request)
  if (!form.ok) return sendRefusal(parts, { request, reply }, form.fault)
  const { authorization, accept } = request.headers
  const outcome = await introspect(parts, { form: form.value, authorization, caller })
  if (!outcome.ok) return sendRefusal(parts, { request, reply, form: form.value }, outcome.fault)
  const format = replyFormat(form.value.get('format'), accept)
  return sendFields(reply, { status: 200, format, fields: outcome.value })
}
