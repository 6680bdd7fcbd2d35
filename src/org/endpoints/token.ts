/** `POST /services/oauth2/token`: every grant, on one path (SF-11). */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Result } from '../../values/result.ts'
import { answerTokenRequest } from '../flows/token/answer-token-request.ts'
import type { TokenOutcome } from '../flows/token/outcome.ts'
import type { Metrics } from '../metrics.ts'
import type { OrgParts } from '../parts.ts'
import type { Refusal } from '../rules/decide.ts'
import { errors } from '../rules/errors/catalogue.ts'
import { callerOf, type Asking } from './caller.ts'
import type { Form } from './form.ts'
import { fieldsAnswer, replyFormat, type HttpAnswer } from './formats.ts'
import { formOf, readForm, refusalAnswer, sendRefusal } from './oauth-form.ts'

export const tokenPath = '/services/oauth2/token'

export function registerToken(server: FastifyInstance, parts: OrgParts, metrics: Metrics): void {
  server.route({
    method: ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url: tokenPath,
    handler: (request, reply) => sendRefusal(parts, { request, reply }, { code: 'METHOD_NOT_POST', saw: {} }), // SF-21
  })
  server.post(tokenPath, async (request, reply) =>
    send(reply, await answer(parts, metrics, { message: request.raw, form: await readForm(request) })),
  )
}

/** The same answers without the framework around them, for a body that is in hand already: it is what almost every request of an org is, and
 *  routing, hooks and body parsers took as long as the policies (bench/rotations). */
export function answerToken(parts: OrgParts, metrics: Metrics): TokenAnswering {
  return (message, body) => answer(parts, metrics, { message, form: formOf(body) })
}

export type TokenAnswering = (message: Asking, body: string) => Promise<HttpAnswer | 'cut'>
type Asked = { readonly message: Asking; readonly form: Result<Form, Refusal> }

async function answer(parts: OrgParts, metrics: Metrics, { message, form }: Asked): Promise<HttpAnswer | 'cut'> {
  const { headers } = message
  const caller = callerOf(message, parts.trustedProxies)
  if (caller === undefined) return 'cut'
  if (!form.ok) return refusalAnswer(parts, { accept: headers.accept }, form.fault)
  const outcome = await answerTokenRequest(parts, { form: form.value, authorization: headers.authorization, caller })
  metrics.tokenOutcome(knownFlow(form.value.get('grant_type')), decisionOf(outcome))
  return answerOf(parts, outcome, { accept: headers.accept, form: form.value })
}

const flows: readonly string[] = ['refresh_token', 'authorization_code', 'hybrid_refresh', 'hybrid_auth_code']
const knownFlow = (grantType: string | undefined): string => flows.find((flow) => flow === grantType) ?? 'other'

function decisionOf(outcome: TokenOutcome): string {
  if (outcome.kind === 'refused') return errors[outcome.refusal.code].decision
  return outcome.kind === 'issued' ? 'allowed' : outcome.kind
}

function answerOf(
  parts: OrgParts,
  outcome: TokenOutcome,
  to: { readonly accept: string | undefined; readonly form: Form },
): HttpAnswer | 'cut' {
  switch (outcome.kind) {
    case 'issued':
      return fieldsAnswer({
        status: 200,
        format: replyFormat(to.form.get('format'), to.accept),
        fields: outcome.fields,
      })
    case 'refused':
      return refusalAnswer(parts, to, outcome.refusal)
    case 'unavailable':
      return refusalAnswer(parts, to, { code: 'STORE_NOT_AVAILABLE', saw: { why: outcome.why } })
    case 'cut':
      return 'cut'
  }
}

function send(reply: FastifyReply, answered: HttpAnswer | 'cut'): FastifyReply {
  if (answered !== 'cut') return reply.code(answered.status).headers(answered.headers).send(answered.body)
  reply.hijack()
  reply.raw.destroy() // no byte of an answer, as when a network fails behind the commit
  return reply
}
