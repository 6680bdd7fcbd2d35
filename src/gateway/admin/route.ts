/** One route of the admin API: what it takes and gives as schemas, and a handler that returns what to answer. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { resolveSecrets } from '../../documents/secrets.ts'
import { validateDocument } from '../../documents/validate.ts'
import { nowhere } from '../../documents/yaml-document.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import type { JsonSchema, Schema } from '../../values/schema.ts'
import { fromDocument, invalid, problemBody, problemStatus, type Problem } from './problems.ts'

export type Answer = {
  readonly status: 200
  readonly body: unknown
  /** The text between the quotes of a strong ETag. */
  readonly etag?: string
}
export type Call<Body, Query> = {
  readonly body: Body
  readonly query: Query
  /** What `:name` and the like stand for in the URL; '' where the URL has none of that name. */
  readonly param: (name: string) => string
  /** The text between the quotes, or `*`; undefined without the header. */
  readonly ifMatch: string | undefined
}
export type Outcome = Result<Answer, Problem>

export type Route<Body, Query> = {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: string
  /** One line for the OpenAPI document. */
  readonly summary: string
  readonly description?: string
  readonly tag: string
  readonly body?: Schema<Body>
  readonly query?: Schema<Query>
  /** The body of a success. */
  readonly answers: JsonSchema
  /** `If-Match` has to be there; a stale editor gets 412. */
  readonly needsIfMatch?: boolean
  readonly handle: (call: Call<Body, Query>) => Promise<Outcome> | Outcome
}

/** A route without a schema takes an empty object, and its handler asks for nothing in it. */
const nothing: JsonSchema = { type: 'object', additionalProperties: false, properties: {} }

export function addRoute<Body = Record<string, never>, Query = Record<string, never>>(
  scope: FastifyInstance,
  route: Route<Body, Query>,
): void {
  const path = [...route.url.matchAll(/:([a-zA-Z]+)/g)].map(([, name]) => name ?? '')
  scope.route({
    method: route.method,
    url: route.url,
    schema: {
      summary: route.summary,
      ...(route.description === undefined ? {} : { description: route.description }),
      tags: [route.tag],
      ...(route.body === undefined ? {} : { body: route.body }),
      ...(route.query === undefined ? {} : { querystring: route.query }),
      ...(path.length === 0 ? {} : { params: pathSchema(path) }),
      ...(route.needsIfMatch === true ? { headers: ifMatchSchema } : {}),
      response: {
        200: { description: 'Done.', ...route.answers },
        '4xx': { $ref: 'Problem#' },
        '5xx': { $ref: 'Problem#' },
      },
    },
    handler: async (request, reply) => send(reply, await respond(route, request)),
  })
}

const pathSchema = (names: readonly string[]): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
})
const ifMatchSchema: JsonSchema = {
  type: 'object',
  properties: { 'if-match': { type: 'string', description: 'The ETag of GET, or * for whatever is there.' } },
  required: ['if-match'],
}

async function respond<Body, Query>(route: Route<Body, Query>, request: FastifyRequest): Promise<Outcome> {
  const ifMatch = readIfMatch(request.headers['if-match'])
  if (route.needsIfMatch === true && ifMatch === undefined) return fault(ifMatchMissing)
  const query = checkQuery(route.query, request.query)
  if (!query.ok) return query
  const body = checkBody(route.body, request.body)
  if (!body.ok) return body
  const params = new Map(Object.entries(isRecord(request.params) ? request.params : {}))
  return await route.handle({
    body: body.value,
    query: query.value,
    param: (name) => {
      const value = params.get(name)
      return typeof value === 'string' ? value : ''
    },
    ifMatch,
  })
}

const ifMatchMissing: Problem = {
  code: 'IF_MATCH_MISSING',
  detail: 'If-Match is missing: two who change the set at once would undo each other’s work.',
  next: ['GET it first, and send its ETag as If-Match.'],
}

/** A body against its schema, its secrets wrapped. Null stands for a field that is not there. */
function checkBody<Body>(schema: Schema<Body> | undefined, sent: unknown): Result<Body, Problem> {
  const checked = validateDocument<Body>(schema ?? nothing, sent ?? {}, nowhere)
  if (!checked.ok) return fault(invalid('BODY_INVALID', checked.fault.map(fromDocument)))
  const resolved = resolveSecrets(checked.value, unreadable, nowhere)
  if (!resolved.ok) return fault(invalid('BODY_INVALID', resolved.fault.map(fromDocument)))
  return ok(resolved.value.value)
}

/** A caller may not have this server read its environment or its files; the schemas do not let such a source through either. */
const unreadable = {
  environment: () => undefined,
  file: () => fault('is not read for a caller'),
}

function checkQuery<Query>(schema: Schema<Query> | undefined, sent: unknown): Result<Query, Problem> {
  const wanted: Schema<Query> = schema ?? nothing
  const texts = isRecord(sent) ? Object.entries(sent) : []
  const typed = texts.map(([key, text]) => [key, fromText(wanted.properties?.[key], text)] as const)
  const checked = validateDocument<Query>(wanted, Object.fromEntries(typed), nowhere)
  return checked.ok ? ok(checked.value.value) : fault(invalid('QUERY_INVALID', checked.fault.map(fromDocument)))
}

/** What a query can only say as text. What is no such text stays one, and the schema refuses it. */
function fromText(schema: JsonSchema | undefined, text: unknown): unknown {
  return typeof text === 'string' && schema?.type === 'integer' && /^\d{1,15}$/.test(text) ? Number(text) : text
}

function readIfMatch(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  return /^"([^"]*)"$/.exec(header.trim())?.[1] ?? header.trim() // anything else but * equals no ETag of ours
}

function send(reply: FastifyReply, outcome: Outcome): FastifyReply {
  if (!outcome.ok) return sendProblem(reply, outcome.fault)
  const { status, body, etag } = outcome.value
  reply.code(status)
  if (etag !== undefined) reply.header('etag', `"${etag}"`)
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(body))
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  if (problemStatus(problem) === 401) reply.header('www-authenticate', 'Bearer')
  return reply
    .code(problemStatus(problem))
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(problemBody(problem)))
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
