/** `/v1/connections`: how connections come, are seen, and go. */
import type { FastifyInstance } from 'fastify'
import { listSchema, pageLimit, pageOf, pageProperties, pageStart, type PageQuery } from '../../http/paging.ts'
import { fault, ok } from '../../values/result.ts'
import type { JsonSchema, Schema } from '../../values/schema.ts'
import type { Secret } from '../../values/secret.ts'
import { isName } from '../rules/names.ts'
import { addRoute, type Call, type Outcome } from './api.ts'
import type { ServiceParts } from './parts.ts'
import type { Problem } from './problems.ts'
import { connectionSchema, shownConnection } from './views.ts'

type ListQuery = PageQuery & { readonly state?: string; readonly app?: string }
const listQuery: Schema<ListQuery> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...pageProperties(1000),
    state: { ...connectionSchema.properties?.['state'], description: 'Only those in this state.' },
    app: { type: 'string', minLength: 1, maxLength: 100, description: 'Only those of this app.' },
  },
}

type Sent = {
  readonly id: string
  readonly app: string
  readonly refresh_token: Secret
  readonly access_token?: Secret
  readonly instance_url?: string
  readonly sole_holder?: boolean
  readonly replaces?: number
}
const token = (description: string): JsonSchema => ({
  ...{ 'type': 'string', 'x-secret': true, 'minLength': 1, 'maxLength': 20_000, description },
})
const sentSchema: Schema<Sent> = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'app', 'refresh_token'],
  properties: {
    id: { type: 'string', minLength: 1, maxLength: 100, description: 'Its name from now on.' },
    app: { type: 'string', minLength: 1, maxLength: 100, description: 'Of the app that the token was issued to.' },
    refresh_token: token('From now on in the care of the keeper alone: who else redeems it kills the family.'),
    access_token: token('Serves until it is exchanged; left out, the first caller exchanges.'),
    instance_url: { type: 'string', format: 'origin', description: 'As it came with the token.' },
    sole_holder: { type: 'boolean', description: 'Nobody else holds tokens of this family (P-25); true if left out.' },
    replaces: {
      ...{ type: 'integer', minimum: 1 },
      description: 'For another token into a connection that is there: the generation that it follows (L-48).',
    },
  },
}
const removedSchema: JsonSchema = {
  type: 'object',
  properties: {
    revoked: { type: 'boolean', description: 'Whether the org has confirmed that its tokens are revoked.' },
  },
  required: ['revoked'],
}

export function registerConnections(scope: FastifyInstance, parts: ServiceParts): void {
  const about = { tag: 'connections' }
  addRoute<Record<string, never>, ListQuery>(scope, {
    ...{ ...about, method: 'GET', url: '/connections', summary: 'List the connections', query: listQuery },
    answers: listSchema('connections', connectionSchema),
    handle: (call) => list(parts, call),
  })
  addRoute<Sent>(scope, {
    ...{ ...about, method: 'POST', url: '/connections', summary: 'Adopt a refresh token', body: sentSchema },
    ...{ makes: true, answers: connectionSchema },
    handle: (call) => adopt(parts, call),
  })
  addRoute(scope, {
    ...{ ...about, method: 'GET', url: '/connections/:id', summary: 'Read a connection', answers: connectionSchema },
    handle: (call) => show(parts, call),
  })
  addRoute(scope, {
    ...{ ...about, method: 'DELETE', url: '/connections/:id', summary: 'Revoke it at the org, and forget it' },
    answers: removedSchema,
    async handle({ param, caller }) {
      const id = param('id')
      if (!isName(id)) return fault(noConnection(id))
      const { revoked } = await parts.keeper.remove({ id, ...caller })
      return ok({ status: 200, body: { revoked } })
    },
  })
}

async function list({ keeper }: ServiceParts, { query, caller }: Call<unknown, ListQuery>): Promise<Outcome> {
  const after = pageStart(query)
  if (!after.ok) return after
  const limit = pageLimit(query)
  const { state, app } = query
  const rows = await keeper.connections({ tenant: caller.tenant, app, state, after: after.value, limit: limit + 1 })
  const { page, next } = pageOf(rows, limit, ({ id }) => id)
  return ok({ status: 200, body: { connections: page.map(shownConnection), next } })
}

async function adopt({ keeper }: ServiceParts, { body, caller }: Call<Sent, unknown>): Promise<Outcome> {
  const view = await keeper.adopt({
    ...{ tenant: caller.tenant, id: body.id, app: body.app },
    ...{ refreshToken: body.refresh_token, accessToken: body.access_token, instanceUrl: body.instance_url },
    ...{ soleHolder: body.sole_holder, replaces: body.replaces },
  })
  return ok({ status: 201, body: shownConnection(view) })
}

async function show({ keeper }: ServiceParts, { param, caller }: Call<unknown, unknown>): Promise<Outcome> {
  const id = param('id')
  const view = isName(id) ? await keeper.connection({ id, tenant: caller.tenant }) : undefined
  return view === undefined ? fault(noConnection(id)) : ok({ status: 200, body: shownConnection(view) })
}

export const noConnection = (id: string): Problem => ({
  code: 'UNKNOWN_CONNECTION',
  detail: `There is no connection ${JSON.stringify(id.slice(0, 100))}.`,
  next: ['GET /v1/connections lists them; POST /v1/connections adopts a refresh token.'],
})
