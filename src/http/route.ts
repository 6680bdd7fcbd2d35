/** One route of an API: what it takes and gives as schemas, and a handler that returns what to answer. */
import type { FastifySchema } from 'fastify'
import type { Result } from '../values/result.ts'
import type { JsonSchema, Schema } from '../values/schema.ts'
import type { Problem } from './problem.ts'

export type Answer = {
  readonly status: 200 | 201 | 204 | 303
  readonly body?: unknown
  /** The text between the quotes of a strong ETag. */
  readonly etag?: string
  /** Of 303. */
  readonly location?: string
}
export type Call<Body, Query, Caller = undefined> = {
  readonly body: Body
  readonly query: Query
  /** What `:name` and the like stand for in the URL; '' where the URL has none of that name. */
  readonly param: (name: string) => string
  /** The text between the quotes. `*`, which asks for nothing, is undefined where the header may be left out. */
  readonly ifMatch: string | undefined
  /** Whom the bearer token stands for. */
  readonly caller: Caller
}
export type Outcome<Code extends string> = Result<Answer, Problem<Code>>

export type Route<Body, Query, Code extends string, Caller = undefined> = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string
  /** One line for the OpenAPI document. */
  readonly summary: string
  readonly description?: string
  readonly tag: string
  readonly body?: Schema<Body>
  readonly query?: Schema<Query>
  /** The body of a success. */
  readonly answers?: JsonSchema
  /** Answers 201. */
  readonly makes?: boolean
  /** Answers 303. */
  readonly leads?: boolean
  /** A stale editor gets 412; where it is needed, one who does not say what he has read is refused. */
  readonly ifMatch?: 'taken' | 'needed'
  readonly handle: (call: Call<Body, Query, Caller>) => Promise<Outcome<Code>> | Outcome<Code>
}

/** For the OpenAPI document. */
export function routeSchema<Body, Query, Code extends string, Caller>(
  route: Route<Body, Query, Code, Caller>,
): FastifySchema {
  const path = [...route.url.matchAll(/:([a-zA-Z]+)/g)].map(([, name]) => name ?? '')
  return {
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    tags: [route.tag],
    ...(route.body === undefined ? {} : { body: route.body }),
    ...(route.query === undefined ? {} : { querystring: route.query }),
    ...(path.length === 0 ? {} : { params: pathSchema(path) }),
    ...(route.ifMatch === undefined ? {} : { headers: ifMatchSchemas[route.ifMatch] }),
    response: {
      [successOf(route)]: { description: 'Done.', ...(route.answers ?? { type: 'null' }) },
      '4xx': { $ref: 'Problem#' },
      '5xx': { $ref: 'Problem#' },
    },
  }
}

function successOf({
  method,
  answers,
  makes,
  leads,
}: Pick<Route<never, never, never>, 'method' | 'answers' | 'makes' | 'leads'>): number {
  if (leads === true) return 303
  if (makes === true) return 201
  return method === 'DELETE' && answers === undefined ? 204 : 200
}

const pathSchema = (names: readonly string[]): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
})
const ifMatchSchemas: Readonly<Record<'taken' | 'needed', JsonSchema>> = {
  taken: {
    type: 'object',
    properties: { 'if-match': { type: 'string', description: 'The ETag as it was read.' } },
  },
  needed: {
    type: 'object',
    properties: { 'if-match': { type: 'string', description: 'The ETag of GET, or * for whatever is there.' } },
    required: ['if-match'],
  },
}
