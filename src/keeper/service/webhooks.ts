/** `/v1/webhooks`: who is told of events, and how that goes. They are made in the configuration. */
import type { FastifyInstance } from 'fastify'
import { ok } from '../../values/result.ts'
import type { JsonSchema } from '../../values/schema.ts'
import { isoText, type Instant } from '../../values/time.ts'
import type { WebhookTest, WebhookView } from '../webhook-face.ts'
import { addRoute } from './api.ts'
import type { ServiceParts } from './parts.ts'

export function registerWebhooks(scope: FastifyInstance, { keeper }: ServiceParts): void {
  const about = { tag: 'webhooks' }
  addRoute(scope, {
    ...{ ...about, method: 'GET', url: '/webhooks', summary: 'List the webhooks, and how deliveries go' },
    answers: { type: 'object', properties: { webhooks: { type: 'array', items: webhookSchema } } },
    async handle({ caller }) {
      const all = await keeper.webhooks.list(caller)
      return ok({ status: 200, body: { webhooks: all.map(shown) } })
    },
  })
  addRoute(scope, {
    ...{ ...about, method: 'POST', url: '/webhooks/:name/test', summary: 'Send a test event now, once' },
    answers: testSchema,
    async handle({ param, caller }) {
      const tested = await keeper.webhooks.test({ name: param('name'), ...caller })
      return ok({ status: 200, body: shownTest(tested) })
    },
  })
  addRoute(scope, {
    ...{ ...about, method: 'POST', url: '/webhooks/:name/resume' },
    summary: 'Enable it after a 410, and try at once what waits',
    answers: webhookSchema,
    async handle({ param, caller }) {
      const view = await keeper.webhooks.resume({ name: param('name'), ...caller })
      return ok({ status: 200, body: shown(view) })
    },
  })
}

const at = (when: Instant | undefined): string | null => (when === undefined ? null : isoText(when))

const shown = (view: WebhookView): Readonly<Record<string, unknown>> => ({
  ...{ name: view.name, host: view.host, events: view.events },
  ...{ last_success_at: at(view.lastSuccessAt), last_failure_at: at(view.lastFailureAt) },
  ...{ last_failure: view.lastFailure ?? null, failures: view.failures, pending: view.pending },
  ...{ gave_up: view.gaveUp, missed: view.missed, disabled_at: at(view.disabledAt) },
})

const shownTest = (tested: WebhookTest): Readonly<Record<string, unknown>> =>
  tested.delivered ? { delivered: true, status: tested.status } : { delivered: false, why: tested.why }

const text: JsonSchema = { type: 'string' }
const count = (description: string): JsonSchema => ({ type: 'integer', minimum: 0, description })
const orNull = (description: string): JsonSchema => ({ anyOf: [text, { type: 'null' }], description })

const webhookSchema: JsonSchema = {
  type: 'object',
  properties: {
    name: text,
    host: { type: 'string', description: 'With its port; the path is not shown.' },
    events: { type: 'array', items: text },
    last_success_at: orNull('ISO 8601.'),
    last_failure_at: orNull('ISO 8601.'),
    last_failure: orNull('In words.'),
    failures: count('In a row.'),
    pending: count('Events that it is still to be told of.'),
    gave_up: count('Events that were given up after three days.'),
    missed: count('Events that were pruned before it could be told of them.'),
    disabled_at: orNull('Since it answered 410.'),
  },
}
const testSchema: JsonSchema = {
  type: 'object',
  properties: {
    delivered: { type: 'boolean' },
    status: { type: 'integer', description: 'What it answered, where it took it.' },
    why: { type: 'string', description: 'Where it did not.' },
  },
  required: ['delivered'],
}
