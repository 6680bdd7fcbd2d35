/** Building blocks of the metadata schemas; what TypeBox infers from a schema is held against the type that is declared beside it. */
import Type, { type Static, type TArray, type TOptional, type TSchema, type TString, type TUnsafe } from 'typebox'
import type { Schema } from '../../values/schema.ts'
import type { Secret } from '../../values/secret.ts'

/** A schema of ours from one of TypeBox's, typed by what it accepts. */
export function accepts<S extends TSchema>(schema: S): Schema<Static<S>> {
  return schema
}

/** The other way round, so that a schema of ours can stand inside one of TypeBox's. */
export const within = <T>(schema: Schema<T>): TUnsafe<T> => Type.Unsafe<T>(schema)

export type Named<Names extends readonly string[], T> = { readonly [N in Names[number]]?: T }

/** One schema for each name, all of them optional. */
export function each<const Names extends readonly string[], S extends TSchema>(
  names: Names,
  schema: S,
): { [N in Names[number]]: TOptional<S> } {
  const optional = Type.Optional(schema)
  // Object.fromEntries forgets the names of its keys; they are exactly these.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(names.map((name) => [name, optional])) as { [N in Names[number]]: TOptional<S> }
}

/** No key but those that are named. */
export const closed = { additionalProperties: false } as const

export const flag: TUnsafe<boolean> = Type.Unsafe<boolean>({ type: 'boolean' })
export const text: TString = Type.String({ maxLength: 4000 })
export const words: TArray<TString> = Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { maxItems: 1000 })

/** What only this server keeps and hands back, without reading it (SF-247). */
export const uninterpreted: TUnsafe<Uninterpreted> = Type.Unsafe<Uninterpreted>({
  type: 'object',
  additionalProperties: true,
})
export type Uninterpreted = Readonly<Record<string, unknown>>

export function choice<const Names extends readonly string[]>(
  names: Names,
  description?: string,
): TUnsafe<Names[number]> {
  return Type.Unsafe<Names[number]>({ enum: [...names], ...(description === undefined ? {} : { description }) })
}

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
