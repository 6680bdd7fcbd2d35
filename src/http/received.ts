/** What a caller has sent, held against the schema of its route: each fault in words for the caller. */
import type { DocumentFault } from '../documents/fault.ts'
import { resolveSecrets } from '../documents/secrets.ts'
import { validateDocument } from '../documents/validate.ts'
import { nowhere } from '../documents/yaml-document.ts'
import { fault, ok, type Result } from '../values/result.ts'
import type { JsonSchema, Schema } from '../values/schema.ts'

/** A route without a schema takes an empty object, and its handler asks for nothing in it. */
const nothing: JsonSchema = { type: 'object', additionalProperties: false, properties: {} }

/** A body against its schema, its secrets wrapped. Null stands for a field that is not there. */
export function readBody<Body>(
  schema: Schema<Body> | undefined,
  sent: unknown,
): Result<Body, readonly DocumentFault[]> {
  const checked = validateDocument<Body>(schema ?? nothing, sent ?? {}, nowhere)
  if (!checked.ok) return checked
  const resolved = resolveSecrets(checked.value, unreadable, nowhere)
  return resolved.ok ? ok(resolved.value.value) : resolved
}

/** A caller may not have this server read its environment or its files; the schemas do not let such a source through either. */
const unreadable = {
  environment: () => undefined,
  file: () => fault('is not read for a caller'),
}

export function readQuery<Query>(
  schema: Schema<Query> | undefined,
  sent: unknown,
): Result<Query, readonly DocumentFault[]> {
  const wanted: Schema<Query> = schema ?? nothing
  const texts = isRecord(sent) ? Object.entries(sent) : []
  const typed = texts.map(([key, text]) => [key, fromText(wanted.properties?.[key], text)] as const)
  const checked = validateDocument<Query>(wanted, Object.fromEntries(typed), nowhere)
  return checked.ok ? ok(checked.value.value) : checked
}

/** What a query can only say as text. What is no such text stays one, and the schema refuses it. */
function fromText(schema: JsonSchema | undefined, text: unknown): unknown {
  if (typeof text !== 'string') return text
  if (schema?.type === 'integer' && /^\d{1,15}$/.test(text)) return Number(text)
  if (schema?.type === 'boolean' && /^(?:true|false)$/.test(text)) return text === 'true'
  return text
}

/** The text between the quotes, or `*`; anything else equals no ETag of ours. */
export function readIfMatch(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  return /^"([^"]*)"$/.exec(header.trim())?.[1] ?? header.trim()
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
