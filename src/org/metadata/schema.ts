/** Building blocks of the metadata schemas; what is inferred from a schema is held against the type that is declared beside it. */
import type { JsonSchema, Schema } from '../../values/schema.ts'
import type { Secret } from '../../values/secret.ts'
import { listOf, optional, string, type Optional } from './shape.ts'

export type Named<Names extends readonly string[], T> = { readonly [N in Names[number]]?: T }

/** One schema for each name, all of them optional. */
export function each<const Names extends readonly string[], S extends JsonSchema>(
  names: Names,
  schema: S,
): { [N in Names[number]]: Optional<S> } {
  const field = optional(schema)
  // Object.fromEntries forgets the names of its keys; they are exactly these.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(names.map((name) => [name, field])) as { [N in Names[number]]: Optional<S> }
}

export const flag: Schema<boolean> = { type: 'boolean' }
export const text: Schema<string> = string({ maxLength: 4000 })
export const words: Schema<string[]> = listOf(string({ minLength: 1, maxLength: 255 }), { maxItems: 1000 })

/** What only this server keeps and hands back, without reading it (SF-247). */
export const uninterpreted: Schema<Uninterpreted> = { type: 'object', additionalProperties: true }
export type Uninterpreted = Readonly<Record<string, unknown>>

export const choice = <const Names extends readonly string[]>(names: Names): Schema<Names[number]> => ({
  enum: [...names],
})

/** A secret that came over HTTP: the text itself, since a caller may not have this server read its environment or its files. */
export const plainSecretSchema = (description: string): Schema<Secret> => ({
  'x-secret': true,
  'type': 'string',
  'minLength': 1,
  'maxLength': 1000,
  description,
})
/** How a secret may be given: in a file written by the operator, or over HTTP. */
export type SecretField = (description: string) => Schema<Secret>
