/** Profiles, permission sets, and the settings that an org has one of each. */
import type { FastifyInstance } from 'fastify'
import { pathText } from '../../documents/fault.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import type { Schema } from '../../values/schema.ts'
import { checkProfile, checkSecuritySettings } from '../metadata/check-object.ts'
import { canonicalJson } from '../metadata/merge.ts'
import type { ObjectFault } from '../metadata/object-fault.ts'
import {
  connectedAppSettingsSchema,
  externalClientAppSettingsSchema,
  oauthOidcSettingsSchema,
  organizationSchema,
  securitySettingsSchema,
} from '../metadata/org-wide.ts'
import { permissionSetSchema, profileSchema } from '../metadata/people.ts'
import type { Uninterpreted } from '../metadata/schema.ts'
import type { OrgParts } from '../parts.ts'
import { stored } from '../settings/compile.ts'
import { findObject, findObjects, singletonName, type ObjectRow } from '../store/objects.ts'
import type { ObjectChange } from '../store/save.ts'
import { mergePatch, patchSchema } from './merge-patch.ts'
import { listSchema, pageLimit, pageOf, pageProperties, pageStart, type PageQuery } from '../../http/paging.ts'
import { invalid } from '../../http/problem.ts'
import { notFound, type Problem } from './problems.ts'
import { addRoute, checkBody, type Call, type Outcome } from './api.ts'
import { contentTag, saveChange, staleEditor, taken, untilSaved } from './saving.ts'

/** One metadata type: where it is found, what it may be. */
type Type<T> = {
  readonly kind: ObjectChange['objectKind']
  readonly url: string
  readonly called: string
  readonly schema: Schema<T>
  readonly check: (object: T) => readonly ObjectFault[]
}
const pageSchema: Schema<PageQuery> = { type: 'object', additionalProperties: false, properties: pageProperties(1000) }
const fine = (): readonly ObjectFault[] => []

export function registerObjects(scope: FastifyInstance, parts: OrgParts): void {
  const profile = {
    kind: 'profile',
    url: '/profiles',
    called: 'profile',
    schema: profileSchema,
    check: checkProfile,
  } as const
  const set = {
    kind: 'permissionSet',
    url: '/permission-sets',
    called: 'permission set',
    schema: permissionSetSchema,
  } as const
  registerNamed(scope, parts, profile)
  registerNamed(scope, parts, { ...set, check: fine })
  const one = { check: fine, called: 'setting' } as const
  registerSingle(scope, parts, { ...one, kind: 'organization', url: '/organization', schema: organizationSchema })
  registerSingle(scope, parts, {
    ...{ kind: 'securitySettings', url: '/settings/security', called: 'setting' },
    ...{ schema: securitySettingsSchema, check: checkSecuritySettings },
  })
  registerSingle(scope, parts, {
    ...one,
    kind: 'oauthOidcSettings',
    url: '/settings/oauth-oidc',
    schema: oauthOidcSettingsSchema,
  })
  registerSingle(scope, parts, {
    ...{ ...one, kind: 'connectedAppSettings', url: '/settings/connected-app', schema: connectedAppSettingsSchema },
  })
  registerSingle(scope, parts, {
    ...{ ...one, kind: 'externalClientAppSettings', url: '/settings/external-client-app' },
    schema: externalClientAppSettingsSchema,
  })
}

function registerSingle<T extends object>(scope: FastifyInstance, parts: OrgParts, type: Type<T>): void {
  const { url, schema } = type
  const tag = 'org settings'
  addRoute(scope, {
    ...{ method: 'GET', url, tag, summary: `Read ${type.kind}`, answers: schema },
    handle: () => show(parts, type, singletonName),
  })
  addRoute(scope, {
    ...{ method: 'PATCH', url, tag, summary: `Change ${type.kind} (JSON Merge Patch)`, ifMatch: 'taken' },
    body: patchSchema,
    answers: schema,
    handle: (call) => change(parts, type, { ...call, name: singletonName }),
  })
}

function registerNamed<T extends { readonly name: string }>(
  scope: FastifyInstance,
  parts: OrgParts,
  type: Type<T>,
): void {
  const { url, schema, called } = type
  const list = url.slice(1).replace('-s', 'S')
  const tag = list
  addRoute(scope, {
    ...{
      method: 'GET',
      url,
      tag,
      summary: `List the ${called}s`,
      query: pageSchema,
      answers: listSchema(list, schema),
    },
    handle: ({ query }) => page(parts, { type, list, query }),
  })
  addRoute(scope, {
    ...{ method: 'POST', url, tag, summary: `Make a ${called}`, body: schema, answers: schema, makes: true },
    handle: ({ body }) => create(parts, type, body),
  })
  const named = { url: `${url}/:name`, tag } as const
  addRoute(scope, {
    ...{ ...named, method: 'GET', summary: `Read a ${called}`, answers: schema },
    handle: ({ param }) => show(parts, type, param('name')),
  })
  addRoute(scope, {
    ...{
      ...named,
      method: 'PATCH',
      summary: `Change a ${called} (JSON Merge Patch)`,
      ifMatch: 'taken',
      body: patchSchema,
    },
    answers: schema,
    handle: (call) => change(parts, type, { ...call, name: call.param('name') }),
  })
  addRoute(scope, {
    ...{ ...named, method: 'DELETE', summary: `Remove a ${called}`, ifMatch: 'taken' },
    handle: (call) => remove(parts, type, call),
  })
}

const noObject = ({ called, url }: { readonly called: string; readonly url: string }, name: string): Problem =>
  notFound(called, name, `GET /admin/v1${url} lists them.`)

type Listing<T> = { readonly type: Type<T>; readonly list: string; readonly query: PageQuery }

async function page<T>(parts: OrgParts, { type, list, query }: Listing<T>): Promise<Outcome> {
  const above = pageStart(query)
  if (!above.ok) return above
  const limit = pageLimit(query)
  const rows = await parts.storage.read(() => findObjects(type.kind, { above: above.value, limit: limit + 1 }))
  const { page: shown, next } = pageOf(rows, limit, ({ name }) => name)
  return ok({ status: 200, body: { [list]: shown.map(({ content }) => stored(content)), next } })
}

/** A setting that was never saved is an empty object: all of it is default. */
async function show<T>(parts: OrgParts, type: Type<T>, name: string): Promise<Outcome> {
  const row = await parts.storage.read(() => findObject(type.kind, name))
  if (row === undefined && name !== singletonName) return fault(noObject(type, name))
  const content = row?.content ?? '{}'
  return ok({ status: 200, body: stored(content), etag: contentTag(content) })
}

async function create<T extends { readonly name: string }>(
  parts: OrgParts,
  type: Type<T>,
  object: T,
): Promise<Outcome> {
  const faults = faultsOf(type, object)
  if (faults !== undefined) return fault(faults)
  const { name } = object
  const made = { kind: 'object', objectKind: type.kind, name, expects: null, content: canonicalJson(object) } as const
  const saved = await saveChange(parts, made, 'create')
  if (!saved.ok) return saved
  if (saved.value.kind === 'stale') return fault(taken('NAME_TAKEN', `A ${type.called} is called ${name} already.`))
  return ok({ status: 201, body: object, etag: contentTag(made.content) })
}

type Changing = Call<Uninterpreted, unknown> & { readonly name: string }

async function change<T extends object>(
  parts: OrgParts,
  type: Type<T>,
  { name, body, ifMatch }: Changing,
): Promise<Outcome> {
  const saved = await untilSaved(async () => {
    const row = await parts.storage.read(() => findObject(type.kind, name))
    if (row === undefined && name !== singletonName) return fault(noObject(type, name))
    const stale = staleEditor(ifMatch, contentTag(row?.content ?? '{}'))
    if (stale !== undefined) return fault(stale)
    const next = patched(type, row, body)
    if (!next.ok) return next
    const content = canonicalJson(next.value)
    const same = { kind: 'object', objectKind: type.kind, name, expects: row?.content ?? null } as const
    const attempt = await saveChange(parts, { ...same, content }, 'update')
    return attempt.ok && attempt.value.kind === 'stale' ? ok('stale' as const) : attempt
  })
  return saved.ok ? await show(parts, type, name) : saved
}

function patched<T extends object>(
  type: Type<T>,
  row: ObjectRow | undefined,
  patch: Uninterpreted,
): Result<T, Problem> {
  const before = row === undefined ? {} : stored<Record<string, unknown>>(row.content)
  const checked = checkBody(type.schema, mergePatch(before, patch))
  if (!checked.ok) return checked
  const after = new Map<string, unknown>(Object.entries(checked.value))
  const fixed = type.kind === 'organization' ? 'id' : 'name' // what other objects and tokens call it by
  if (before[fixed] !== undefined && after.get(fixed) !== before[fixed])
    return fault(
      invalid('OBJECT_INVALID', [{ path: fixed, message: 'cannot be changed', next: `Leave ${fixed} out.` }]),
    )
  const faults = faultsOf(type, checked.value)
  return faults === undefined ? checked : fault(faults)
}

async function remove<T>(parts: OrgParts, type: Type<T>, { param, ifMatch }: Call<unknown, unknown>): Promise<Outcome> {
  const name = param('name')
  const saved = await untilSaved(async () => {
    const row = await parts.storage.read(() => findObject(type.kind, name))
    if (row === undefined) return fault(noObject(type, name))
    const stale = staleEditor(ifMatch, contentTag(row.content))
    if (stale !== undefined) return fault(stale)
    const deletion = { kind: 'delete', objectKind: type.kind, name, expects: row.content } as const
    const attempt = await saveChange(parts, deletion, 'delete')
    return attempt.ok && attempt.value.kind === 'stale' ? ok('stale' as const) : attempt
  })
  return saved.ok ? ok({ status: 204 }) : saved
}

function faultsOf<T>(type: Type<T>, object: T): Problem | undefined {
  const faults = type.check(object).map(({ at, ...rest }) => ({ path: pathText(at), ...rest }))
  return faults.length === 0 ? undefined : invalid('OBJECT_INVALID', faults)
}
