/** `/users`: made and changed, deactivated instead of removed. */
import type { FastifyInstance } from 'fastify'
import { pathText } from '../../documents/fault.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import type { JsonSchema, Schema } from '../../values/schema.ts'
import { instant, isoText } from '../../values/time.ts'
import { checkUser } from '../metadata/check-object.ts'
import { canonicalJson } from '../metadata/merge.ts'
import { defaultProfile, standardProfiles, userSchema, type User } from '../metadata/people.ts'
import { plainSecretSchema, type Uninterpreted } from '../metadata/schema.ts'
import { stored } from '../settings/compile.ts'
import { findObjects } from '../store/objects.ts'
import type { UserChange } from '../store/save.ts'
import { canonicalUsername, findUser, findUsers, type UserRow } from '../store/users.ts'
import type { AdminParts } from './admin-parts.ts'
import { mergePatch, patchSchema } from './merge-patch.ts'
import { listSchema, pageLimit, pageOf, pageProperties, pageStart, type PageQuery } from '../../http/paging.ts'
import { invalid } from '../../http/problem.ts'
import { notFound, type Problem } from './problems.ts'
import { addRoute, checkBody, type Call, type Outcome } from './api.ts'
import { contentTag, saveChange, staleEditor, taken, untilSaved } from './saving.ts'

const tag = 'users'
const bodySchema: Schema<User> = userSchema(plainSecretSchema)
const pageSchema: Schema<PageQuery> = { type: 'object', additionalProperties: false, properties: pageProperties(1000) }
const viewSchema: JsonSchema = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    username: { type: 'string' },
    profile: { type: 'string' },
    isActive: { type: 'boolean' },
    hasPassword: { type: 'boolean' },
  },
  required: ['id', 'username', 'isActive'],
  additionalProperties: true,
}

export function registerUsers(scope: FastifyInstance, parts: AdminParts): void {
  addRoute(scope, {
    ...{ method: 'GET', url: '/users', tag, summary: 'List the users', query: pageSchema },
    answers: listSchema('users', viewSchema),
    handle: ({ query }) => list(parts, query),
  })
  addRoute(scope, {
    ...{ method: 'POST', url: '/users', tag, summary: 'Make a user', body: bodySchema, makes: true },
    answers: viewSchema,
    handle: ({ body }) => create(parts, body),
  })
  addRoute(scope, {
    ...{ method: 'GET', url: '/users/:name', tag, summary: 'Read a user', answers: viewSchema },
    handle: ({ param }) => show(parts, param('name')),
  })
  addRoute(scope, {
    ...{ method: 'PATCH', url: '/users/:name', tag, summary: 'Change a user (JSON Merge Patch)', ifMatch: 'taken' },
    body: patchSchema,
    answers: viewSchema,
    handle: (call) => change(parts, call),
  })
}

function view(row: UserRow): Readonly<Record<string, unknown>> {
  return {
    id: row.id,
    ...stored<Record<string, unknown>>(row.content),
    username: row.username,
    isActive: row.isActive === 1,
    hasPassword: row.passwordHash !== null,
    createdAt: isoText(instant(row.createdAt)),
    changedAt: isoText(instant(row.changedAt)),
  }
}

export const noUser = (name: string): Problem => notFound('user', name, 'GET /admin/v1/users lists the users.')

async function list(parts: AdminParts, query: PageQuery): Promise<Outcome> {
  const above = pageStart(query)
  if (!above.ok) return above
  const limit = pageLimit(query)
  const rows = await parts.storage.read(() => findUsers({ above: above.value, limit: limit + 1 }))
  const { page, next } = pageOf(rows, limit, ({ username }) => username)
  return ok({ status: 200, body: { users: page.map(view), next } })
}

async function show(parts: AdminParts, name: string, status: 200 | 201 = 200): Promise<Outcome> {
  const row = await parts.storage.read(() => findUser(name))
  return row === undefined ? fault(noUser(name)) : ok({ status, body: view(row), etag: contentTag(row.content) })
}

async function create(parts: AdminParts, user: User): Promise<Outcome> {
  const faults = await faultsOf(parts, user)
  if (faults !== undefined) return fault(faults)
  const saved = await saveChange(parts, await changeFor(parts, user, null), 'create')
  if (!saved.ok) return saved
  if (saved.value.kind === 'stale') return fault(taken('NAME_TAKEN', `A user is called ${user.username} already.`))
  return await show(parts, user.username, 201)
}

/** The content has no password in it; the hash stands beside it. */
async function changeFor(parts: AdminParts, { password, ...user }: User, expects: string | null): Promise<UserChange> {
  const name = canonicalUsername(user.username)
  const content = { profile: defaultProfile, isActive: true, ...user, username: name }
  const hash = password === undefined ? {} : { passwordHash: await parts.passwords.hash(password) }
  return { kind: 'user', name, expects, content: canonicalJson(content), isActive: content.isActive, ...hash }
}

async function change(parts: AdminParts, { body, param, ifMatch }: Call<Uninterpreted, unknown>): Promise<Outcome> {
  const name = param('name')
  const saved = await untilSaved(async () => {
    const row = await parts.storage.read(() => findUser(name))
    if (row === undefined) return fault(noUser(name))
    const stale = staleEditor(ifMatch, contentTag(row.content))
    if (stale !== undefined) return fault(stale)
    const next = await patched(parts, row, body)
    if (!next.ok) return next
    const attempt = await saveChange(parts, await changeFor(parts, next.value, row.content), 'update')
    return attempt.ok && attempt.value.kind === 'stale' ? ok('stale' as const) : attempt
  })
  return saved.ok ? await show(parts, name) : saved
}

async function patched(parts: AdminParts, row: UserRow, patch: Uninterpreted): Promise<Result<User, Problem>> {
  const checked = checkBody(bodySchema, mergePatch(stored(row.content), patch))
  if (!checked.ok) return checked
  if (canonicalUsername(checked.value.username) !== row.username)
    return fault(
      invalid('OBJECT_INVALID', [{ path: 'username', message: 'cannot be changed', next: 'Make another user.' }]),
    )
  const faults = await faultsOf(parts, checked.value)
  return faults === undefined ? checked : fault(faults)
}

async function faultsOf(parts: AdminParts, user: User): Promise<Problem | undefined> {
  const rows = await parts.storage.read(() => findObjects('profile', { limit: 10_000 }))
  const faults = checkUser(user, [...standardProfiles, ...rows.map(({ name }) => name)])
  if (faults.length === 0) return undefined
  return invalid(
    'OBJECT_INVALID',
    faults.map(({ at, ...rest }) => ({ path: pathText(at), ...rest })),
  )
}
