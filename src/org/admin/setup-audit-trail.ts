/** `/setup-audit-trail`: who changed what, with before and after (SF-146). */
import type { FastifyInstance } from 'fastify'
import { ok } from '../../values/result.ts'
import type { Schema } from '../../values/schema.ts'
import { instant, isoText } from '../../values/time.ts'
import type { OrgParts } from '../parts.ts'
import { findAudit, type AuditEntry } from '../store/audit.ts'
import { listSchema, pageLimit, pageOf, pageProperties, pageStart, type PageQuery } from '../../http/paging.ts'
import { addRoute, type Outcome } from './api.ts'
import { parseSince, sinceProperty } from './since.ts'

type Query = PageQuery & { readonly since?: string; readonly object?: string }
const querySchema: Schema<Query> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...pageProperties(1000),
    since: sinceProperty,
    object: { type: 'string', maxLength: 200, description: 'E.g. `externalClientApp Nightly_Sync`.' },
  },
}

export function registerSetupAuditTrail(scope: FastifyInstance, parts: OrgParts): void {
  addRoute(scope, {
    ...{ method: 'GET', url: '/setup-audit-trail', tag: 'monitoring', query: querySchema },
    summary: 'Changes of the setup, newest first',
    answers: listSchema('entries', { type: 'object', additionalProperties: true }),
    handle: ({ query }) => list(parts, query),
  })
}

async function list(parts: OrgParts, query: Query): Promise<Outcome> {
  const start = pageStart(query)
  if (!start.ok) return start
  const since = parseSince(query.since)
  if (!since.ok) return since
  const limit = pageLimit(query)
  const below = start.value === undefined ? undefined : Number(start.value)
  const rows = await parts.storage.read(() =>
    findAudit({ since: since.value, object: query.object, below, limit: limit + 1 }),
  )
  const { page, next } = pageOf(rows, limit, ({ id }) => id)
  return ok({ status: 200, body: { entries: page.map(entryView), next } })
}

function entryView({ id: _id, at, before, after, ...row }: AuditEntry): Readonly<Record<string, unknown>> {
  return { at: isoText(instant(at)), ...row, before: parsed(before), after: parsed(after) }
}

const parsed = (json: string | null): unknown => (json === null ? null : JSON.parse(json))
