/** Writes a schema and the type of what it accepts in one go: plain JSON Schema, with the type of its values inferred. */
import type { JsonSchema, Schema } from '../../values/schema.ts'

/** A property that may be left out. */
export type Optional<S> = { readonly optional: S }
export const optional = <S extends JsonSchema>(schema: S): Optional<S> => ({ optional: schema })

type Fields = Readonly<Record<string, JsonSchema | Optional<JsonSchema>>>
type Accepted<S> = S extends Schema<infer T> ? T : never
type OptionalKeys<F> = { [K in keyof F]: F[K] extends Optional<unknown> ? K : never }[keyof F]
type ObjectOf<F> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: Accepted<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: F[K] extends Optional<infer S> ? Accepted<S> : never
}

/** No key but those that are named, and all of them but the optional ones. */
export function objectOf<F extends Fields>(
  fields: F,
  about: Pick<JsonSchema, 'description'> = {},
): Schema<ObjectOf<F>> {
  const entries = Object.entries(fields)
  const required = entries.filter(([, field]) => !isOptional(field)).map(([key]) => key)
  return {
    ...{ type: 'object', ...about, additionalProperties: false },
    ...(required.length === 0 ? {} : { required }),
    properties: Object.fromEntries(entries.map(([key, field]) => [key, isOptional(field) ? field.optional : field])),
  }
}

const isOptional = (field: JsonSchema | Optional<JsonSchema>): field is Optional<JsonSchema> => 'optional' in field

export const listOf = <S extends JsonSchema>(
  items: S,
  limits: Required<Pick<JsonSchema, 'maxItems'>>,
): Schema<Accepted<S>[]> => ({ type: 'array', items, ...limits })

export const string = (
  limits: Pick<JsonSchema, 'minLength' | 'maxLength' | 'pattern' | 'format' | 'description'> = {},
): Schema<string> => ({ type: 'string', ...limits })

export const integer = (limits: Required<Pick<JsonSchema, 'minimum' | 'maximum'>>): Schema<number> => ({
  type: 'integer',
  ...limits,
})
