/** An API of a service: routes behind a bearer token that take and give JSON, and refuse with problem details (RFC 9457). */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { DocumentFault } from '../documents/fault.ts'
import { fault, type Result } from '../values/result.ts'
import type { Schema } from '../values/schema.ts'
import { bearerOf, type Bearers } from './bearer.ts'
import { fromDocument, invalid, problemBody, usualKinds } from './problem.ts'
import type { Problem, ProblemKind, UsualCode } from './problem.ts'
import { isRecord, readBody, readIfMatch, readQuery } from './received.ts'
import { routeSchema, type Answer, type Outcome, type Route } from './route.ts'

/** Bytes. */
export const largestBody: number = 256 * 1024

export type ApiTerms<Code extends string> = {
  /** Besides the usual ones. */
  readonly kinds: Readonly<Record<Code, ProblemKind>>
  readonly bodyInvalid: Code
  readonly tokenMissing: Code
  readonly tokenWrong: Code
  /** Said to whoever comes without the right token. */
  readonly wrongToken: string
  readonly whereIsTheToken: string
  /** Said to whoever asks for what there is not. */
  readonly whatThereIs: string
}

type ErrorLog = { readonly error: (event: string, fields?: Readonly<Record<string, unknown>>) => void }
export type Plane<Caller, Code extends string = never> = {
  readonly bearers: Bearers<Caller>
  readonly log: ErrorLog
  /** What a handler may throw without anything being broken; undefined for all else. */
  readonly expected?: (error: unknown) => Problem<Code | UsualCode> | undefined
}

export type Api<Code extends string, Caller> = {
  /** To be called first in a scope: everything that is registered in it afterwards asks for the token. */
  readonly openPlane: (scope: FastifyInstance, plane: Plane<Caller, Code>) => void
  readonly addRoute: <Body = Record<string, never>, Query = Record<string, never>>(
    scope: FastifyInstance,
    route: Route<Body, Query, Code | UsualCode, Caller>,
  ) => void
  readonly sendProblem: (reply: FastifyReply, problem: Problem<Code | UsualCode>) => FastifyReply
  /** A body, or what became of one, against its schema. */
  readonly checkBody: <Body>(schema: Schema<Body> | undefined, sent: unknown) => Result<Body, Problem<Code>>
  /** Of what the framework throws. */
  readonly problemOf: (error: FastifyError, log: ErrorLog) => Problem
  readonly nothingThere: (request: FastifyRequest) => Problem
  /** Whom the request's token stands for; only behind the plane's door. */
  readonly callerOf: (request: FastifyRequest) => Caller
}

export function openApi<Code extends string, Caller>(terms: ApiTerms<Code>): Api<Code, Caller> {
  const callers = new WeakMap<FastifyRequest, { readonly caller: Caller }>()
  const sendProblem = senderOf(terms.kinds)
  const callerOf = (request: FastifyRequest): Caller => {
    const known = callers.get(request)
    if (known === undefined) throw new Error('this route stands before the door that asks for the token')
    return known.caller
  }
  const checkBody: Api<Code, Caller>['checkBody'] = (schema, sent) => {
    const read = readBody(schema, sent)
    return read.ok ? read : fault(problemOfFaults(terms.bodyInvalid, read.fault))
  }
  const nothingThere = (request: FastifyRequest): Problem => nothingAt(request, terms.whatThereIs)
  const admit = (request: FastifyRequest, bearers: Bearers<Caller>): Problem<Code> | undefined => {
    const next = [terms.whereIsTheToken]
    const sent = bearerOf(request.headers.authorization)
    if (sent === undefined) return { code: terms.tokenMissing, detail: 'A bearer token is needed here.', next }
    const caller = bearers(sent)
    if (caller === undefined) return { code: terms.tokenWrong, detail: terms.wrongToken, next }
    callers.set(request, { caller })
    return undefined
  }
  return {
    openPlane(scope, { bearers, log, expected = () => undefined }) {
      readJsonOnly(scope)
      scope.addHook('onRequest', async (request, reply) => {
        reply.header('cache-control', 'no-store')
        const refusal = admit(request, bearers)
        if (refusal !== undefined) return sendProblem(reply, refusal)
      })
      scope.setErrorHandler((error: FastifyError, _request, reply) =>
        sendProblem(reply, expected(error) ?? problemOf(error, log)),
      )
      scope.setNotFoundHandler((request, reply) => sendProblem(reply, nothingThere(request)))
    },
    addRoute(scope, route) {
      const respond = responderOf(route, checkBody)
      scope.route({
        ...{ method: route.method, url: route.url, schema: routeSchema(route) },
        handler: async (request, reply) => {
          const outcome = await respond(request, callerOf(request))
          return outcome.ok ? send(reply, outcome.value) : sendProblem(reply, outcome.fault)
        },
      })
    },
    ...{ sendProblem, checkBody, problemOf, nothingThere, callerOf },
  }
}

const nothingAt = ({ method, url }: FastifyRequest, whatThereIs: string): Problem => ({
  code: 'NOT_FOUND',
  detail: `There is no ${method} ${url.split('?')[0]?.slice(0, 200)}.`,
  next: [whatThereIs],
})

function senderOf<Code extends string>(
  own: Readonly<Record<Code, ProblemKind>>,
): (reply: FastifyReply, problem: Problem<Code | UsualCode>) => FastifyReply {
  const kinds: Readonly<Record<string, ProblemKind>> = { ...usualKinds, ...own }
  return (reply, problem) => {
    const kind = kinds[problem.code] ?? usualKinds.INTERNAL
    if (kind.status === 401) reply.header('www-authenticate', 'Bearer')
    if (problem.retryAfter !== undefined) reply.header('retry-after', String(problem.retryAfter))
    return reply
      .code(kind.status)
      .type('application/problem+json; charset=utf-8')
      .send(JSON.stringify(problemBody(kind, problem)))
  }
}

function readJsonOnly(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'string', bodyLimit: largestBody },
    (_request, text, done) => {
      try {
        const body: unknown = text === '' ? undefined : JSON.parse(text.toString())
        done(null, body)
      } catch {
        // what the parser says quotes the body, and there may be credentials in it
        done(Object.assign(new Error('the body is not JSON'), { statusCode: 400, code: notJson }))
      }
    },
  )
}

type CheckBody<Code extends string> = <Body>(
  schema: Schema<Body> | undefined,
  sent: unknown,
) => Result<Body, Problem<Code>>

/** What a request without a query or without a body means is the same each time, and read once. */
function responderOf<Body, Query, Code extends string, Caller>(
  route: Route<Body, Query, Code | UsualCode, Caller>,
  checkBody: CheckBody<Code>,
): (request: FastifyRequest, caller: Caller) => Promise<Outcome<Code | UsualCode>> {
  const withoutQuery = readQuery(route.query, {})
  const withoutBody = checkBody(route.body, undefined)
  return async (request, caller) => {
    const sentTag = readIfMatch(request.headers['if-match'])
    if (route.ifMatch === 'needed' && sentTag === undefined) return fault(ifMatchMissing)
    const query = request.url.includes('?') ? readQuery(route.query, request.query) : withoutQuery
    if (!query.ok) return fault(problemOfFaults('QUERY_INVALID', query.fault))
    const body = request.body === undefined ? withoutBody : checkBody(route.body, request.body)
    if (!body.ok) return body
    const { params } = request
    return await route.handle({
      ...{ body: body.value, query: query.value, caller },
      param: (name) => textAt(params, name),
      ifMatch: sentTag === '*' && route.ifMatch !== 'needed' ? undefined : sentTag,
    })
  }
}

/** Of the parameters of the URL. */
function textAt(params: unknown, name: string): string {
  const value = isRecord(params) && Object.hasOwn(params, name) ? params[name] : undefined
  return typeof value === 'string' ? value : ''
}

const ifMatchMissing: Problem = {
  code: 'IF_MATCH_MISSING',
  detail: 'If-Match is missing: two who change it at once would undo each other’s work.',
  next: ['GET it first, and send its ETag as If-Match.'],
}

const problemOfFaults = <Code extends string>(code: Code, faults: readonly DocumentFault[]): Problem<Code> =>
  invalid(code, faults.map(fromDocument))

function send(reply: FastifyReply, { status, body, etag, location }: Answer): FastifyReply {
  reply.code(status)
  if (etag !== undefined) reply.header('etag', `"${etag}"`)
  if (location !== undefined) reply.header('location', location)
  if (status === 303) return reply.send()
  return status === 204 ? reply.send() : reply.type('application/json; charset=utf-8').send(JSON.stringify(body))
}

const notJson = 'BODY_NOT_JSON'

/** By the code of the server's library, or our own. */
function mendOf(code: string): string {
  switch (code) {
    case notJson:
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return 'Send one JSON value in UTF-8, e.g. {"name":"value"}; to see where it breaks: jq . FILE'
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return 'Let your HTTP library count the body: its Content-Length is another one than was sent.'
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return 'Percent-encode each name in the path (encodeURIComponent), and keep it within 512 characters.'
    default:
      return 'See that the request is HTTP/1.1 with a path, headers and a JSON body as the OpenAPI document describes them.'
  }
}

function problemOf(error: FastifyError, log: ErrorLog): Problem {
  const status = error.statusCode ?? 500
  if (status === 413)
    return { code: 'BODY_TOO_LARGE', detail: `A body may have ${largestBody} bytes.`, next: ['Send less at once.'] }
  if (status === 415)
    return {
      code: 'MEDIA_TYPE_NOT_SUPPORTED',
      detail: 'Bodies are JSON.',
      next: ['Send Content-Type: application/json.'],
    }
  if (status < 500) return { code: 'REQUEST_MALFORMED', detail: error.message, next: [mendOf(error.code)] }
  log.error('request-failed', { cause: error.stack ?? error.message })
  return { code: 'INTERNAL', detail: 'The request failed; the log of the server says why.', next: ['Read the log.'] }
}
