/** `/apps`: External Client Apps can be made, changed and removed; Connected Apps changed and removed (SF-318). */
import type { FastifyInstance } from 'fastify'
import { pathText } from '../../documents/fault.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import type { Schema } from '../../values/schema.ts'
import type { Secret } from '../../values/secret.ts'
import { flattenFields, readApp, withConsumerKey, withoutSecret, type AppObject } from '../metadata/app-object.ts'
import { checkChange } from '../metadata/check-change.ts'
import { checkAppForSave } from '../metadata/check-object.ts'
import { connectedAppSchema } from '../metadata/connected-app.ts'
import { externalClientAppSchema, type ExternalClientApp } from '../metadata/external-client-app.ts'
import { canonicalJson, sameValue } from '../metadata/merge.ts'
import type { ObjectFault } from '../metadata/object-fault.ts'
import { plainSecretSchema, type Uninterpreted } from '../metadata/schema.ts'
import type { OrgParts } from '../parts.ts'
import { storedApp } from '../settings/compile.ts'
import { findApp, findApps, type AppRow } from '../store/apps.ts'
import type { AppChange } from '../store/save.ts'
import { mintConsumerKey, mintConsumerSecret, sealConsumerSecret } from '../tokens/consumer-secret.ts'
import { appSchema, appView } from './app-view.ts'
import { mergePatch, patchSchema } from './merge-patch.ts'
import { listSchema, pageLimit, pageOf, pageProperties, pageStart, type PageQuery } from '../../http/paging.ts'
import { invalid, type ProblemFault } from '../../http/problem.ts'
import { notFound, type Problem } from './problems.ts'
import { addRoute, checkBody, type Call, type Outcome } from './api.ts'
import { contentTag, saveChange, staleEditor, taken, untilSaved } from './saving.ts'

const tag = 'apps'
const ecaSchema = externalClientAppSchema(plainSecretSchema)
const caSchema = connectedAppSchema(plainSecretSchema)

type NewApp = ExternalClientApp & { readonly kind?: string }
const newAppSchema: Schema<NewApp> = {
  ...ecaSchema,
  properties: {
    kind: { type: 'string', enum: ['externalClientApp', 'connectedApp'], default: 'externalClientApp' },
    ...ecaSchema.properties,
  },
}
const pageSchema: Schema<PageQuery> = { type: 'object', additionalProperties: false, properties: pageProperties(200) }

export function registerApps(scope: FastifyInstance, parts: OrgParts): void {
  addRoute(scope, {
    ...{ method: 'GET', url: '/apps', tag, summary: 'List the apps', query: pageSchema },
    answers: listSchema('apps', appSchema),
    handle: ({ query }) => list(parts, query),
  })
  addRoute(scope, {
    ...{ method: 'POST', url: '/apps', tag, summary: 'Make an External Client App', body: newAppSchema },
    makes: true,
    answers: appSchema,
    handle: ({ body }) => create(parts, body),
  })
  addRoute(scope, {
    ...{ method: 'GET', url: '/apps/:name', tag, summary: 'Read an app', answers: appSchema },
    handle: ({ param }) => show(parts, param('name')),
  })
  addRoute(scope, {
    ...{ method: 'PATCH', url: '/apps/:name', tag, summary: 'Change an app (JSON Merge Patch)', ifMatch: 'taken' },
    body: patchSchema,
    answers: appSchema,
    handle: (call) => change(parts, call),
  })
  addRoute(scope, {
    ...{ method: 'DELETE', url: '/apps/:name', tag, summary: 'Remove an app and end its grants', ifMatch: 'taken' },
    handle: (call) => remove(parts, call),
  })
}

async function list(parts: OrgParts, query: PageQuery): Promise<Outcome> {
  const above = pageStart(query)
  if (!above.ok) return above
  const limit = pageLimit(query)
  const rows = await parts.storage.read(() => findApps({ above: above.value, limit: limit + 1 }))
  const { page, next } = pageOf(rows, limit, ({ name }) => name)
  return ok({ status: 200, body: { apps: page.map(appView), next } })
}

async function show(parts: OrgParts, name: string): Promise<Outcome> {
  const row = await parts.storage.read(() => findApp(name))
  if (row === undefined) return fault(noApp(name))
  return ok({ status: 200, body: appView(row), etag: contentTag(row.content) })
}

export const noApp = (name: string): Problem => notFound('app', name, 'GET /admin/v1/apps lists the apps.')

async function create(parts: OrgParts, { kind, ...object }: NewApp): Promise<Outcome> {
  if (kind === 'connectedApp') return fault(notCreatable)
  const sent: AppObject = { kind: 'externalClientApp', object }
  const consumerKey = readApp(sent).consumerKey ?? mintConsumerKey(parts.random)
  const app = withConsumerKey(sent, consumerKey)
  const faults = faultsOf(parts, app)
  if (faults.length > 0) return fault(invalid('OBJECT_INVALID', faults))
  const unconfirmed = emptyAndEnforced(app)
  if (unconfirmed !== undefined) return fault(unconfirmed)
  const secret = readApp(app).consumerSecret ?? mintConsumerSecret(parts.random)
  const saved = await saveChange(parts, newChange(parts, app, { consumerKey, secret }), 'create')
  if (!saved.ok) return saved
  if (saved.value.kind === 'stale') return fault(taken('NAME_TAKEN', `An app is called ${object.name} already.`))
  const row = await parts.storage.read(() => findApp(object.name))
  if (row === undefined) return fault(noApp(object.name)) // removed by someone else since
  return ok({ status: 201, body: { ...appView(row), consumerSecret: secret.expose() }, etag: contentTag(row.content) })
}

const notCreatable: Problem = {
  code: 'CONNECTED_APP_NOT_CREATABLE',
  detail: 'Connected Apps cannot be created since Spring 26; existing ones come in through the org file.',
  next: ['Make an External Client App, or put the Connected App into the org file.'],
}

type Keys = { readonly consumerKey: string; readonly secret: Secret }

function newChange(parts: OrgParts, app: AppObject, { consumerKey, secret }: Keys): AppChange {
  const { name } = app.object
  return {
    ...{ kind: 'app', appKind: app.kind, name, consumerKey, expects: null, listChanged: true },
    content: canonicalJson(withoutSecret(app).object),
    sealedSecret: sealConsumerSecret(secret, name, parts),
  }
}

async function change(parts: OrgParts, { body, param, ifMatch }: Call<Uninterpreted, unknown>): Promise<Outcome> {
  const name = param('name')
  const saved = await untilSaved(async () => {
    const row = await parts.storage.read(() => findApp(name))
    if (row === undefined) return fault(noApp(name))
    const stale = staleEditor(ifMatch, contentTag(row.content))
    if (stale !== undefined) return fault(stale)
    const next = patched(parts, row, body)
    if (!next.ok) return next
    const attempt = await saveChange(parts, changeOf(row, next.value), 'update')
    return attempt.ok && attempt.value.kind === 'stale' ? ok('stale' as const) : attempt
  })
  return saved.ok ? await show(parts, name) : saved
}

function patched(parts: OrgParts, row: AppRow, patch: Uninterpreted): Result<AppObject, Problem> {
  const before = storedApp(row.kind, row.content)
  const merged = mergePatch(before.object, patch)
  const checked = row.kind === 'externalClientApp' ? checkBody(ecaSchema, merged) : checkBody(caSchema, merged)
  if (!checked.ok) return checked
  const after: AppObject = storedApp(row.kind, JSON.stringify(checked.value))
  const { consumerSecret, consumerKey } = readApp(after)
  const faults: ProblemFault[] = []
  if (after.object.name !== row.name)
    faults.push({ path: 'name', message: 'cannot be changed', next: 'Leave name out.' })
  if (consumerSecret !== undefined)
    faults.push({
      path: 'consumerSecret',
      message: 'is not changed here',
      next: `POST /admin/v1/apps/${row.name}/rotate-consumer-secret.`,
    })
  if (consumerKey === undefined)
    faults.push({ path: 'consumerKey', message: 'cannot be removed', next: 'Leave consumerKey out, or give another.' })
  if (faults.length === 0) faults.push(...faultsOf(parts, after))
  if (faults.length > 0) return fault(invalid('OBJECT_INVALID', faults))
  const oneWay = oneWayProblem(parts, before, after)
  if (oneWay !== undefined) return fault(oneWay)
  const unconfirmed = sameValue(listOf(before), listOf(after)) ? undefined : emptyAndEnforced(after)
  return unconfirmed === undefined ? ok(after) : fault(unconfirmed)
}

/** SF-98: refused by name, never ignored. */
export function oneWayProblem(parts: OrgParts, before: AppObject, after: AppObject): Problem | undefined {
  const faults = checkChange(before, after, parts.configuration)
  return faults.length === 0 ? undefined : invalid('CONTROL_IS_ONE_WAY', faults.map(placed))
}

const placed = ({ at, ...rest }: ObjectFault): ProblemFault => ({ path: pathText(at), ...rest })

/** SF-142: whoever saves that state is warned; here the warning is a refusal that names the call that takes it. */
function emptyAndEnforced(app: AppObject): Problem | undefined {
  const { enforce, ranges } = listOf(app)
  if (enforce !== true || ranges.length > 0) return undefined
  return {
    code: 'EMPTY_ALLOWLIST_NOT_CONFIRMED',
    detail: `With an empty list that is enforced, every redemption of ${app.object.name} is refused.`,
    next: [`PUT /admin/v1/apps/${app.object.name}/refresh-token-ip-allowlist with "confirmEmpty": true.`],
  }
}

function listOf(app: AppObject): { readonly enforce: boolean | undefined; readonly ranges: readonly object[] } {
  const { enforceRefreshTokenIpAllowlist: enforce, tokenIpRanges: ranges = [] } = flattenFields(app)
  return { enforce, ranges }
}

function changeOf(row: AppRow, app: AppObject): AppChange {
  const before = storedApp(row.kind, row.content)
  const consumerKey = readApp(app).consumerKey ?? row.consumerKey
  return {
    ...{ kind: 'app', appKind: row.kind, name: row.name, consumerKey, expects: row.content },
    content: canonicalJson(app.object),
    listChanged: !sameValue(listOf(before), listOf(app)),
    ...(consumerKey === row.consumerKey ? {} : { endsGrants: 'key-rotated' }), // SF-213
  }
}

async function remove(parts: OrgParts, { param, ifMatch }: Call<unknown, unknown>): Promise<Outcome> {
  const name = param('name')
  const saved = await untilSaved(async () => {
    const row = await parts.storage.read(() => findApp(name))
    if (row === undefined) return fault(noApp(name))
    const stale = staleEditor(ifMatch, contentTag(row.content))
    if (stale !== undefined) return fault(stale)
    const deletion = { kind: 'delete', objectKind: row.kind, name, expects: row.content } as const
    const attempt = await saveChange(parts, deletion, 'delete')
    return attempt.ok && attempt.value.kind === 'stale' ? ok('stale' as const) : attempt
  })
  return saved.ok ? ok({ status: 204 }) : saved
}

export function faultsOf(parts: OrgParts, app: AppObject): readonly ProblemFault[] {
  const context = { configuration: parts.configuration, orgRequiresPkce: false }
  return checkAppForSave(app, context).map(placed)
}
