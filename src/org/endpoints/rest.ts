/** One resource of the REST API: token, version and error form are the same for all of them (SF-73). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { fault, ok, type Result } from '../../values/result.ts'
import { useAccessToken, type Session } from '../flows/access-token/verify.ts'
import type { OrgParts } from '../parts.ts'
import { opensRestApi } from '../rules/access-token.ts'
import { apiVersionNumber } from './api-versions.ts'
import { headerToken, readQuery } from './bearer.ts'
import type { Form } from './form.ts'

/** `{"errorCode","message"}` in an array is what every REST error looks like. */
export type RestFault = {
  readonly status: 400 | 401 | 403 | 404 | 503
  readonly errorCode: string
  readonly message: string
}
/** What is sent as JSON; undefined is an empty body. */
export type RestReply = Result<object | undefined, RestFault>

export type RestCall = {
  readonly session: Session
  /** `58.0` */
  readonly version: string
  /** The resource's own path parameters, decoded. */
  readonly parameter: (name: string) => string
  readonly query: Form
}
export type RestResource = {
  readonly method: 'GET' | 'DELETE'
  /** Behind `/services/data/vNN.0`. */
  readonly path: string
  readonly answer: (parts: OrgParts, call: RestCall) => Promise<RestReply>
}

export const notFound: RestReply = fault({
  status: 404,
  errorCode: 'NOT_FOUND',
  message: 'The requested resource does not exist',
})

export const noAccess: RestReply = fault({
  status: 403,
  errorCode: 'INSUFFICIENT_ACCESS',
  message: "The user's permissions do not cover the tokens of others",
})

type Parameters = Readonly<Record<string, string>>
type To = { readonly request: FastifyRequest<{ Params: Parameters }>; readonly reply: FastifyReply }

export function serveRest(server: FastifyInstance, parts: OrgParts, resource: RestResource): void {
  server.route<{ Params: Parameters }>({
    method: resource.method === 'GET' ? ['GET', 'HEAD'] : [resource.method],
    url: `/services/data/:version${resource.path}`,
    handler: async (request, reply) => send(reply, await answer(parts, resource, { request, reply })),
  })
}

/** What no resource answers, whatever the method: the token is asked for before anything is said. */
export function serveRestOtherwise(server: FastifyInstance, parts: OrgParts): void {
  server.all('/services/data/*', async (request, reply) => {
    const session = await openRestSession(parts, request)
    return send(reply, session.ok ? notFound : session)
  })
}

async function answer(parts: OrgParts, resource: RestResource, { request }: To): Promise<RestReply> {
  const session = await openRestSession(parts, request)
  if (!session.ok) return session
  const { params } = request
  const version = apiVersionNumber(params['version'] ?? '')
  if (version === undefined) return notFound
  const parameter = (name: string): string => params[name] ?? ''
  return await resource.answer(parts, { session: session.value, version, parameter, query: readQuery(request) })
}

/** jsforce refreshes on the first text and deliberately not on the second (SF-73). */
async function openRestSession(parts: OrgParts, request: FastifyRequest): Promise<Result<Session, RestFault>> {
  const outcome = await useAccessToken(parts, headerToken(request))
  if (outcome.kind === 'dead') return invalidSession('Session expired or invalid')
  if (outcome.kind === 'not-allowed' || !opensRestApi(outcome.session.scopes))
    return invalidSession('This session is not valid for use with the REST API')
  return ok(outcome.session)
}

const invalidSession = (message: string): Result<never, RestFault> =>
  fault({ status: 401, errorCode: 'INVALID_SESSION_ID', message })

function send(reply: FastifyReply, result: RestReply): FastifyReply {
  reply.header('cache-control', 'no-store')
  if (result.ok && result.value === undefined) return reply.code(200).send()
  reply.header('content-type', 'application/json;charset=UTF-8')
  if (result.ok) return reply.code(200).send(JSON.stringify(result.value))
  const { status, errorCode, message } = result.fault
  if (status === 401) reply.header('www-authenticate', 'Bearer error="invalid_token"')
  return reply.code(status).send(JSON.stringify([{ message, errorCode }]))
}
