/** The little SOQL that proves a token and shows who redeemed: `SELECT fields FROM object [WHERE comparison [AND comparison …]] [ORDER BY LoginTime]
 *  [LIMIT n]`, the object one of four. Whatever else is written is refused in Salesforce's words, with the place. */
import { fault, ok, type Result } from '../../values/result.ts'
import { instant, type Instant } from '../../values/time.ts'

export type SoqlObject = (typeof objects)[number]
const objects = ['User', 'OauthToken', 'LoginHistory', 'UserPermissionAccess'] as const
export type SoqlOperator = '=' | '<' | '<=' | '>' | '>='
/** Texts are compared by `=` alone, instants by all five. */
export type SoqlCondition =
  | { readonly field: string; readonly operator: '='; readonly value: string }
  | { readonly field: string; readonly operator: SoqlOperator; readonly at: Instant }
export type SoqlQuery = {
  readonly object: SoqlObject
  /** As the object spells them, each once, in the order asked for. */
  readonly fields: readonly string[]
  /** All of them hold. */
  readonly where: readonly SoqlCondition[]
  readonly order: 'ascending' | 'descending' | undefined
  readonly limit: number | undefined
}
export type SoqlFault = {
  readonly errorCode: 'MALFORMED_QUERY' | 'INVALID_TYPE' | 'INVALID_FIELD'
  readonly message: string
}

/** By their API names, as far as somebody asks for them. */
export const askedPermissions = ['CustomizeApplication', 'ManageUsers', 'ModifyAllData', 'ModifyMetadata'] as const

export const soqlFields: Readonly<Record<SoqlObject, readonly string[]>> = {
  User: [
    ...['Id', 'Username', 'LastName', 'FirstName', 'Name', 'Email', 'Alias', 'IsActive', 'UserType', 'TimeZoneSidKey'],
    ...['LocaleSidKey', 'LanguageLocaleKey', 'CreatedDate', 'LastModifiedDate'],
  ],
  OauthToken: ['Id', 'AppName', 'UserId', 'UseCount', 'CreatedDate', 'LastUsedDate'],
  LoginHistory: [
    ...['Id', 'UserId', 'LoginTime', 'LoginType', 'LoginSubType', 'SourceIp', 'Status', 'Application', 'Browser'],
    'ForwardedForIp',
  ],
  /** Of who asks (SF-323). */
  UserPermissionAccess: ['Id', ...askedPermissions.map((each) => `Permissions${each}`)],
}
/** Of LoginHistory: SF-319. */
const filters: Readonly<Record<SoqlObject, readonly string[]>> = {
  User: ['Id', 'Username'],
  OauthToken: ['Id', 'UserId', 'AppName'],
  LoginHistory: ['Id', 'UserId', 'LoginTime', 'LoginType'],
  UserPermissionAccess: [],
}
const isInstant = (field: string): boolean => field === 'LoginTime'
/** A longer text is no query that a person wrote. */
const longest = 20_000
const mostTokens = 500

type Token = { readonly text: string; readonly at: number; readonly kind: 'word' | 'text' | 'number' | 'time' | 'sign' }
type Cursor = { readonly source: string; readonly tokens: readonly Token[]; next: number }
type Parsed<T> = Result<T, SoqlFault>

export function parseSoql(source: string): Parsed<SoqlQuery> {
  const tokens = readTokens(source)
  if (tokens === undefined) return fault({ errorCode: 'MALFORMED_QUERY', message: 'the query cannot be read' })
  const cursor: Cursor = { source, tokens, next: 0 }
  if (!takeWord(cursor, 'SELECT')) return unexpected(cursor)
  const names = readNames(cursor)
  if (!names.ok) return names
  if (!takeWord(cursor, 'FROM')) return unexpected(cursor)
  const object = readObject(cursor)
  if (!object.ok) return object
  const fields = resolveFields(cursor, object.value, names.value)
  if (!fields.ok) return fields
  const where = readWhere(cursor, object.value)
  if (!where.ok) return where
  const order = readOrder(cursor, object.value)
  if (!order.ok) return order
  const limit = readLimit(cursor)
  if (!limit.ok) return limit
  if (cursor.tokens[cursor.next] !== undefined) return unexpected(cursor)
  return ok({ object: object.value, fields: fields.value, where: where.value, order: order.value, limit: limit.value })
}

function readTokens(source: string): readonly Token[] | undefined {
  if (source.length > longest) return undefined
  const pattern =
    /\s*(?:([A-Za-z_][\w.]*)|('(?:[^'\\]|\\.)*')|(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:?\d\d))|(\d+)|([<>!]=|\S))/gy
  const tokens: Token[] = []
  for (let match = pattern.exec(source); match !== null; match = pattern.exec(source)) {
    const [whole, ...groups] = match
    const nth = groups.findIndex((each) => each !== undefined)
    const found = groups[nth] ?? ''
    tokens.push({ text: found, at: match.index + whole.length - found.length, kind: tokenKinds[nth] ?? 'sign' })
    if (tokens.length > mostTokens) return undefined
  }
  return tokens
}

const tokenKinds = ['word', 'text', 'time', 'number', 'sign'] as const

function takeWord(cursor: Cursor, keyword: string): boolean {
  const token = cursor.tokens[cursor.next]
  if (token?.kind !== 'word' || token.text.toUpperCase() !== keyword) return false
  cursor.next += 1
  return true
}

function take(cursor: Cursor, kind: Token['kind'], text?: string): Token | undefined {
  const token = cursor.tokens[cursor.next]
  if (token?.kind !== kind || (text !== undefined && token.text !== text)) return undefined
  cursor.next += 1
  return token
}

function readNames(cursor: Cursor): Parsed<readonly Token[]> {
  const names: Token[] = []
  do {
    const name = take(cursor, 'word')
    if (name === undefined) return unexpected(cursor)
    names.push(name)
  } while (take(cursor, 'sign', ',') !== undefined)
  return ok(names)
}

function readObject(cursor: Cursor): Parsed<SoqlObject> {
  const token = take(cursor, 'word')
  if (token === undefined) return unexpected(cursor)
  const object = objects.find((each) => each.toLowerCase() === token.text.toLowerCase())
  if (object !== undefined) return ok(object)
  const words = `sObject type '${token.text}' is not supported. ${advice.object}`
  return fault({ errorCode: 'INVALID_TYPE', message: pointAt(cursor.source, token.at, words) })
}

function resolveFields(cursor: Cursor, object: SoqlObject, names: readonly Token[]): Parsed<readonly string[]> {
  const found = new Set<string>()
  for (const name of names) {
    const field = spelled(soqlFields[object], name.text)
    if (field === undefined) return noColumn(cursor, object, name)
    if (found.has(field)) return malformed(cursor, name.at, `duplicate field selected: ${field}`)
    found.add(field)
  }
  return ok([...found])
}

function readWhere(cursor: Cursor, object: SoqlObject): Parsed<readonly SoqlCondition[]> {
  if (!takeWord(cursor, 'WHERE')) return ok([])
  const conditions: SoqlCondition[] = []
  do {
    const condition = readCondition(cursor, object)
    if (!condition.ok) return condition
    conditions.push(condition.value)
  } while (takeWord(cursor, 'AND'))
  return ok(conditions)
}

function readCondition(cursor: Cursor, object: SoqlObject): Parsed<SoqlCondition> {
  const name = take(cursor, 'word')
  if (name === undefined) return unexpected(cursor)
  const field = spelled(soqlFields[object], name.text)
  if (field !== undefined && isInstant(field)) return readInstantCondition(cursor, field)
  if (take(cursor, 'sign', '=') === undefined) return unexpected(cursor)
  const value = take(cursor, 'text')
  if (value === undefined) return unexpected(cursor)
  if (field === undefined) return noColumn(cursor, object, name)
  if (!filters[object].includes(field)) {
    const words = `field '${field}' can not be filtered in a query call`
    return fault({ errorCode: 'INVALID_FIELD', message: pointAt(cursor.source, name.at, words) })
  }
  return ok({ field, operator: '=', value: value.text.slice(1, -1).replaceAll(/\\(.)/g, '$1') })
}

const operators = ['=', '<', '<=', '>', '>='] as const

function readInstantCondition(cursor: Cursor, field: string): Parsed<SoqlCondition> {
  const sign = take(cursor, 'sign')
  const operator = operators.find((each) => each === sign?.text)
  if (operator === undefined) {
    if (sign !== undefined) cursor.next -= 1
    return unexpected(cursor)
  }
  const quoted = take(cursor, 'text')
  if (quoted !== undefined) {
    const words = `value of filter criterion for field '${field}' must be of type dateTime and should not be enclosed in quotes`
    return fault({ errorCode: 'INVALID_FIELD', message: pointAt(cursor.source, quoted.at, words) })
  }
  const time = take(cursor, 'time')
  if (time === undefined) return unexpected(cursor)
  if (Number.isNaN(Date.parse(time.text))) return malformed(cursor, time.at, `Invalid date: ${time.text}`)
  return ok({ field, operator, at: instant(time.text) })
}

/** LoginHistory by its time, and nothing else by anything. */
function readOrder(cursor: Cursor, object: SoqlObject): Parsed<SoqlQuery['order']> {
  if (object !== 'LoginHistory' || !takeWord(cursor, 'ORDER')) return ok(undefined)
  if (!takeWord(cursor, 'BY') || !takeWord(cursor, 'LOGINTIME')) return unexpected(cursor)
  if (takeWord(cursor, 'DESC')) return ok('descending')
  takeWord(cursor, 'ASC')
  return ok('ascending')
}

function readLimit(cursor: Cursor): Parsed<number | undefined> {
  if (!takeWord(cursor, 'LIMIT')) return ok(undefined)
  const token = take(cursor, 'number')
  return token === undefined ? unexpected(cursor) : ok(Math.min(Number(token.text), Number.MAX_SAFE_INTEGER))
}

const spelled = (known: readonly string[], name: string): string | undefined =>
  known.find((field) => field.toLowerCase() === name.toLowerCase())

const advice = {
  object:
    "If you are attempting to use a custom object, be sure to append the '__c' after the entity name. " +
    'Please reference your WSDL or the describe call for the appropriate names.',
  field:
    "If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. " +
    'Please reference your WSDL or the describe call for the appropriate names.',
} as const

function noColumn(cursor: Cursor, object: SoqlObject, name: Token): Parsed<never> {
  const words = `No such column '${name.text}' on entity '${object}'. ${advice.field}`
  return fault({ errorCode: 'INVALID_FIELD', message: pointAt(cursor.source, name.at, words) })
}

function unexpected(cursor: Cursor): Parsed<never> {
  const token = cursor.tokens[cursor.next]
  if (token === undefined) return fault({ errorCode: 'MALFORMED_QUERY', message: 'unexpected token: <EOF>' })
  return malformed(cursor, token.at, `unexpected token: '${token.text}'`)
}

function malformed(cursor: Cursor, at: number, words: string): Parsed<never> {
  return fault({ errorCode: 'MALFORMED_QUERY', message: pointAt(cursor.source, at, words) })
}

/** The line with a caret under the place, then row and column, counted from 1. */
function pointAt(source: string, at: number, words: string): string {
  const before = source.slice(0, at).split('\n')
  const column = (before.at(-1) ?? '').length
  const line = source.split('\n')[before.length - 1] ?? ''
  return `\n${line}\n${' '.repeat(column)}^\nERROR at Row:${before.length}:Column:${column + 1}\n${words}`
}
