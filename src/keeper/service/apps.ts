/** `/v1/apps`: what the keeper is towards an org. */
import type { FastifyInstance } from 'fastify'
import { listSchema, pageLimit, pageOf, pageProperties, pageStart, type PageQuery } from '../../http/paging.ts'
import { fault, ok } from '../../values/result.ts'
import type { JsonSchema, Schema } from '../../values/schema.ts'
import type { Secret } from '../../values/secret.ts'
import { isName } from '../rules/names.ts'
import type { Authentication } from '../rules/requests.ts'
import { addRoute, type Call, type Outcome } from './api.ts'
import type { ServiceParts } from './parts.ts'
import type { Problem } from './problems.ts'
import { appSchema, shownApp } from './views.ts'

type Sent = {
  readonly login_url: string
  readonly client_id: string
  readonly client_secret?: Secret
  readonly private_key?: Secret
  readonly authentication?: Authentication
  readonly redirect_uri?: string
  readonly scopes?: string
}

const text = (description: string): JsonSchema => ({ type: 'string', minLength: 1, maxLength: 2000, description })
const sentSchema: Schema<Sent> = {
  type: 'object',
  additionalProperties: false,
  required: ['login_url', 'client_id'],
  properties: {
    login_url: text('Of production, sandbox or My Domain: https, http for a loopback host alone.'),
    client_id: text('The consumer key.'),
    client_secret: { ...text('The consumer secret; left out for a public client.'), 'x-secret': true },
    private_key: {
      ...{ 'type': 'string', 'x-secret': true, 'minLength': 1, 'maxLength': 20_000 },
      description: 'RSA in PEM, in the place of a secret (private_key_jwt).',
    },
    authentication: {
      ...{ type: 'string', enum: ['post', 'basic', 'private_key_jwt'] },
      description: 'How the app proves itself: by its secret in the form (post) if not said.',
    },
    redirect_uri: text('Of the callback, for authorizations.'),
    scopes: text('Space separated.'),
  },
}
const listQuery: Schema<PageQuery> = { type: 'object', additionalProperties: false, properties: pageProperties(1000) }

export function registerApps(scope: FastifyInstance, parts: ServiceParts): void {
  const about = { tag: 'apps' }
  addRoute<Record<string, never>, PageQuery>(scope, {
    ...{ ...about, method: 'GET', url: '/apps', summary: 'List the apps', query: listQuery },
    answers: listSchema('apps', appSchema),
    handle: (call) => list(parts, call),
  })
  addRoute(scope, {
    ...{ ...about, method: 'GET', url: '/apps/:app', summary: 'Read an app', answers: appSchema },
    handle: async ({ param, caller }) => await show(parts, { name: param('app'), ...caller }),
  })
  addRoute<Sent>(scope, {
    ...{ ...about, method: 'PUT', url: '/apps/:app', summary: 'Make an app, or replace it', body: sentSchema },
    description:
      'As a whole: what is left out is not kept. Connections that are there use it from their next exchange on.',
    answers: appSchema,
    handle: (call) => save(parts, call),
  })
  addRoute(scope, {
    ...{ ...about, method: 'DELETE', url: '/apps/:app', summary: 'Remove an app that no connection uses' },
    async handle({ param, caller }) {
      await parts.keeper.removeApp({ name: param('app'), ...caller })
      return ok({ status: 204 })
    },
  })
}

async function list({ keeper }: ServiceParts, { query, caller }: Call<unknown, PageQuery>): Promise<Outcome> {
  const after = pageStart(query)
  if (!after.ok) return after
  const limit = pageLimit(query)
  const rows = await keeper.apps({ tenant: caller.tenant, after: after.value, limit: limit + 1 })
  const { page, next } = pageOf(rows, limit, ({ name }) => name)
  return ok({ status: 200, body: { apps: page.map(shownApp), next } })
}

type Named = { readonly tenant: string; readonly name: string }

async function show({ keeper }: ServiceParts, key: Named): Promise<Outcome> {
  const view = isName(key.name) ? await keeper.app(key) : undefined
  return view === undefined ? fault(noApp(key.name)) : ok({ status: 200, body: shownApp(view) })
}

async function save(parts: ServiceParts, { param, body, caller }: Call<Sent, unknown>): Promise<Outcome> {
  const key = { name: param('app'), tenant: caller.tenant }
  await parts.keeper.saveApp({
    ...{ ...key, loginUrl: body.login_url, clientId: body.client_id, clientSecret: body.client_secret },
    ...{ privateKey: body.private_key, authentication: body.authentication },
    ...{ redirectUri: body.redirect_uri, scopes: body.scopes },
  })
  return await show(parts, key)
}

const noApp = (name: string): Problem => ({
  code: 'UNKNOWN_APP',
  detail: `There is no app ${JSON.stringify(name.slice(0, 100))}.`,
  next: ['GET /v1/apps lists them; PUT /v1/apps/NAME makes one.'],
})
