/** The value of a schema that nobody has set anything in. */
import type { JsonSchema, Schema } from './schema.ts'

/** Some of the settings, sections in part; lists as a whole. */
export type Overrides<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: Overrides<T[K]> }
    : T

/** Settings without a default stay absent unless they are in `overrides`. */
export function defaultsOf<T>(schema: Schema<T>, overrides?: Overrides<NoInfer<T>>): T {
  // A schema of type Schema<T> has a default for all that T requires; `values` may claim so.
  return filled(schema, overrides) as T
}

function filled(schema: JsonSchema, given: unknown): unknown {
  if (schema.properties === undefined) return given ?? structuredClone(schema.default)
  if (given === undefined && schema.default === undefined) return undefined
  const fields = new Map(isRecord(given) ? Object.entries(given) : [])
  const entries = Object.entries(schema.properties).map(
    ([key, property]) => [key, filled(property, fields.get(key))] as const,
  )
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
