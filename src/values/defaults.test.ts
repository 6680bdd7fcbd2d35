import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defaultsOf } from './defaults.ts'
import type { Schema, SchemaOf } from './schema.ts'

type Settings = {
  readonly list: readonly string[]
  readonly optional?: string
  readonly deep: { readonly on: boolean; readonly limit: number }
}

const schema: Schema<Settings> & SchemaOf<Settings> = {
  type: 'object',
  default: {},
  additionalProperties: false,
  properties: {
    list: { type: 'array', items: { type: 'string' }, default: ['a'], description: 'A list.' },
    optional: { type: 'string', description: 'Has no default.' },
    deep: {
      type: 'object',
      default: {},
      additionalProperties: false,
      properties: {
        on: { type: 'boolean', default: true, description: 'A switch.' },
        limit: { type: 'integer', minimum: 0, default: 5, description: 'A number.' },
      },
    },
  },
}

describe('the defaults of a schema', () => {
  test('fill every section and leave out what has none', () =>
    deepEqual(defaultsOf(schema), { list: ['a'], deep: { on: true, limit: 5 } }))

  test('an override replaces one setting of a section, and a list as a whole', () =>
    deepEqual(defaultsOf(schema, { list: ['b', 'c'], optional: 'x', deep: { on: false } }), {
      list: ['b', 'c'],
      optional: 'x',
      deep: { on: false, limit: 5 },
    }))

  test('zero and false are values, not absences', () =>
    deepEqual(defaultsOf(schema, { deep: { on: false, limit: 0 } }).deep, { on: false, limit: 0 }))

  test('are copies: a list that is handed out is not the list of the schema', () =>
    equal(defaultsOf(schema).list === defaultsOf(schema).list, false))
})
