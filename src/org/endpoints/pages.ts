/** Pages and files that need no decision: the error page, what pages load, and the page of an address that leads nowhere. */
import type { FastifyInstance } from 'fastify'
import { page, type Answer } from '../browser/answer.ts'
import { errorPath, loginPath } from '../browser/paths.ts'
import { hidden, type BrowserRoute } from '../browser/serve.ts'
import type { BrowserParts, Visit } from '../browser/visit.ts'
import { frameOf } from '../flows/authorize/judge.ts'
import { assets } from '../pages/assets.ts'
import { errorPage } from '../pages/error.ts'
import { notFoundPage } from '../pages/not-found.ts'
import type { OrgParts } from '../parts.ts'
import type { ErrorPageCode } from '../rules/authorize.ts'

export const errorRoutes: readonly BrowserRoute[] = [{ method: 'GET', url: errorPath, answer: showError }]

/** SF-82. Anybody can write an address, so the page says only what is said here. */
const errorWords: Readonly<Record<ErrorPageCode, string>> = {
  OAUTH_APPROVAL_ERROR_GENERIC: 'An unexpected error has occurred during authentication. Please try again.',
  OAUTH_EC_APP_NOT_FOUND: 'External client app is not installed in this org.',
}

function showError(parts: BrowserParts, { form }: Visit): Answer {
  const code: ErrorPageCode =
    form.get('error') === 'OAUTH_EC_APP_NOT_FOUND' ? 'OAUTH_EC_APP_NOT_FOUND' : 'OAUTH_APPROVAL_ERROR_GENERIC'
  const next = ['Ask your administrator to look at the login history: it says what was refused and why.']
  return page(errorPage({ ...frameOf(parts), code, words: errorWords[code], next }), { status: 400 })
}

/** For the server's own handler of unknown addresses. */
export function notFound(parts: OrgParts): Answer {
  return page(notFoundPage({ ...frameOf(parts), loginUrl: loginPath }), { status: 404 })
}

export function serveAssets(scope: FastifyInstance): void {
  for (const { path, headers, body } of assets)
    scope.get(path, { schema: hidden }, async (_request, reply) => reply.headers(headers).send(body))
}
