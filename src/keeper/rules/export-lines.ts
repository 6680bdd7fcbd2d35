/** What an exported vault says, a JSON object a line: first what it is, then apps, then connections, then how many there were. */
import { fault, ok, type Result } from '../../values/result.ts'

export type ExportHead = { readonly kind: 'vault'; readonly export: string; readonly exportedAt: number }

export type ExportedApp = {
  readonly kind: 'app'
  readonly tenant: string
  readonly name: string
  readonly loginUrl: string
  readonly clientId: string
  readonly redirectUri: string | null
  readonly scopes: string | null
  readonly authentication: string
  /** The client secret or the private key. */
  readonly secret: string | null
}

export type ExportedConnection = {
  readonly kind: 'connection'
  readonly tenant: string
  readonly id: string
  readonly app: string
  readonly loginUrl: string
  readonly orgId: string | null
  readonly userId: string | null
  readonly username: string | null
  readonly instanceUrl: string | null
  readonly state: string
  readonly why: string | null
  readonly generation: number
  readonly soleHolder: boolean
  readonly refreshToken: string
  readonly access: { readonly token: string; readonly issuedAt: number; readonly expiresAt: number | null } | null
  readonly sessionSeconds: number | null
  readonly lastExchangeAt: number | null
  readonly lastEgress: string | null
  /** With the id it names a connection through all vaults that it has been in. */
  readonly createdAt: number
  /** When its family began here, e.g. by the last login of a person. */
  readonly authorizedAt: number | null
  /** Nothing is sent any more where it came from. */
  readonly handedOver: boolean
}

export type ExportEnd = { readonly kind: 'end'; readonly apps: number; readonly connections: number }

export type ExportLine = ExportHead | ExportedApp | ExportedConnection | ExportEnd

export const formatLine = (line: ExportLine): string => JSON.stringify(line)

/** The fault is the end of a sentence, and quotes nothing: the line holds secrets. Members that are not known are left out. */
export function parseLine(text: string): Result<ExportLine, string> {
  const fields = fieldsOf(text)
  if (fields === undefined) return fault('is no JSON object')
  const read = reader(fields)
  const line = lineOf(fields['kind'], read)
  if (line === undefined) return fault('is of a kind that is not known: a newer program may have made it')
  const [wrong] = read.wrong()
  return wrong === undefined ? ok(line) : fault(`has no usable "${wrong}"`)
}

function lineOf(kind: unknown, read: Reader): ExportLine | undefined {
  switch (kind) {
    case 'vault':
      return { kind, export: read.text('export'), exportedAt: read.number('exportedAt') }
    case 'app':
      return appOf(read)
    case 'connection':
      return connectionOf(read)
    case 'end':
      return { kind, apps: read.number('apps'), connections: read.number('connections') }
    default:
      return undefined
  }
}

function appOf({ text, textOrNull }: Reader): ExportedApp {
  return {
    ...{ kind: 'app', tenant: text('tenant'), name: text('name'), loginUrl: text('loginUrl') },
    ...{ clientId: text('clientId'), redirectUri: textOrNull('redirectUri'), scopes: textOrNull('scopes') },
    ...{ authentication: text('authentication'), secret: textOrNull('secret') },
  }
}

function connectionOf(read: Reader): ExportedConnection {
  const { text, textOrNull, number, numberOrNull, flag } = read
  return {
    ...{ kind: 'connection', tenant: text('tenant'), id: text('id'), app: text('app'), loginUrl: text('loginUrl') },
    ...{ orgId: textOrNull('orgId'), userId: textOrNull('userId'), username: textOrNull('username') },
    ...{ instanceUrl: textOrNull('instanceUrl'), state: text('state'), why: textOrNull('why') },
    ...{ generation: number('generation'), soleHolder: flag('soleHolder'), refreshToken: text('refreshToken') },
    access: accessOf(read),
    ...{ sessionSeconds: numberOrNull('sessionSeconds'), lastExchangeAt: numberOrNull('lastExchangeAt') },
    ...{ lastEgress: textOrNull('lastEgress'), createdAt: number('createdAt') },
    ...{ authorizedAt: numberOrNull('authorizedAt'), handedOver: flag('handedOver') },
  }
}

function accessOf(read: Reader): ExportedConnection['access'] {
  const inside = read.inside('access')
  if (inside === undefined) return null
  return {
    token: inside.text('token'),
    issuedAt: inside.number('issuedAt'),
    expiresAt: inside.numberOrNull('expiresAt'),
  }
}

type Fields = Readonly<Record<string, unknown>>

type Reader = {
  readonly text: (name: string) => string
  readonly textOrNull: (name: string) => string | null
  readonly number: (name: string) => number
  readonly numberOrNull: (name: string) => number | null
  readonly flag: (name: string) => boolean
  /** Undefined where it is null. */
  readonly inside: (name: string) => Reader | undefined
  /** Names of what was asked for and is not there as it should be. */
  readonly wrong: () => readonly string[]
}

function reader(fields: Fields, wrong: string[] = []): Reader {
  const not = <T>(name: string, instead: T): T => {
    wrong.push(name)
    return instead
  }
  const text = (name: string): string => {
    const value = fields[name]
    return typeof value === 'string' && value !== '' ? value : not(name, '')
  }
  const number = (name: string): number => {
    const value = fields[name]
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : not(name, 0)
  }
  return {
    text,
    number,
    textOrNull: (name) =>
      fields[name] === null ? null : typeof fields[name] === 'string' ? fields[name] : not(name, null),
    numberOrNull: (name) => (fields[name] === null ? null : number(name)),
    flag: (name) => (typeof fields[name] === 'boolean' ? fields[name] : not(name, false)),
    inside(name) {
      const value = fields[name]
      if (value === null) return undefined
      return isFields(value) ? reader(value, wrong) : not(name, undefined)
    },
    wrong: () => wrong,
  }
}

function fieldsOf(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isFields(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
