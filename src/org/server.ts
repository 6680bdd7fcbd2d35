/** The HTTP server of one org: limits, body parsers, and what is said where no endpoint has spoken. */
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { send } from './browser/serve.ts'
import { notFound } from './endpoints/pages.ts'
import type { OrgParts } from './parts.ts'
import { sendRefusal } from './endpoints/oauth-form.ts'
import type { TokenLane } from './endpoints/token-lane.ts'
import { dateByOwnClock } from '../http/own-date.ts'
import { openDirectLane, type DirectLane } from '../http/direct-lane.ts'
import { schemasForPeople } from '../http/schemas-for-people.ts'
import { endUnusedAtClose } from '../http/unused-connections.ts'

const { createServer } = process.getBuiltinModule('node:http') // an import would load undici with it: 13 MB (decision 0010)

const limits = {
  /** Longest body; the largest legitimate one is an assertion of a few kilobytes, or an allowlist through the admin API. */
  body: 256 * 1024,
  /** A header must be complete within this time, a request within the next (milliseconds). */
  header: 10_000,
  request: 30_000,
  keepAlive: 65_000,
} as const

const httpOptions = {
  headersTimeout: limits.header,
  requestTimeout: limits.request,
  keepAliveTimeout: limits.keepAlive,
  connectionsCheckingInterval: 2_000,
} as const

/** `tokenLane` takes the requests that it wants; the framework has the others. */
export function openServer(parts: OrgParts, tokenLane?: TokenLane): FastifyInstance {
  let direct: DirectLane | undefined
  const server = fastify({
    logger: false, // decisions are recorded in login history; an access log is the proxy's
    bodyLimit: limits.body,
    serverFactory(handler) {
      const http = createServer(httpOptions, handler)
      if (tokenLane !== undefined)
        direct = openDirectLane(http, { ...tokenLane, headerMs: limits.header, keepAliveMs: limits.keepAlive })
      http.maxConnections = parts.configuration.limits.connections
      return http
    },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 512 },
    exposeHeadRoutes: false,
    schemaController: schemasForPeople,
    // an address that cannot be decoded fits no route; the framework would name itself in its own words
    frameworkErrors(_error, request, reply) {
      void sendRefusal(parts, { request, reply }, { code: 'REQUEST_NOT_DECODABLE', saw: {} })
    },
    forceCloseConnections: 'idle',
  })
  endUnusedAtClose(server, direct)
  dateByOwnClock(server, parts.clock)
  server.removeContentTypeParser('text/plain')
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, body)
  })
  server.addContentTypeParser('multipart/form-data', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body)
  })
  server.setNotFoundHandler((_request, reply) => send(reply, notFound(parts)))
  server.setErrorHandler((error: FastifyError, request, reply) => answerError(parts, error, { request, reply }))
  return server
}

/** A body that is too large or of another type is the caller's; anything else is ours, and says nothing of itself to the outside. */
function answerError(
  parts: OrgParts,
  error: FastifyError,
  to: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): FastifyReply {
  const status = error.statusCode ?? 500
  if (status < 500) {
    const type = (to.request.headers['content-type'] ?? 'unknown').slice(0, 80)
    return sendRefusal(parts, to, { code: 'BODY_NOT_A_FORM', saw: { type } })
  }
  parts.log.error('request-failed', { path: to.request.url.split('?')[0], cause: error.stack ?? error.message })
  return sendRefusal(parts, to, { code: 'STORE_NOT_AVAILABLE', saw: { why: 'an internal error' } })
}
