/** `/v1/apps/APP/connect`, `/v1/callback` and reauthorization links: how a connection comes to be by a login in a browser. */
import type { FastifyInstance } from 'fastify'
import { parseDuration } from '../../documents/duration.ts'
import { fault, ok } from '../../values/result.ts'
import type { JsonSchema, Schema } from '../../values/schema.ts'
import type { Secret } from '../../values/secret.ts'
import { isoText } from '../../values/time.ts'
import type { Connecting } from '../keeper-face.ts'
import type { ConnectWish } from '../login-face.ts'
import { isName } from '../rules/names.ts'
import { addRoute, api, type Call, type Outcome } from './api.ts'
import { callbackPath, linkPath, redirectForLinks, startPath } from './connect-pages.ts'
import { noConnection } from './connections.ts'
import type { ServiceParts } from './parts.ts'
import { connectionSchema, shownConnection } from './views.ts'

type Sent = {
  readonly connection: string
  readonly redirect_uri?: string
  readonly scopes?: string
  readonly login_hint?: string
  readonly prompt?: string
  readonly allow_other_user?: boolean
}
const text = (description: string, maxLength = 2000) =>
  ({ type: 'string', minLength: 1, maxLength, description }) as const
const properties: Record<keyof Sent, JsonSchema> = {
  connection: text('Its name; where it is there, its family is replaced and the old one revoked (L-57).', 100),
  redirect_uri: text(
    "One of the callback URLs that the app has in Setup; the app's own if not said, else that of this keeper.",
  ),
  scopes: text('Space separated, refresh_token among them.'),
  login_hint: text('A user name for the login page.', 200),
  prompt: text('login, consent, select_account, space separated.', 100),
  allow_other_user: { type: 'boolean', description: 'Another user may log in to a connection that has one.' },
}
const sentSchema: Schema<Sent> = { type: 'object', additionalProperties: false, required: ['connection'], properties }
const begunSchema: JsonSchema = {
  type: 'object',
  properties: {
    url: {
      type: 'string',
      description:
        'To be opened in a browser: the login page, or where the callback is that of this keeper a page of it that leads there, and binds the login to the first browser that opens it (RFC 9700 section 4.7).',
    },
    state: { type: 'string', description: 'Comes back with the callback.' },
    redirect_uri: { type: 'string', description: 'Where the browser is sent back to.' },
    expires_at: { type: 'string', description: 'Until then the callback has to come.' },
  },
  required: ['url', 'state', 'redirect_uri', 'expires_at'],
}

type Returned = { readonly url: Secret }
const returnedSchema: Schema<Returned> = {
  type: 'object',
  additionalProperties: false,
  required: ['url'],
  properties: {
    url: {
      ...{ 'type': 'string', 'x-secret': true, 'minLength': 1, 'maxLength': 8192 },
      description: 'The whole callback URL, as the browser was sent to it.',
    },
  },
}

type LinkWish = { readonly valid_for?: string }
const linkWishSchema: Schema<LinkWish> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    valid_for: { type: 'string', format: 'duration', description: 'A length of time such as 12h; 7d if not said.' },
  },
}
const linkSchema: JsonSchema = {
  type: 'object',
  properties: {
    url: { type: 'string', description: 'For one person: whoever has it may log in to this connection, once.' },
    expires_at: { type: 'string' },
    redirect_uri: { type: 'string', description: 'The app must have it among its callback URLs in Setup.' },
  },
  required: ['url', 'expires_at', 'redirect_uri'],
}
const revokedSchema: JsonSchema = {
  type: 'object',
  properties: { revoked: { type: 'integer', description: 'How many links that were not used are withdrawn.' } },
  required: ['revoked'],
}

export function registerConnect(scope: FastifyInstance, parts: ServiceParts): void {
  const about = { tag: 'connect' }
  addRoute<Sent>(scope, {
    ...{ ...about, method: 'POST', url: '/apps/:name/connect', summary: 'Begin a login in a browser, with PKCE' },
    ...{ body: sentSchema, answers: begunSchema },
    handle: async (call) =>
      ok({ status: 200, body: shown(parts, await begin(parts, call.param('name'), { ...call.body, ...call.caller })) }),
  })
  addRedirect(scope, parts)
  addRoute<Returned>(scope, {
    ...{ ...about, method: 'POST', url: '/callback', summary: 'Hand in a callback that came elsewhere' },
    ...{ body: returnedSchema, answers: connectionSchema },
    async handle({ body, caller }) {
      const view = await parts.keeper.takeCallback(body.url.expose(), caller)
      return ok({ status: 200, body: shownConnection(view) })
    },
  })
  addRoute<LinkWish>(scope, {
    ...{
      ...about,
      method: 'POST',
      url: '/connections/:id/reauthorization-link',
      summary: 'A link to authorize it again',
    },
    description: 'The link begins a login when a person presses its button, and is spent when that has succeeded.',
    ...{ body: linkWishSchema, answers: linkSchema },
    handle: (call) => link(parts, call),
  })
  addRoute(scope, {
    ...{ ...about, method: 'DELETE', url: '/connections/:id/reauthorization-link', summary: 'Withdraw its links' },
    answers: revokedSchema,
    async handle({ param, caller }) {
      const key = { id: param('id'), tenant: caller.tenant }
      if (!isName(key.id) || (await parts.keeper.connection(key)) === undefined) return fault(noConnection(key.id))
      return ok({ status: 200, body: { revoked: await parts.keeper.revokeLinks(key) } })
    },
  })
}

/** For a program that hands its answer on to a browser. */
function addRedirect(scope: FastifyInstance, parts: ServiceParts): void {
  scope.get<{ Params: { name: string }; Querystring: { connection?: unknown; login_hint?: unknown } }>(
    '/apps/:name/connect',
    {
      schema: {
        ...{ summary: 'Begin a login, and lead there', tags: ['connect'] },
        params: { type: 'object', properties: { name: { type: 'string' } } },
        querystring: {
          type: 'object',
          properties: { connection: properties.connection, login_hint: properties.login_hint },
          required: ['connection'],
        },
        response: {
          303: { description: 'To the login page.', type: 'null' },
          '4xx': { $ref: 'Problem#' },
          '5xx': { $ref: 'Problem#' },
        },
      },
    },
    async (request, reply) => {
      const { connection, login_hint: hint } = request.query
      if (typeof connection !== 'string' || (hint !== undefined && typeof hint !== 'string'))
        return api.sendProblem(reply, {
          ...{ code: 'QUERY_INVALID', detail: 'The query has to name one connection.' },
          next: ['?connection=NAME'],
        })
      const wish = { connection, ...(hint === undefined ? {} : { login_hint: hint }), ...api.callerOf(request) }
      const begun = await begin(parts, request.params.name, wish)
      return reply.header('referrer-policy', 'no-referrer').redirect(addressOf(parts, begun), 303)
    },
  )
}

async function begin(
  { keeper, publicUrl }: ServiceParts,
  name: string,
  sent: Sent & { readonly tenant: string },
): Promise<Connecting> {
  const app = await keeper.app({ tenant: sent.tenant, name })
  const own = `${publicUrl()}${callbackPath}`
  const redirectUri = sent.redirect_uri ?? app?.redirectUri ?? own
  const wish: ConnectWish = {
    ...{ tenant: sent.tenant, id: sent.connection, scopes: sent.scopes, prompt: sent.prompt, callback: 'web' },
    ...{ loginHint: sent.login_hint, allowOtherUser: sent.allow_other_user },
    redirectUri,
    // nobody else looks whether the callback comes back to whoever has begun it
    inOneBrowser: redirectUri === own,
  }
  return await keeper.connect(name, wish)
}

const addressOf = ({ publicUrl }: ServiceParts, { url, ticket }: Connecting): string =>
  ticket === undefined ? url : `${publicUrl()}${startPath(ticket.expose())}`

const shown = (parts: ServiceParts, begun: Connecting): Readonly<Record<string, unknown>> => {
  const { state, redirectUri, expiresAt } = begun
  return {
    url: addressOf(parts, begun),
    ...{ state, redirect_uri: redirectUri, expires_at: isoText(expiresAt) },
  }
}

async function link(parts: ServiceParts, { param, body, caller }: Call<LinkWish, unknown>): Promise<Outcome> {
  const { keeper, publicUrl } = parts
  const key = { id: param('id'), tenant: caller.tenant }
  const view = isName(key.id) ? await keeper.connection(key) : undefined
  if (view === undefined) return fault(noConnection(key.id))
  const validFor = body.valid_for === undefined ? undefined : parseDuration(body.valid_for)
  if (validFor?.ok === false) throw new Error(`valid_for was not validated: ${validFor.fault}`)
  const made = await keeper.reauthorizationLink(key, validFor === undefined ? {} : { validFor: validFor.value })
  const redirect = redirectForLinks(
    publicUrl(),
    (await keeper.app({ tenant: key.tenant, name: view.app }))?.redirectUri,
  )
  return ok({
    status: 200,
    body: {
      ...{ url: `${publicUrl()}${linkPath(made.ticket.expose())}`, expires_at: isoText(made.expiresAt) },
      redirect_uri: redirect,
    },
  })
}
