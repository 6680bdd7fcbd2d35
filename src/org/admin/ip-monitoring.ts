/** `/ip-monitoring`: addresses seen for each app, alerts, and junk by the minute (SF-237, SF-239, P-11). */
import type { FastifyInstance } from 'fastify'
import { ok } from '../../values/result.ts'
import type { JsonSchema, Schema } from '../../values/schema.ts'
import { instant, isoText } from '../../values/time.ts'
import type { OrgParts } from '../parts.ts'
import { findAlerts } from '../store/alerts.ts'
import { findAddressUse, findJunk } from '../store/monitoring.ts'
import { addRoute, type Outcome } from './api.ts'
import { parseSince, sinceProperty } from './since.ts'

type Query = { readonly app?: string; readonly since?: string; readonly limit?: number }
const querySchema: Schema<Query> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    app: { type: 'string', maxLength: 80 },
    since: { ...sinceProperty, description: 'For alerts and junk.' },
    limit: { type: 'integer', minimum: 1, maximum: 1000, description: 'Entries of each list; 100 if left out.' },
  },
}
const rows: JsonSchema = { type: 'array', items: { type: 'object', additionalProperties: true } }

export function registerIpMonitoring(scope: FastifyInstance, parts: OrgParts): void {
  addRoute(scope, {
    ...{ method: 'GET', url: '/ip-monitoring', tag: 'monitoring', query: querySchema },
    summary: 'Addresses that redeem, latest first; alerts; junk by the minute',
    answers: {
      type: 'object',
      properties: { addresses: rows, alerts: rows, junk: rows },
      required: ['addresses', 'alerts', 'junk'],
    },
    handle: ({ query }) => show(parts, query),
  })
}

async function show(parts: OrgParts, { app, since: text, limit = 100 }: Query): Promise<Outcome> {
  const since = parseSince(text)
  if (!since.ok) return since
  await parts.monitor.flush() // so that what was counted until now is seen
  const filter = { limit, ...(app === undefined ? {} : { app }) }
  const from = since.value ?? 0
  const [addresses, alerts, junk] = await parts.storage.read(function* () {
    const seen = yield* findAddressUse(filter)
    return [seen, yield* findAlerts({ ...filter, since: from }), yield* findJunk({ since: from, limit })] as const
  })
  const body = {
    addresses: addresses.map((row) => ({ ...row, firstSeen: time(row.firstSeen), lastSeen: time(row.lastSeen) })),
    alerts: alerts.map(({ id: _id, at, ...row }) => ({ at: time(at), ...row })),
    junk: junk.map(({ minute, ...row }) => ({ minute: time(minute * 60_000), ...row })),
  }
  return ok({ status: 200, body })
}

const time = (at: number): string => isoText(instant(at))
