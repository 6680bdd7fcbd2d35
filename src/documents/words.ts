/** How schemas and values are called when people are told about them. */
import type { JsonSchema } from '../values/schema.ts'

export type Kind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null'

export function kindOf(value: unknown): Kind {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'boolean'
  return typeof value === 'object' ? 'object' : 'number'
}

const kinds: Readonly<Record<string, string>> = {
  object: 'a mapping',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  null: 'nothing',
}

const formatWords: Readonly<Record<string, string>> = {
  'address': 'an address',
  'cidr': 'an address or a block',
  'listen': 'HOST:PORT',
  'host-port': 'HOST:PORT',
  'origin': 'an origin such as https://org.example',
  'url': 'a URL such as https://org.example/path',
  'duration': 'a length of time such as 5s',
  'storage': 'sqlite:FOLDER or postgres://USER@HOST/DATABASE',
}

/** What a schema expects, as a noun. */
export function expected(schema: JsonSchema): string {
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(expected))].join(' or ')
  if (schema.enum !== undefined) return `one of ${schema.enum.map(String).join(', ')}`
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.type === 'object') return schema.required?.length === 1 ? `{ ${schema.required[0]}: … }` : 'a mapping'
  return formatWords[schema.format ?? ''] ?? kinds[schema.type ?? ''] ?? 'a value'
}

/** What was found: its kind and, where it is short and no secret, the value itself. */
export function shown(schema: JsonSchema, value: unknown): string {
  const kind = kindOf(value)
  if (kind === 'boolean' && !mayHoldSecret(schema)) return String(value)
  const name = kind === 'boolean' ? 'true or false' : (kinds[kind] ?? kind)
  if ((kind !== 'string' && kind !== 'number') || mayHoldSecret(schema)) return name
  return `the ${kind === 'string' ? 'text' : 'number'} ${JSON.stringify(typeof value === 'string' ? value.slice(0, 80) : Number(value))}`
}

const mayHoldSecret = (schema: JsonSchema): boolean =>
  schema['x-secret'] === true || (schema.anyOf ?? []).some((each) => mayHoldSecret(each))

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
