/** `/services/oauth2/revoke`: POST, GET, and JSONP for pages of old (SF-113, SF-117). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { publicWords } from '../flows/public-words.ts'
import { revoke, type RevokeOutcome } from '../flows/revoke.ts'
import type { OrgParts } from '../parts.ts'
import type { Refusal } from '../rules/decide.ts'
import { readQuery } from './bearer.ts'
import { callerOf } from './caller.ts'
import type { Form } from './form.ts'
import { readForm, sendRefusal } from './oauth-form.ts'

type To = { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly form: Form }

/** Names joined by dots, and nothing that could be more than the name of a function. */
const callbackName = /^[A-Za-z_$][\w$]{0,63}(?:\.[A-Za-z_$][\w$]{0,63}){0,3}$/

export function registerRevoke(server: FastifyInstance, parts: OrgParts): void {
  const url = '/services/oauth2/revoke'
  server.get(url, (request, reply) => answer(parts, { request, reply, form: readQuery(request) }))
  server.post(url, async (request, reply) => {
    const form = await readForm(request)
    if (!form.ok) return sendRefusal(parts, { request, reply }, form.fault)
    return await answer(parts, { request, reply, form: form.value })
  })
}

async function answer(parts: OrgParts, to: To): Promise<FastifyReply> {
  const caller = callerOf(to.request.raw, parts.trustedProxies)
  if (caller === undefined) return to.reply.hijack() // the client has gone
  const callback = to.request.method === 'GET' ? to.form.get('callback') : undefined
  if (callback !== undefined && !callbackName.test(callback))
    return sendRefusal(parts, to, { code: 'CALLBACK_NOT_A_NAME', saw: {} })
  const token = to.form.get('token')
  if (!token) return sendRefusal(parts, to, { code: 'PARAMETER_MISSING', saw: { parameter: 'token' } })
  const outcome = await revoke(parts, { token, reason: to.form.get('revoke_reason'), caller })
  return callback === undefined ? send(parts, outcome, to) : sendScript(parts, outcome, { reply: to.reply, callback })
}

function send(parts: OrgParts, outcome: RevokeOutcome, to: To): FastifyReply {
  if (outcome.kind === 'revoked') return sendEmpty(to.reply)
  const refusal = refusalOf(outcome)
  // RFC 7009 section 2.2: a token that is not valid needs no revoking
  if (publicWords(refusal.code, parts.configuration).status === 200) return sendEmpty(to.reply)
  return sendRefusal(parts, to, refusal)
}

const sendEmpty = (reply: FastifyReply): FastifyReply =>
  reply.code(200).header('cache-control', 'no-store').header('pragma', 'no-cache').send()

/** Always 200, since no browser runs the script of an error. The comment in front keeps the answer from being read as anything but a script. */
function sendScript(
  parts: OrgParts,
  outcome: RevokeOutcome,
  { reply, callback }: { readonly reply: FastifyReply; readonly callback: string },
): FastifyReply {
  const said =
    outcome.kind === 'revoked' ? {} : { error: publicWords(refusalOf(outcome).code, parts.configuration).error }
  return reply
    .code(200)
    .header('content-type', 'application/javascript;charset=UTF-8')
    .header('x-content-type-options', 'nosniff')
    .header('cache-control', 'no-store')
    .send(`/**/${callback}(${JSON.stringify(said)});`)
}

function refusalOf(outcome: Exclude<RevokeOutcome, { kind: 'revoked' }>): Refusal {
  return outcome.kind === 'refused'
    ? outcome.refusal
    : { code: 'STORE_NOT_AVAILABLE', saw: { why: 'the store failed' } }
}
