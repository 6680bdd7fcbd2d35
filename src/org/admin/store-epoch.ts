/** `/store/epoch`: what becomes of the grants that a restored backup brought back (P-08). */
import type { FastifyInstance } from 'fastify'
import { ok } from '../../values/result.ts'
import type { JsonSchema, Schema } from '../../values/schema.ts'
import type { OrgParts } from '../parts.ts'
import type { Epoch } from '../rules/judge-token.ts'
import { addRoute, type Outcome } from './api.ts'
import { actor, committed } from './saving.ts'

type Body = { readonly olderGrants: Epoch['olderGrants'] }
const choices = ['refuse', 'accept-newer-once'] as const
const bodySchema: Schema<Body> = {
  type: 'object',
  additionalProperties: false,
  required: ['olderGrants'],
  properties: {
    olderGrants: {
      type: 'string',
      enum: choices,
      description:
        'refuse: every grant of the epochs before is refused. accept-newer-once: a genuine token that is newer than its row is accepted once.',
    },
  },
}
const answers: JsonSchema = {
  type: 'object',
  properties: { current: { type: 'integer' }, olderGrants: { type: 'string', enum: choices } },
  required: ['current', 'olderGrants'],
}

export function registerStoreEpoch(scope: FastifyInstance, parts: OrgParts): void {
  const url = '/store/epoch'
  const tag = 'store'
  addRoute(scope, {
    ...{ method: 'GET', url, tag, summary: "Read the store's epoch", answers },
    handle: () => ok({ status: 200, body: parts.epoch() }),
  })
  addRoute(scope, {
    ...{ method: 'POST', url, tag, summary: 'Start a new epoch after restoring a backup', body: bodySchema, answers },
    handle: ({ body }) => start(parts, body),
  })
}

async function start(parts: OrgParts, { olderGrants }: Body): Promise<Outcome> {
  const at = parts.clock()
  const entry = { id: parts.recordIds(at), at, actor, action: 'startEpoch', object: 'store' }
  const result = await parts.storage.write('startEpoch', {
    olderGrants,
    audit: { ...entry, before: null, after: null },
  })
  const epoch = committed(result)
  if (!epoch.ok) return epoch
  await parts.epoch.refresh()
  return ok({ status: 200, body: epoch.value })
}
