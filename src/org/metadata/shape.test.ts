import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { validateDocument } from '../../documents/validate.ts'
import { nowhere } from '../../documents/yaml-document.ts'
import type { Schema } from '../../values/schema.ts'
import { integer, listOf, objectOf, optional, string } from './shape.ts'

type Row = { readonly name: string; readonly most?: number; readonly tags?: string[] }
const row: Schema<Row> = objectOf(
  {
    name: string({ minLength: 1 }),
    most: optional(integer({ minimum: 1, maximum: 9 })),
    tags: optional(listOf(string(), { maxItems: 2 })),
  },
  { description: 'A row.' },
)
const accepts = (value: unknown): boolean => validateDocument(row, value, nowhere).ok

describe('a schema with the type of what it accepts', () => {
  test('is plain JSON Schema, with nothing in it that only the type needs', () =>
    deepEqual(structuredClone(row), {
      type: 'object',
      description: 'A row.',
      additionalProperties: false,
      required: ['name'],
      properties: {
        name: { type: 'string', minLength: 1 },
        most: { type: 'integer', minimum: 1, maximum: 9 },
        tags: { type: 'array', items: { type: 'string' }, maxItems: 2 },
      },
    }))

  test('requires no key where all are optional', () => equal('required' in objectOf({ a: optional(string()) }), false))

  test('accepts what the type says, and nothing else', () => {
    equal(accepts({ name: 'a' }), true)
    equal(accepts({ name: 'a', most: 9, tags: ['b', 'c'] }), true)
    for (const wrong of [
      {},
      { name: '' },
      { name: 'a', most: 10 },
      { name: 'a', tags: ['b', 'c', 'd'] },
      { name: 'a', x: 1 },
    ])
      equal(accepts(wrong), false, JSON.stringify(wrong))
  })

  test('does not pass for a schema of another type', () => {
    // @ts-expect-error -- `name` is no number
    const number: Schema<{ readonly name: number }> = objectOf({ name: string() })
    // @ts-expect-error -- `name` may be missing
    const required: Schema<{ readonly name: string }> = objectOf({ name: optional(string()) })
    deepEqual([number.required, required.required], [['name'], undefined])
  })
})
