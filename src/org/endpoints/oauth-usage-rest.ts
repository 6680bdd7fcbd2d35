/** OAuth usage over the REST API: who is connected through which app, and how to end it (SF-234 to SF-236).
 *  Whoever manages connected apps sees and ends everyone's; everybody else only their own. */
import type { FastifyInstance } from 'fastify'
import { fault, ok, type Result } from '../../values/result.ts'
import { parseUserId } from '../../values/salesforce-id.ts'
import type { OrgParts } from '../parts.ts'
import { managesTokens } from '../rules/permissions.ts'
import type { AppEntry } from '../settings.ts'
import { findConnectedUsers, findConnections, type ConnectedUserRow, type Page } from '../store/connections.ts'
import { findPermissions } from '../store/permissions.ts'
import { secondText } from './person.ts'
import {
  noAccess,
  notFound,
  serveRest,
  type RestCall,
  type RestFault,
  type RestReply,
  type RestResource,
} from './rest.ts'

export function registerOauthUsageRest(server: FastifyInstance, parts: OrgParts): void {
  for (const resource of resources) serveRest(server, parts, resource)
}

const usage = '/apps/oauth/usage'
const resources: readonly RestResource[] = [
  { method: 'GET', path: usage, answer: listApps },
  { method: 'GET', path: `${usage}/:app/users`, answer: listUsers },
  { method: 'GET', path: `${usage}/:app/:user/tokens`, answer: listTokens },
  { method: 'DELETE', path: `${usage}/:app/:user/tokens`, answer: revokeOfUser },
  { method: 'DELETE', path: `${usage}/:app/tokens`, answer: revokeOfApp },
  { method: 'DELETE', path: `${usage}/tokens/:token`, answer: revokeToken },
]

type Paged = Page & { readonly page: number; readonly url: (page: number) => string }

/** Whether the token's user may see and end this user's tokens; without one, everyone's. */
async function mayManage(parts: OrgParts, { session }: RestCall, userId?: string): Promise<boolean> {
  const { userId: own } = session.row
  return own === userId || managesTokens(await parts.storage.read(() => findPermissions(own)))
}

async function listApps(parts: OrgParts, call: RestCall): Promise<RestReply> {
  const paged = pageOf(call, usage)
  if (!paged.ok) return paged
  if (!(await mayManage(parts, call))) return noAccess
  const { offset, limit } = paged.value
  const entries = [...parts.settings.current().appsByName.values()].toSorted((a, b) =>
    a.app.name < b.app.name ? -1 : 1,
  )
  const apps = entries.slice(offset, offset + limit).map(({ app }) => ({
    accessTokenFormat: 'Opaque',
    availableActions: ['Revoke'],
    description: app.label,
    developerName: app.name,
    identifier: app.name,
    isFromPackage: false,
    usageDetailsUrl: `${pathOf(call)}/${encodeURIComponent(app.name)}/users`,
  }))
  return ok({ apps, ...neighbours(paged.value, offset + limit < entries.length) })
}

async function listUsers(parts: OrgParts, call: RestCall): Promise<RestReply> {
  const entry = appOf(parts, call)
  if (entry === undefined) return notFound
  if (!(await mayManage(parts, call))) return noAccess
  const { name } = entry.app
  const paged = pageOf(call, `${usage}/${encodeURIComponent(name)}/users`)
  if (!paged.ok) return paged
  const rows = await parts.storage.read(() => findConnectedUsers({ app: name, ...oneMore(paged.value) }))
  const users = rows.slice(0, paged.value.limit).map((row) => ({
    ...connection(entry, row),
    revocationUrl: `${pathOf(call)}/${encodeURIComponent(name)}/${row.userId}/tokens`,
  }))
  return ok({ users, ...neighbours(paged.value, rows.length > paged.value.limit) })
}

async function listTokens(parts: OrgParts, call: RestCall): Promise<RestReply> {
  const entry = appOf(parts, call)
  const user = parseUserId(call.parameter('user'))
  if (entry === undefined || !user.ok) return notFound
  if (!(await mayManage(parts, call, user.value))) return noAccess
  const { name } = entry.app
  const paged = pageOf(call, `${usage}/${encodeURIComponent(name)}/${user.value}/tokens`)
  if (!paged.ok) return paged
  const query = { app: name, userId: user.value, ...oneMore(paged.value) }
  const rows = await parts.storage.read(() => findConnections(query))
  const tokens = rows.slice(0, paged.value.limit).map((row) => ({
    accessTokenFormat: 'Opaque',
    ...connection(entry, row),
    revocationUrl: `${pathOf(call)}/tokens/${row.id}`,
  }))
  return ok({ tokens, ...neighbours(paged.value, rows.length > paged.value.limit) })
}

const connection = ({ app }: AppEntry, row: ConnectedUserRow) => ({
  appDeveloperName: app.name,
  appIdentifier: app.name,
  initialConnectionAt: secondText(row.authorizedAt),
  lastUsedAt: secondText(row.lastUsedAt),
  useCount: row.uses,
  userIdentifier: row.userId,
  username: row.username,
})

async function revokeOfUser(parts: OrgParts, call: RestCall): Promise<RestReply> {
  const entry = appOf(parts, call)
  const user = parseUserId(call.parameter('user'))
  if (entry === undefined || !user.ok) return notFound
  if (!(await mayManage(parts, call, user.value))) return noAccess
  return await revokeAll(parts, call, { app: entry.app.name, userId: user.value, grant: null })
}

async function revokeOfApp(parts: OrgParts, call: RestCall): Promise<RestReply> {
  const entry = appOf(parts, call)
  if (entry === undefined) return notFound
  if (!(await mayManage(parts, call))) return noAccess
  return await revokeAll(parts, call, { app: entry.app.name, userId: null, grant: null })
}

/** One that is not there, or has ended, is not found; a collection without tokens is empty, and emptying it again is no fault. */
async function revokeToken(parts: OrgParts, call: RestCall): Promise<RestReply> {
  const id = call.parameter('token')
  const [row] = await parts.storage.read(() => findConnections({ id, limit: 1, offset: 0 }))
  if (row === undefined || !(await mayManage(parts, call, row.userId))) return notFound // nobody learns of others' tokens
  return await revokeAll(parts, call, { app: null, userId: null, grant: id })
}

type Which = { readonly app: string | null; readonly userId: string | null; readonly grant: string | null }

async function revokeAll(parts: OrgParts, { session }: RestCall, which: Which): Promise<RestReply> {
  const at = parts.clock()
  const object = ['oauthToken', which.app, which.userId, which.grant].filter((part) => part !== null).join(' ')
  const actor = session.row.username
  const audit = { id: parts.recordIds(at), at, actor, action: 'revoke', object, before: null, after: null }
  const result = await parts.storage.write('revokeGrants', { ...which, at, reason: 'revoked', audit })
  if (result.kind !== 'committed') {
    parts.log.error('revocation-not-stored', { kind: result.kind })
    return fault({ status: 503, errorCode: 'SERVER_UNAVAILABLE', message: 'The request was not processed; try again' })
  }
  await parts.revocationLog.append(result.value.map((grant) => ({ grant, at, reason: 'revoked' }))) // P-08
  return ok(undefined)
}

/** By name, in the spelling of the app's own. */
const appOf = (parts: OrgParts, { parameter }: RestCall): AppEntry | undefined =>
  parts.settings.current().appsByName.get(parameter('app'))

const pathOf = ({ version }: RestCall): string => `/services/data/v${version}${usage}`

/** Pages are counted from 0, 100 entries each unless said otherwise (SF-235). */
function pageOf({ query, version }: RestCall, path: string): Result<Paged, RestFault> {
  const page = wholeNumber(query.get('page') ?? '0', 0, 1_000_000)
  const limit = wholeNumber(query.get('pageSize') ?? '100', 1, 1_000)
  if (page === undefined || limit === undefined) {
    const message = 'page is a number from 0, pageSize a number from 1 to 1000'
    return fault({ status: 400, errorCode: 'INVALID_QUERY_PARAMETER', message })
  }
  const url = (nth: number): string => `/services/data/v${version}${path}?page=${nth}&pageSize=${limit}`
  return ok({ page, limit, offset: page * limit, url })
}

function wholeNumber(text: string, least: number, most: number): number | undefined {
  const number = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN
  return number >= least && number <= most ? number : undefined
}

/** One entry beyond the page tells whether there is a next one. */
const oneMore = ({ offset, limit }: Page): Page => ({ offset, limit: limit + 1 })

const neighbours = ({ page, url }: Paged, hasNext: boolean) => ({
  currentPageUrl: url(page),
  nextPageUrl: hasNext ? url(page + 1) : null,
})
