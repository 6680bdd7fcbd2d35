/** `/oauth-usage`: who has which grant, how often it was used and refused, and how to end it (SF-234, L-106). */
import type { FastifyInstance } from 'fastify'
import { fault, ok } from '../../values/result.ts'
import type { JsonSchema, Schema } from '../../values/schema.ts'
import { instant, isoText } from '../../values/time.ts'
import type { OrgParts } from '../parts.ts'
import { findUsage, type UsageRow } from '../store/grants.ts'
import { canonicalUsername, findUser } from '../store/users.ts'
import { listSchema, pageLimit, pageOf, pageProperties, pageStart, type PageQuery } from '../../http/paging.ts'
import { invalid } from '../../http/problem.ts'
import { notFound } from './problems.ts'
import { addRoute, type Outcome } from './api.ts'
import { actor, committed, logEnded } from './saving.ts'

type Query = PageQuery & { readonly app?: string; readonly user?: string; readonly ended?: boolean }
const text: JsonSchema = { type: 'string', maxLength: 255 }
const querySchema: Schema<Query> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...pageProperties(1000),
    app: text,
    user: { ...text, description: 'A username.' },
    ended: { type: 'boolean', description: 'Ended grants as well.' },
  },
}
const integer: JsonSchema = { type: 'integer' }
const grantSchema: JsonSchema = {
  type: 'object',
  properties: {
    id: text,
    app: text,
    user: text,
    flow: text,
    scopes: { type: 'array', items: text },
    firstUsedAt: text,
    lastUsedAt: text,
    useCount: { ...integer, description: 'Redemptions that succeeded.' },
    refusals: { ...integer, description: 'Redemptions that were refused; counted apart.' },
    generation: integer,
    addresses: { type: 'array', items: text, description: 'Newest first.' },
  },
  required: ['id', 'app', 'user', 'useCount', 'refusals'],
  additionalProperties: true,
}

type Revocation = { readonly grant?: string; readonly user?: string; readonly app?: string }
const revocationSchema: Schema<Revocation> = {
  type: 'object',
  description: 'At least one; what is given must all hold.',
  additionalProperties: false,
  properties: { grant: text, user: { ...text, description: 'A username.' }, app: text },
}

export function registerOauthUsage(scope: FastifyInstance, parts: OrgParts): void {
  const tag = 'OAuth usage'
  addRoute(scope, {
    ...{ method: 'GET', url: '/oauth-usage', tag, summary: 'List the grants', query: querySchema },
    answers: listSchema('grants', grantSchema),
    handle: ({ query }) => list(parts, query),
  })
  addRoute(scope, {
    ...{ method: 'POST', url: '/oauth-usage/revoke', tag, summary: 'End grants', body: revocationSchema },
    answers: { type: 'object', properties: { revoked: integer }, required: ['revoked'] },
    handle: ({ body }) => revoke(parts, body),
  })
}

async function list(parts: OrgParts, query: Query): Promise<Outcome> {
  const above = pageStart(query)
  if (!above.ok) return above
  const limit = pageLimit(query)
  const username = query.user === undefined ? undefined : canonicalUsername(query.user)
  const asked = { app: query.app, username, ended: query.ended, above: above.value, limit: limit + 1 }
  const rows = await parts.storage.read(() => findUsage(asked))
  const { page, next } = pageOf(rows, limit, ({ id }) => id)
  return ok({ status: 200, body: { grants: page.map(grantView), next } })
}

const timeOrNull = (at: number | null): string | null => (at === null ? null : isoText(instant(at)))

function grantView(row: UsageRow): Readonly<Record<string, unknown>> {
  return {
    id: row.id,
    app: row.app,
    user: row.username,
    flow: row.flow,
    scopes: row.scopes.split(' '),
    firstUsedAt: timeOrNull(row.authorizedAt),
    lastUsedAt: timeOrNull(row.lastUsedAt),
    useCount: row.uses,
    refusals: row.refusals ?? 0,
    lastRefusalAt: timeOrNull(row.lastRefusalAt),
    generation: row.generation,
    hasRefreshToken: row.tokenHash !== null,
    addresses: row.addresses.split(' ').filter(Boolean),
    ended: row.ended,
    endedAt: timeOrNull(row.endedAt),
  }
}

async function revoke(parts: OrgParts, { grant, user, app }: Revocation): Promise<Outcome> {
  if (grant === undefined && user === undefined && app === undefined) {
    const message = 'names neither grant nor user nor app'
    return fault(invalid('OBJECT_INVALID', [{ path: '', message, next: 'Give at least one of grant, user, app.' }]))
  }
  const found = user === undefined ? undefined : await parts.storage.read(() => findUser(user))
  if (user !== undefined && found === undefined)
    return fault(notFound('user', user, 'GET /admin/v1/users lists the users.'))
  const at = parts.clock()
  const object = [grant && `grant ${grant}`, user && `user ${user}`, app && `app ${app}`].filter(Boolean).join(', ')
  const audit = { id: parts.recordIds(at), at, actor, action: 'revoke', object, before: null, after: null }
  const plan = { grant: grant ?? null, userId: found?.id ?? null, app: app ?? null, at, reason: 'revoked', audit }
  const revoked = committed(await parts.storage.write('revokeGrants', plan))
  if (!revoked.ok) return revoked
  await logEnded(parts, revoked.value, at)
  return ok({ status: 200, body: { revoked: revoked.value.length } })
}
