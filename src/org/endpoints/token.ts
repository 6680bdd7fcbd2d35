/** `POST /services/oauth2/token`: every grant, on one path (SF-11). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { answerTokenRequest } from '../flows/token/answer-token-request.ts'
import type { TokenOutcome } from '../flows/token/outcome.ts'
import type { OrgParts } from '../parts.ts'
import { callerOf } from './caller.ts'
import type { Form } from './form.ts'
import { replyFormat, sendFields } from './formats.ts'
import { readForm, sendRefusal } from './oauth-form.ts'

export function registerToken(server: FastifyInstance, parts: OrgParts): void {
  server.route({
    method: ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url: '/services/oauth2/token',
    handler: (request, reply) => sendRefusal(parts, { request, reply }, { code: 'METHOD_NOT_POST', saw: {} }), // SF-21
  })
  server.post('/services/oauth2/token', (request, reply) => answer(parts, request, reply))
}

async function answer(parts: OrgParts, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const caller = callerOf(request, parts.trustedProxies)
  if (caller === undefined) return cut(reply)
  const form = await readForm(request)
  if (!form.ok) return sendRefusal(parts, { request, reply }, form.fault)
  const outcome = await answerTokenRequest(parts, {
    form: form.value,
    authorization: request.headers.authorization,
    caller,
  })
  return send(parts, outcome, { request, reply, form: form.value })
}

function send(
  parts: OrgParts,
  outcome: TokenOutcome,
  to: { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly form: Form },
): FastifyReply {
  switch (outcome.kind) {
    case 'issued': {
      const format = replyFormat(to.form.get('format'), to.request.headers.accept)
      return sendFields(to.reply, { status: 200, format, fields: outcome.fields })
    }
    case 'refused':
      return sendRefusal(parts, to, outcome.refusal)
    case 'unavailable':
      return sendRefusal(parts, to, { code: 'STORE_NOT_AVAILABLE', saw: { why: outcome.why } })
    case 'cut':
      return cut(to.reply)
  }
}

/** No byte of an answer, as when a network fails behind the commit. */
function cut(reply: FastifyReply): FastifyReply {
  reply.hijack()
  reply.raw.destroy()
  return reply
}
