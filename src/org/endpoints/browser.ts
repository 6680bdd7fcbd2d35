/** The browser side of the org: every page and form, in a scope of its own. */
import type { FastifyError, FastifyInstance } from 'fastify'
import { readForms, send, serve } from '../browser/serve.ts'
import type { BrowserParts } from '../browser/visit.ts'
import { directError } from '../flows/authorize/judge.ts'
import { authorizeRoutes } from './authorize.ts'
import { consentRoutes } from './consent.ts'
import { loginRoutes } from './login.ts'
import { errorRoutes, serveAssets } from './pages.ts'
import { verificationRoutes } from './verification.ts'

/** Bodies are parsed within this scope only, whatever the server reads elsewhere. What is broken goes on to the server's own error handler. */
export function registerBrowser(server: FastifyInstance, parts: BrowserParts): void {
  void server.register(async (scope) => {
    readForms(scope)
    scope.setErrorHandler((error: FastifyError, _request, reply) => {
      const status = error.statusCode ?? 500
      if (status < 400 || status > 499) throw error
      return send(reply, { ...directError(parts, { code: 'BODY_NOT_A_FORM', saw: { type: 'too long or' } }), status })
    })
    serve(scope, parts, [...authorizeRoutes, ...loginRoutes, ...consentRoutes, ...verificationRoutes, ...errorRoutes])
    serveAssets(scope)
  })
}
