/** `POST /services/oauth2/token`: every grant, on one path (SF-11). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { answerTokenRequest } from '../flows/token/answer-token-request.ts'
import type { TokenOutcome } from '../flows/token/outcome.ts'
import type { Metrics } from '../metrics.ts'
import type { OrgParts } from '../parts.ts'
import { errors } from '../rules/errors/catalogue.ts'
import { callerOf } from './caller.ts'
import type { Form } from './form.ts'
import { replyFormat, sendFields } from './formats.ts'
import { readForm, sendRefusal } from './oauth-form.ts'

export function registerToken(server: FastifyInstance, parts: OrgParts, metrics: Metrics): void {
  server.route({
    method: ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url: '/services/oauth2/token',
    handler: (request, reply) => sendRefusal(parts, { request, reply }, { code: 'METHOD_NOT_POST', saw: {} }), // SF-21
  })
  server.post('/services/oauth2/token', (request, reply) => answer(parts, metrics, { request, reply }))
}

type Exchange = { readonly request: FastifyRequest; readonly reply: FastifyReply }

async function answer(parts: OrgParts, metrics: Metrics, { request, reply }: Exchange): Promise<FastifyReply> {
  const caller = callerOf(request, parts.trustedProxies)
  if (caller === undefined) return cut(reply)
  const form = await readForm(request)
  if (!form.ok) return sendRefusal(parts, { request, reply }, form.fault)
  const outcome = await answerTokenRequest(parts, {
    form: form.value,
    authorization: request.headers.authorization,
    caller,
  })
  metrics.tokenOutcome(knownFlow(form.value.get('grant_type')), decisionOf(outcome))
  return send(parts, outcome, { request, reply, form: form.value })
}

const flows: readonly string[] = ['refresh_token', 'authorization_code', 'hybrid_refresh', 'hybrid_auth_code']
const knownFlow = (grantType: string | undefined): string => flows.find((flow) => flow === grantType) ?? 'other'

function decisionOf(outcome: TokenOutcome): string {
  if (outcome.kind === 'refused') return errors[outcome.refusal.code].decision
  return outcome.kind === 'issued' ? 'allowed' : outcome.kind
}

function send(parts: OrgParts, outcome: TokenOutcome, to: Exchange & { readonly form: Form }): FastifyReply {
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
