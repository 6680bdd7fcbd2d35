/** A part of the server that only the bearer of the admin token may use, described by an OpenAPI document of its own. */
import type { FastifyError, FastifyInstance } from 'fastify'
import type { Secret } from '../../values/secret.ts'
import type { Log } from '../parts.ts'
import { sameSecret } from '../tokens/mac.ts'
import type { Problem } from './problems.ts'
import { sendProblem } from './route.ts'

const largestBody = 256 * 1024

/** To be called first in the scope: everything that is registered in it afterwards asks for the token and speaks problem details. */
export function openPlane(scope: FastifyInstance, { token, log }: { readonly token: Secret; readonly log: Log }): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'string', bodyLimit: largestBody },
    (_request, text, done) => {
      try {
        const body: unknown = text === '' ? undefined : JSON.parse(text.toString())
        done(null, body)
      } catch (cause) {
        done(Object.assign(new Error(cause instanceof Error ? cause.message : 'not JSON'), { statusCode: 400 }))
      }
    },
  )
  scope.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    const refusal = bearerRefusal(request.headers.authorization, token)
    if (refusal !== undefined) return sendProblem(reply, refusal)
  })
  scope.setErrorHandler((error: FastifyError, _request, reply) => sendProblem(reply, problemOf(error, log)))
  scope.setNotFoundHandler((request, reply) => {
    const [path] = request.url.split('?')
    return sendProblem(reply, {
      code: 'NOT_FOUND',
      detail: `There is no ${request.method} ${path?.slice(0, 200)}.`,
      next: ['Read /admin/openapi.json.'],
    })
  })
}

function bearerRefusal(header: string | undefined, token: Secret): Problem | undefined {
  const [, sent] = /^Bearer +(\S+)$/i.exec(header ?? '') ?? []
  const next = [
    'Send Authorization: Bearer with the token that was printed at the first start, or SALLYPORT_ADMIN_TOKEN.',
  ]
  if (sent === undefined) return { code: 'ADMIN_TOKEN_MISSING', detail: 'A bearer token is needed here.', next }
  if (sameSecret(sent, token.expose())) return undefined
  return { code: 'ADMIN_TOKEN_WRONG', detail: 'The bearer token is not the one of this org.', next }
}

function problemOf(error: FastifyError, log: Log): Problem {
  const status = error.statusCode ?? 500
  if (status === 413)
    return { code: 'BODY_TOO_LARGE', detail: `A body may have ${largestBody} bytes.`, next: ['Send less at once.'] }
  if (status === 415)
    return {
      code: 'MEDIA_TYPE_NOT_SUPPORTED',
      detail: 'Bodies are JSON.',
      next: ['Send Content-Type: application/json.'],
    }
  if (status < 500) return { code: 'REQUEST_MALFORMED', detail: error.message, next: ['Mend the request.'] }
  log.error('admin-request-failed', { cause: error.stack ?? error.message })
  return { code: 'INTERNAL', detail: 'The request failed; the log of the server says why.', next: ['Read the log.'] }
}
