/** `/v1/connections/ID/access-token` and `/verify`: a live access token, and one real exchange. */
import type { FastifyInstance } from 'fastify'
import { fault, ok } from '../../values/result.ts'
import type { JsonSchema, Schema } from '../../values/schema.ts'
import type { Secret } from '../../values/secret.ts'
import { isoText } from '../../values/time.ts'
import type { AccessToken } from '../keeper-face.ts'
import { isName } from '../rules/names.ts'
import { addRoute, type Call, type Outcome } from './api.ts'
import { noConnection } from './connections.ts'
import type { ServiceParts } from './parts.ts'

type Asking = { readonly refused?: Secret }
const askingSchema: Schema<Asking> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    refused: {
      ...{ 'type': 'string', 'x-secret': true, 'minLength': 1, 'maxLength': 20_000 },
      description: 'The one to which the org has answered 401; another is handed out then.',
    },
  },
}

type Verifying = { readonly egress?: string }
const verifyingSchema: Schema<Verifying> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    egress: {
      type: 'string',
      minLength: 1,
      maxLength: 80,
      description: 'Name of the egress of the gateway to leave by.',
    },
  },
}

const orNull: JsonSchema = { anyOf: [{ type: 'string' }, { type: 'null' }] }
const about = {
  instance_url: { ...orNull, description: 'Where the token serves.' },
  expires_at: { type: 'string', description: 'As far as it is known; Salesforce does not say it.' },
  generation: { type: 'integer', description: 'Of the refresh token.' },
} as const
const tokenSchema: JsonSchema = {
  type: 'object',
  properties: { access_token: { type: 'string' }, ...about },
  required: ['access_token', 'instance_url', 'expires_at', 'generation'],
}
const verifiedSchema: JsonSchema = {
  type: 'object',
  properties: {
    ...about,
    egress: { ...orNull, description: 'The address that it left from, where the gateway told it.' },
  },
  required: ['instance_url', 'expires_at', 'generation', 'egress'],
}

export function registerTokens(scope: FastifyInstance, parts: ServiceParts): void {
  addRoute<Asking>(scope, {
    ...{ method: 'POST', url: '/connections/:id/access-token', tag: 'tokens', summary: 'A live access token' },
    description: 'From memory while it is fresh; by one exchange, however many ask, where it is due.',
    ...{ body: askingSchema, answers: tokenSchema },
    handle: (call) => hand(parts, call),
  })
  addRoute<Verifying>(scope, {
    ...{ method: 'POST', url: '/connections/:id/verify', tag: 'tokens', summary: 'One real exchange now' },
    ...{ body: verifyingSchema, answers: verifiedSchema },
    handle: (call) => verify(parts, call),
  })
}

async function hand({ keeper }: ServiceParts, { param, body, caller }: Call<Asking, unknown>): Promise<Outcome> {
  const id = param('id')
  if (!isName(id)) return fault(noConnection(id))
  const token = await keeper.accessToken({ id, tenant: caller.tenant }, { refused: body.refused?.expose() })
  return ok({ status: 200, body: { access_token: token.accessToken.expose(), ...shown(token) } })
}

async function verify({ keeper }: ServiceParts, { param, body, caller }: Call<Verifying, unknown>): Promise<Outcome> {
  const id = param('id')
  if (!isName(id)) return fault(noConnection(id))
  const key = { id, tenant: caller.tenant }
  const token = await keeper.verify(key, body)
  const view = await keeper.connection(key)
  return ok({ status: 200, body: { ...shown(token), egress: view?.lastEgress ?? null } })
}

const shown = ({ instanceUrl, expiresAt, generation }: AccessToken): Readonly<Record<string, unknown>> => ({
  ...{ instance_url: instanceUrl ?? null, expires_at: isoText(expiresAt), generation },
})
