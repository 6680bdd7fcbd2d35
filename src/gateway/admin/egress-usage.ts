/** `/egress/NAME/usage`: whether anybody still uses an address, for whoever gives it up. */
import type { FastifyInstance } from 'fastify'
import { fault, ok } from '../../values/result.ts'
import type { JsonSchema, Schema } from '../../values/schema.ts'
import { before, instant, isoText } from '../../values/time.ts'
import { keptHours } from '../metering/ticking.ts'
import { findEgressUse, findWhetherUsed } from '../store/usage.ts'
import type { AdminParts } from './admin-parts.ts'
import { noEgress, type Problem } from './problems.ts'
import { addRoute, type Outcome } from './api.ts'
import { parseSince, sinceProperty } from './since.ts'

type Query = { readonly since: string }
const query: Schema<Query> = {
  type: 'object',
  additionalProperties: false,
  required: ['since'],
  properties: { since: { ...sinceProperty, description: `${sinceProperty.description} At most 92 days ago.` } },
}
const text: JsonSchema = { type: 'string' }
const integer: JsonSchema = { type: 'integer' }
const answers: JsonSchema = {
  type: 'object',
  properties: {
    ...{ egress: text, since: text },
    unused: {
      type: 'boolean',
      description: 'No tunnel is open, and since then none was opened and none carried a byte.',
    },
    liveTunnels: integer,
    destinations: {
      type: 'array',
      description:
        'Of each allow rule that was used since then: the counts of whole hours, the one in which since lies included, and its last use, which lies at most one interval of the meter before what is told.',
      items: {
        type: 'object',
        properties: { destination: text, tunnels: integer, up: integer, down: integer, lastUsedAt: text },
      },
    },
  },
  required: ['egress', 'since', 'unused', 'liveTunnels', 'destinations'],
}

export function registerEgressUsage(scope: FastifyInstance, parts: AdminParts): void {
  addRoute(scope, {
    ...{ method: 'GET', url: '/egress/:name/usage', tag: 'egress', query, answers },
    summary: 'Tunnels and bytes by destination since an instant',
    description:
      'Of clients; the gateway’s own probes are not in it. A name that was removed is answered for as long as its use is kept.',
    handle: ({ param, query: { since } }) => show(parts, param('name'), since),
  })
}

async function show(parts: AdminParts, egress: string, from: string): Promise<Outcome> {
  const now = parts.clock()
  const since = parseSince(from, { first: before(now, keptHours), last: now })
  if (!since.ok) return since
  await parts.meter.flush()
  // a proof that leaves out what is only in memory is none
  if (!parts.meter.settled()) return fault(notProven)
  const liveTunnels = parts.meter.live().filter(({ dialled }) => dialled?.egress === egress).length
  const [used, known] = await parts.storage.read(function* () {
    return [yield* findEgressUse({ egress, since: since.value }), yield* findWhetherUsed(egress)] as const
  })
  const declared = parts.declared.items().some(({ entry }) => entry.name === egress)
  // of a name that was mistyped nothing is ever used
  if (!declared && !known && liveTunnels === 0) return fault(noEgress(egress))
  const destinations = used.map((use) => ({ ...use, lastUsedAt: isoText(instant(use.lastUsedAt)) }))
  const unused = liveTunnels === 0 && destinations.length === 0
  return ok({ status: 200, body: { egress, since: isoText(since.value), unused, liveTunnels, destinations } })
}

const notProven: Problem = {
  code: 'STORE_NOT_AVAILABLE',
  detail: 'Use that was counted is not in the store yet, so nothing can be shown of it.',
  next: ['Ask again in a moment; the log says why the store takes nothing.'],
}
