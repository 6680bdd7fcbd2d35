/** Between Fastify and the flows of the browser side: a request becomes a visit, an answer becomes a reply. */
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import { ok, type Result } from '../../values/result.ts'
import { callerOf } from '../endpoints/caller.ts'
import { parseForm, type Form, type FormFault } from '../endpoints/form.ts'
import { directError } from '../flows/authorize/judge.ts'
import type { Caller } from '../parts.ts'
import type { Refusal } from '../rules/decide.ts'
import type { Answer } from './answer.ts'
import { cookieJar } from './cookies.ts'
import type { BrowserParts, Visit } from './visit.ts'

/** A GET reads its query, a POST its body. */
export type BrowserRoute = {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly answer: (parts: BrowserParts, visit: Visit) => Answer | Promise<Answer>
}

/** Pages are no API: they stand in no OpenAPI document. */
export const hidden: FastifySchema & { readonly hide: boolean } = { hide: true }

/** Enough for any form of ours with a pending request in it. */
export const longestBody = 65_536

/** Makes bodies of this scope forms; no other type is read. */
export function readForms(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: longestBody },
    (_request, body, done) => done(null, parseForm(String(body))),
  )
}

export function serve(scope: FastifyInstance, parts: BrowserParts, routes: readonly BrowserRoute[]): void {
  for (const { method, url, answer } of routes) {
    scope.route({
      method,
      url,
      exposeHeadRoute: false, // a HEAD must not log in, approve or issue
      schema: hidden,
      async handler(request, reply) {
        const caller = callerOf(request.raw, parts.trustedProxies)
        return caller === undefined ? cut(reply) : send(reply, await answerFor(parts, { request, caller }, answer))
      },
    })
  }
}

async function answerFor(
  parts: BrowserParts,
  { request, caller }: { readonly request: FastifyRequest; readonly caller: Caller },
  answer: BrowserRoute['answer'],
): Promise<Answer> {
  const form = formOf(request)
  if (!form.ok) return directError(parts, malformed(form.fault))
  const secure = parts.publicUrl().startsWith('https:')
  const cookies = cookieJar(request.headers.cookie, { secure })
  return await answer(parts, { form: form.value, cookies, caller })
}

function formOf(request: FastifyRequest): Result<Form, FormFault> {
  if (request.method === 'POST') {
    // what our own parser made of the body, or nothing where there was none
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return (request.body as Result<Form, FormFault> | undefined) ?? ok(new Map())
  }
  const url = request.raw.url ?? ''
  const query = url.indexOf('?')
  return query === -1 ? ok(new Map()) : parseForm(url.slice(query + 1))
}

function malformed({ twice }: FormFault): Refusal {
  return twice === undefined
    ? { code: 'REQUEST_NOT_DECODABLE', saw: {} }
    : { code: 'PARAMETER_TWICE', saw: { parameter: twice.slice(0, 80) } }
}

/** Nobody is there any more. */
function cut(reply: FastifyReply): FastifyReply {
  reply.hijack()
  reply.raw.destroy()
  return reply
}

export function send(reply: FastifyReply, { status, headers, cookies, body }: Answer): FastifyReply {
  const all = cookies.length > 0 ? { ...headers, 'set-cookie': [...cookies] } : headers
  return reply.code(status).headers(all).send(body)
}
