/** The part of the server that only the bearer of the admin token may use, and that speaks problem details. */
import { hash, timingSafeEqual } from 'node:crypto'
import type { FastifyError, FastifyInstance } from 'fastify'
import type { Secret } from '../../values/secret.ts'
import type { Log } from '../log.ts'
import type { Problem } from './problems.ts'
import { sendProblem } from './route.ts'

export const largestBody: number = 256 * 1024

/** To be called first in the scope: everything that is registered in it afterwards asks for the token. */
export function openPlane(scope: FastifyInstance, { token, log }: { readonly token: Secret; readonly log: Log }): void {
  const isToken = secretCheck(token)
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: largestBody },
    (_request, text, done) => {
      try {
        const body: unknown = text === '' ? undefined : JSON.parse(text.toString())
        done(null, body)
      } catch {
        // what the parser says quotes the body, and there may be credentials in it
        done(Object.assign(new Error('the body is not JSON'), { statusCode: 400 }))
      }
    },
  )
  scope.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    const refusal = bearerRefusal(request.headers.authorization, isToken)
    if (refusal !== undefined) return sendProblem(reply, refusal)
  })
  scope.setErrorHandler((error: FastifyError, _request, reply) => sendProblem(reply, problemOf(error, log)))
  scope.setNotFoundHandler((request, reply) => sendProblem(reply, notFound(request.method, request.url)))
}

export function notFound(method: string, url: string): Problem {
  const [path] = url.split('?')
  return {
    code: 'NOT_FOUND',
    detail: `There is no ${method} ${path?.slice(0, 200)}.`,
    next: ['Read /admin/openapi.json.'],
  }
}

/** Constant-time whatever the lengths: both are hashed first. */
function secretCheck(token: Secret): (sent: string) => boolean {
  const digest = (text: string): Buffer => hash('sha256', text, 'buffer')
  const expected = digest(token.expose())
  return (sent) => timingSafeEqual(digest(sent), expected)
}

function bearerRefusal(header: string | undefined, isToken: (sent: string) => boolean): Problem | undefined {
  const [, sent] = /^Bearer +(\S+)$/i.exec(header ?? '') ?? []
  const next = [
    'Send Authorization: Bearer with the token that was printed at the first start; it is kept in gateway-admin-token beside the store.',
  ]
  if (sent === undefined) return { code: 'ADMIN_TOKEN_MISSING', detail: 'A bearer token is needed here.', next }
  if (isToken(sent)) return undefined
  return { code: 'ADMIN_TOKEN_WRONG', detail: 'The bearer token is not the one of this gateway.', next }
}

export function problemOf(error: FastifyError, log: Log): Problem {
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
