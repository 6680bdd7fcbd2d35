/** `/services/data/vNN.0/query`: SOQL on User, OauthToken, LoginHistory and one's own permissions, in pages of 2,000 records. */
import { fault, ok, type Result } from '../../values/result.ts'
import { parseSalesforceId } from '../../values/salesforce-id.ts'
import type { OrgParts } from '../parts.ts'
import { managesTokens } from '../rules/permissions.ts'
import { parseSoql, type SoqlCondition, type SoqlQuery } from '../rules/soql.ts'
import { countConnections, countUsers, findConnections, type Page } from '../store/connections.ts'
import { findPermissions } from '../store/permissions.ts'
import { findUser, findUserById, type UserRow } from '../store/users.ts'
import { all, type Program } from '../../storage/program.ts'
import { personOf } from './person.ts'
import { findLoginRecords, type LoginEdge } from './query-logins.ts'
import { permissionFields, sObject, tokenFields, userFields, type RecordFields } from './records.ts'
import { notFound, type RestCall, type RestFault, type RestReply, type RestResource } from './rest.ts'

const pageSize = 2_000

export const queryResources: readonly RestResource[] = [
  { method: 'GET', path: '/query', answer: answerQuery },
  { method: 'GET', path: '/query/:locator', answer: answerNextPage },
]

async function answerQuery(parts: OrgParts, call: RestCall): Promise<RestReply> {
  const source = call.query.get('q')
  if (!source) return refuse('MALFORMED_QUERY', 'A query string has to be specified')
  return await run(parts, call, { source, offset: 0 })
}

/** The locator is the query itself with the place to go on from: nothing is kept between the pages. */
async function answerNextPage(parts: OrgParts, call: RestCall): Promise<RestReply> {
  const place = readLocator(call.parameter('locator'))
  return place === undefined ? notFound : await run(parts, call, place)
}

type Place = { readonly source: string; readonly offset: number; readonly edge?: LoginEdge | undefined }

async function run(
  parts: OrgParts,
  { version, session }: RestCall,
  { source, offset, edge }: Place,
): Promise<RestReply> {
  const query = parseSoql(source)
  if (!query.ok) return fault({ status: 400, ...query.fault })
  const { object, fields, limit = Number.MAX_SAFE_INTEGER } = query.value
  const page = { offset, limit: Math.max(0, Math.min(pageSize, limit - offset)) }
  const found = await find(parts, query.value, { ...page, edge, asker: session.row.userId })
  if (!found.ok) return found
  const totalSize = Math.min(found.value.count, limit)
  const records = found.value.records.map((record) => sObject(record, fields, { type: object, version }))
  const reached = offset + records.length
  if (reached >= totalSize || records.length === 0) return ok({ totalSize, done: true, records })
  const nextRecordsUrl = `/services/data/v${version}/query/${writeLocator({ source, offset: reached, edge: found.value.edge })}`
  return ok({ totalSize, done: false, nextRecordsUrl, records })
}

type Found = { readonly count: number; readonly records: readonly RecordFields[]; readonly edge?: LoginEdge }

type Asked = Page & { readonly asker: string; readonly edge: LoginEdge | undefined }

async function find(parts: OrgParts, query: SoqlQuery, page: Asked): Promise<Result<Found, RestFault>> {
  const where = resolveIds(query)
  if (!where.ok) return where
  const resolved = { ...query, where: where.value }
  switch (query.object) {
    case 'User':
      return ok(await parts.storage.read(() => findPeople(textsOf(where.value), page)))
    case 'OauthToken':
      return ok(await parts.storage.read(() => findTokens(textsOf(where.value), page)))
    case 'LoginHistory':
      return ok(await parts.storage.read(() => findLoginRecords(resolved, page)))
    case 'UserPermissionAccess': {
      const permissions = await parts.storage.read(() => findPermissions(page.asker))
      return ok({ count: 1, records: page.limit < 1 ? [] : [permissionFields(permissions)] })
    }
  }
}

/** Ids of users are taken with 15 or 18 characters (SF-02); a grant's own id is no Salesforce id. */
function resolveIds({ object, where }: SoqlQuery): Result<readonly SoqlCondition[], RestFault> {
  const resolved: SoqlCondition[] = []
  for (const condition of where) {
    const isUserId = condition.field === 'UserId' || (condition.field === 'Id' && object === 'User')
    if (!isUserId || 'at' in condition) resolved.push(condition)
    else {
      const id = parseSalesforceId(condition.value, '005')
      if (!id.ok) return refuse('INVALID_QUERY_FILTER_OPERATOR', `invalid ID field: ${condition.value.slice(0, 80)}`)
      resolved.push({ ...condition, value: id.value })
    }
  }
  return ok(resolved)
}

type Texts = ReadonlyMap<string, string> | 'nothing'

/** What each field has to be; of two values for one field nothing is both. */
function textsOf(where: readonly SoqlCondition[]): Texts {
  const texts = new Map<string, string>()
  for (const condition of where) {
    if ('at' in condition) continue
    const { field, value } = condition
    if ((texts.get(field) ?? value) !== value) return 'nothing'
    texts.set(field, value)
  }
  return texts
}

const none: Found = { count: 0, records: [] }

function* findPeople(texts: Texts, page: Page): Program<Found> {
  if (texts === 'nothing') return none
  const [id, username] = [texts.get('Id'), texts.get('Username')]
  if (id === undefined && username === undefined) {
    const rows = yield* all<UserRow>(
      `SELECT id, username, content, is_active AS "isActive", created_at AS "createdAt", changed_at AS "changedAt" FROM users
       ORDER BY username LIMIT ? OFFSET ?`,
      page.limit,
      page.offset,
    )
    return { count: yield* countUsers(), records: rows.map(toRecord) }
  }
  const byName = username === undefined ? undefined : yield* findUser(username)
  const row = id === undefined ? byName : yield* findUserById(id)
  const isBoth = row !== undefined && (username === undefined || byName?.id === row.id)
  const rows = isBoth ? [row] : []
  return { count: rows.length, records: rows.slice(page.offset, page.offset + page.limit).map(toRecord) }
}

const toRecord = (row: UserRow): RecordFields => userFields(personOf(row))

/** Those of others only for who manages them. */
function* findTokens(texts: Texts, { asker, limit, offset }: Asked): Program<Found> {
  if (texts === 'nothing') return none
  const named = texts.get('UserId')
  const only = managesTokens(yield* findPermissions(asker)) ? undefined : asker
  if (only !== undefined && named !== undefined && named !== only) return none
  const query = { id: texts.get('Id'), userId: named ?? only, app: texts.get('AppName') }
  const rows = yield* findConnections({ ...query, limit, offset })
  return { count: yield* countConnections(query), records: rows.map(tokenFields) }
}

const refuse = (errorCode: string, message: string): Result<never, RestFault> =>
  fault({ status: 400, errorCode, message })

const writeLocator = ({ source, offset, edge }: Place): string => {
  const numbers = edge === undefined ? [offset] : [offset, edge.newest, edge.beyond, edge.count]
  return `01g${Buffer.from(`${numbers.join('-')} ${source}`).toString('base64url')}`
}

function readLocator(text: string): Place | undefined {
  const whole = Buffer.from(text.slice(3), 'base64url').toString('utf8')
  const [, offset, newest, beyond, count, source] =
    /^(\d{1,15})(?:-(\d{1,16})-(\d{1,16})-(\d{1,15}))? (.*)$/s.exec(whole) ?? []
  if (!text.startsWith('01g') || offset === undefined || source === undefined) return undefined
  const edge =
    newest === undefined ? undefined : { newest: Number(newest), beyond: Number(beyond), count: Number(count) }
  return { source, offset: Number(offset), edge }
}
