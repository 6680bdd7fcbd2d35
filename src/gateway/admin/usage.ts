/** `/usage`, `/plans`, `/tunnels`: who uses how much, of what, and what is open now. */
import type { FastifyInstance } from 'fastify'
import { formatAddress } from '../../ip/address.ts'
import { ok } from '../../values/result.ts'
import type { JsonSchema, Schema } from '../../values/schema.ts'
import { isoText } from '../../values/time.ts'
import type { PlanView, UsageView } from '../metering/meter.ts'
import { formatDestination } from '../rules/destination/destination.ts'
import type { LiveTunnel } from '../tunnel.ts'
import type { AdminParts } from './admin-parts.ts'
import { addRoute, type Outcome } from './api.ts'

const text: JsonSchema = { type: 'string' }
const integer: JsonSchema = { type: 'integer' }
const orNull = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] })
const listOf = (name: string, properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: 'object',
  properties: { [name]: { type: 'array', items: { type: 'object', properties, required: Object.keys(properties) } } },
  required: [name],
})

type UsageQuery = { readonly month?: string; readonly client?: string }
const usageQuery: Schema<UsageQuery> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    month: {
      type: 'string',
      pattern: '^\\d{4}-(?:0[1-9]|1[0-2])$',
      description: 'As 2026-11, UTC; all that are kept if left out.',
    },
    client: { type: 'string', minLength: 1, maxLength: 80, description: 'Its name.' },
  },
}

type TunnelsQuery = { readonly limit: number; readonly client?: string; readonly egress?: string }
const tunnelsQuery: Schema<TunnelsQuery> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100, description: 'The newest of them.' },
    client: { type: 'string', minLength: 1, maxLength: 80 },
    egress: { type: 'string', minLength: 1, maxLength: 80 },
  },
}

export function registerUsage(scope: FastifyInstance, { meter }: AdminParts): void {
  addRoute(scope, {
    ...{ method: 'GET', url: '/usage', tag: 'usage', summary: 'Bytes and tunnels by client, month and egress' },
    description: 'Live tunnels are in it as of the request. Months are kept for 25 months.',
    query: usageQuery,
    answers: listOf('usage', { client: text, month: text, egress: text, up: integer, down: integer, tunnels: integer }),
    handle: async ({ query }) => ok({ status: 200, body: { usage: (await meter.usage(query)).map(usageView) } }),
  })
  addRoute(scope, {
    ...{ method: 'GET', url: '/plans', tag: 'usage', summary: 'What each client has used of its plan in this month' },
    answers: listOf('plans', {
      ...{ client: text, plan: orNull(text), limitBytes: orNull(integer), usedBytes: integer },
      state: { type: 'string', enum: ['within', 'warned', 'soft', 'hard'] },
    }),
    handle: () => ok({ status: 200, body: { plans: meter.plans().map(planView) } }),
  })
  addRoute(scope, {
    ...{
      method: 'GET',
      url: '/tunnels',
      tag: 'tunnels',
      summary: 'Live tunnels, the newest first',
      query: tunnelsQuery,
    },
    answers: tunnelsAnswer,
    handle: ({ query }) => showTunnels(meter.live(), query),
  })
}

const usageView = ({ client, month, egress, up, down, tunnels }: UsageView) => ({
  client,
  month,
  egress,
  up,
  down,
  tunnels,
})
const planView = ({ plan, limitBytes, ...view }: PlanView) => ({
  ...view,
  plan: plan ?? null,
  limitBytes: limitBytes ?? null,
})

const tunnelsAnswer: JsonSchema = {
  type: 'object',
  properties: {
    live: { type: 'integer', description: 'How many there are, of those that were asked for.' },
    tunnels: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          ...{ id: text, client: text, label: text, kind: text, from: text, destination: text, egress: orNull(text) },
          ...{ address: orNull(text), remote: orNull(text), openedAt: text, up: integer, down: integer },
        },
      },
    },
  },
  required: ['live', 'tunnels'],
}

function showTunnels(live: readonly LiveTunnel[], { limit, client, egress }: TunnelsQuery): Outcome {
  const asked = live.filter(
    ({ ask, dialled }) =>
      (client === undefined || ask.client.name === client) && (egress === undefined || dialled?.egress === egress),
  )
  const tunnels = asked.slice(-limit).toReversed().map(tunnelView)
  return ok({ status: 200, body: { live: asked.length, tunnels } })
}

function tunnelView({ id, ask, openedAt, dialled, up, down }: LiveTunnel): Readonly<Record<string, unknown>> {
  return {
    ...{ id, client: ask.client.name, label: ask.client.label, kind: ask.kind, from: formatAddress(ask.from) },
    ...{ destination: formatDestination(ask.destination), egress: dialled?.egress ?? null },
    address: dialled?.address ?? null,
    remote: dialled?.remote === undefined ? null : formatAddress(dialled.remote),
    ...{ openedAt: isoText(openedAt), up, down },
  }
}
