/** `/services/data/vNN.0/query`: SOQL on User and OauthToken, in pages of 2,000 records. */
import { fault, ok, type Result } from '../../values/result.ts'
import { parseSalesforceId } from '../../values/salesforce-id.ts'
import type { OrgParts } from '../parts.ts'
import { managesTokens } from '../rules/permissions.ts'
import { parseSoql, type SoqlQuery } from '../rules/soql.ts'
import { countConnections, countUsers, findConnections, type Page } from '../store/connections.ts'
import { findPermissions } from '../store/permissions.ts'
import { findUser, findUserById, type UserRow } from '../store/users.ts'
import { all, type Program } from '../../storage/program.ts'
import { personOf } from './person.ts'
import { sObject, tokenFields, userFields, type RecordFields } from './records.ts'
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

type Place = { readonly source: string; readonly offset: number }

async function run(parts: OrgParts, { version, session }: RestCall, { source, offset }: Place): Promise<RestReply> {
  const query = parseSoql(source)
  if (!query.ok) return fault({ status: 400, ...query.fault })
  const { object, fields, limit = Number.MAX_SAFE_INTEGER } = query.value
  const page = { offset, limit: Math.max(0, Math.min(pageSize, limit - offset)) }
  const found = await find(parts, query.value, { ...page, asker: session.row.userId })
  if (!found.ok) return found
  const totalSize = Math.min(found.value.count, limit)
  const records = found.value.records.map((record) => sObject(record, fields, { type: object, version }))
  const reached = offset + records.length
  if (reached >= totalSize || records.length === 0) return ok({ totalSize, done: true, records })
  const nextRecordsUrl = `/services/data/v${version}/query/${writeLocator({ source, offset: reached })}`
  return ok({ totalSize, done: false, nextRecordsUrl, records })
}

type Found = { readonly count: number; readonly records: readonly RecordFields[] }

type Asked = Page & { readonly asker: string }

async function find(parts: OrgParts, query: SoqlQuery, page: Asked): Promise<Result<Found, RestFault>> {
  const where = resolveId(query)
  if (!where.ok) return where
  const program = query.object === 'User' ? () => findPeople(where.value, page) : () => findTokens(where.value, page)
  return ok(await parts.storage.read(program))
}

type Where = SoqlQuery['where']

/** Ids of users are taken with 15 or 18 characters (SF-02); a grant's own id is no Salesforce id. */
function resolveId({ object, where }: SoqlQuery): Result<Where, RestFault> {
  const isUserId = where?.field === 'UserId' || (where?.field === 'Id' && object === 'User')
  if (where === undefined || !isUserId) return ok(where)
  const id = parseSalesforceId(where.value, '005')
  if (id.ok) return ok({ ...where, value: id.value })
  return refuse('INVALID_QUERY_FILTER_OPERATOR', `invalid ID field: ${where.value.slice(0, 80)}`)
}

function* findPeople(where: Where, page: Page): Program<Found> {
  if (where === undefined) {
    const rows = yield* all<UserRow>(
      `SELECT id, username, content, is_active AS "isActive", created_at AS "createdAt", changed_at AS "changedAt" FROM users
       ORDER BY username LIMIT ? OFFSET ?`,
      page.limit,
      page.offset,
    )
    return { count: yield* countUsers(), records: rows.map(toRecord) }
  }
  const row = where.field === 'Id' ? yield* findUserById(where.value) : yield* findUser(where.value)
  const rows = row === undefined ? [] : [row]
  return { count: rows.length, records: rows.slice(page.offset, page.offset + page.limit).map(toRecord) }
}

const toRecord = (row: UserRow): RecordFields => userFields(personOf(row))

/** Those of others only for who manages them. */
function* findTokens(where: Where, { asker, limit, offset }: Asked): Program<Found> {
  const named = where?.field === 'UserId' ? where.value : undefined
  const only = managesTokens(yield* findPermissions(asker)) ? undefined : asker
  if (only !== undefined && named !== undefined && named !== only) return { count: 0, records: [] }
  const query = {
    id: where?.field === 'Id' ? where.value : undefined,
    userId: named ?? only,
    app: where?.field === 'AppName' ? where.value : undefined,
  }
  const rows = yield* findConnections({ ...query, limit, offset })
  return { count: yield* countConnections(query), records: rows.map(tokenFields) }
}

const refuse = (errorCode: string, message: string): Result<never, RestFault> =>
  fault({ status: 400, errorCode, message })

const writeLocator = ({ source, offset }: Place): string =>
  `01g${Buffer.from(`${offset} ${source}`).toString('base64url')}`

function readLocator(text: string): Place | undefined {
  const [, offset, source] = /^(\d{1,15}) (.*)$/s.exec(Buffer.from(text.slice(3), 'base64url').toString('utf8')) ?? []
  if (!text.startsWith('01g') || offset === undefined || source === undefined) return undefined
  return { source, offset: Number(offset) }
}
