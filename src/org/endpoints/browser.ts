/** The browser side of the org: every page and form, in a scope of its own. */
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify'
import type { Answer } from '../browser/answer.ts'
import { longestBody, readForms, send, serve } from '../browser/serve.ts'
import type { BrowserParts } from '../browser/visit.ts'
import { directError } from '../flows/authorize/judge.ts'
import { authorizeRoutes } from './authorize.ts'
import { consentRoutes } from './consent.ts'
import { loginRoutes } from './login.ts'
import { errorRoutes, serveAssets } from './pages.ts'
import { verificationRoutes } from './verification.ts'

/** Bodies are parsed within this scope only, whatever the server reads elsewhere, and what fails here is told on a page. */
export function registerBrowser(server: FastifyInstance, parts: BrowserParts): void {
  void server.register(async (scope) => {
    readForms(scope)
    scope.setErrorHandler((error: FastifyError, request, reply) => send(reply, failed(parts, error, request)))
    serve(scope, parts, [...authorizeRoutes, ...loginRoutes, ...consentRoutes, ...verificationRoutes, ...errorRoutes])
    serveAssets(scope)
  })
}

/** A body that is too long or no form is the browser's; anything else is ours, and says nothing of itself to the outside. */
function failed(parts: BrowserParts, error: FastifyError, request: FastifyRequest): Answer {
  const status = error.statusCode ?? 500
  if (status === 413) {
    return { ...directError(parts, { code: 'REQUEST_TOO_LONG', saw: { longest: longestBody } }), status }
  }
  if (status < 500) {
    const type = (request.headers['content-type'] ?? 'unknown').slice(0, 80)
    return { ...directError(parts, { code: 'BODY_NOT_A_FORM', saw: { type } }), status }
  }
  parts.log.error('request-failed', { path: request.url.split('?')[0], cause: error.stack ?? error.message })
  return directError(parts, { code: 'STORE_NOT_AVAILABLE', saw: { why: 'an internal error' } })
}
