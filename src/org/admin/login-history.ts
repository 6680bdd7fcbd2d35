/** `/login-history`: every decision with Salesforce's status text and its own reason, newest first (SF-231 to SF-233). */
import type { FastifyInstance } from 'fastify'
import { ok } from '../../values/result.ts'
import type { JsonSchema, Schema } from '../../values/schema.ts'
import { instant, isoText } from '../../values/time.ts'
import type { OrgParts } from '../parts.ts'
import { explainTrace, type TraceLine } from '../rules/decide.ts'
import { stored } from '../settings/compile.ts'
import { findHistory, type HistoryRow } from '../store/history.ts'
import { canonicalUsername } from '../store/users.ts'
import { listSchema, pageLimit, pageOf, pageProperties, pageStart, type PageQuery } from '../../http/paging.ts'
import { addRoute, type Outcome } from './api.ts'
import { parseSince, sinceProperty } from './since.ts'

type Query = PageQuery & {
  readonly since?: string
  readonly app?: string
  readonly user?: string
  readonly status?: string
  readonly decision?: string
}
const text: JsonSchema = { type: 'string', maxLength: 255 }
const querySchema: Schema<Query> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...pageProperties(1000),
    since: sinceProperty,
    app: text,
    user: { ...text, description: 'A username.' },
    status: { ...text, description: "Salesforce's text, e.g. `Restricted IP`." },
    decision: { ...text, description: "The project's own reason, e.g. `refresh_token_ip_allowlist`." },
  },
}
const entrySchema: JsonSchema = {
  type: 'object',
  properties: {
    at: text,
    loginType: text,
    subType: text,
    sourceIp: text,
    status: text,
    decision: text,
    trace: { type: 'array', items: { type: 'object', additionalProperties: true } },
    explained: { type: 'array', items: { type: 'string' } },
  },
  required: ['at', 'status', 'decision', 'sourceIp'],
  additionalProperties: true,
}

export function registerLoginHistory(scope: FastifyInstance, parts: OrgParts): void {
  addRoute(scope, {
    ...{ method: 'GET', url: '/login-history', tag: 'monitoring', summary: 'Read login history, newest first' },
    query: querySchema,
    answers: listSchema('entries', entrySchema),
    handle: ({ query }) => list(parts, query),
  })
}

async function list(parts: OrgParts, query: Query): Promise<Outcome> {
  const start = pageStart(query)
  if (!start.ok) return start
  const since = parseSince(query.since)
  if (!since.ok) return since
  const limit = pageLimit(query)
  const asked = {
    since: since.value,
    app: query.app,
    username: query.user === undefined ? undefined : canonicalUsername(query.user),
    status: query.status,
    decision: query.decision,
    below: start.value === undefined ? undefined : Number(start.value),
    limit: limit + 1,
  }
  const rows = await parts.storage.read(() => findHistory(asked))
  const { page, next } = pageOf(rows, limit, ({ id }) => id)
  return ok({ status: 200, body: { entries: page.map(entryView), next } })
}

function entryView({ id: _id, at, trace, ...row }: HistoryRow): Readonly<Record<string, unknown>> {
  const lines = trace === null ? [] : stored<TraceLine[]>(trace)
  return { at: isoText(instant(at)), ...row, trace: lines, explained: explainTrace(lines) }
}
