/** A text, number, truth value or choice against its schema. */
import type { JsonSchema } from '../values/schema.ts'
import { formats } from './formats.ts'
import { suggestion } from './nearest.ts'
import { expected, shown } from './words.ts'

export type Wrong = { readonly message: string; readonly next: string }

/** Undefined if the value is in order. */
export function checkScalar(schema: JsonSchema, value: unknown): Wrong | undefined {
  if (schema.enum !== undefined) return checkChoice(schema, schema.enum, value)
  if (schema.const !== undefined && schema.const !== value) return mismatch(schema, value)
  if (schema.type === undefined) return undefined // any value is accepted
  switch (schema.type) {
    case 'string':
      return typeof value === 'string' ? checkText(schema, value) : mismatch(schema, value)
    case 'integer':
      return Number.isSafeInteger(value) ? checkBounds(schema, Number(value)) : mismatch(schema, value)
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? checkBounds(schema, value) : mismatch(schema, value)
    case 'boolean':
      return typeof value === 'boolean' ? undefined : mismatch(schema, value)
    case 'null':
      return value === null || value === undefined ? undefined : mismatch(schema, value)
    case 'object':
    case 'array':
      throw new Error(`a ${schema.type} is no scalar`)
  }
}

function mismatch(schema: JsonSchema, value: unknown): Wrong {
  const plainText = schema.type === 'string' && schema.format === undefined && schema.pattern === undefined
  const quotes = plainText && (typeof value === 'number' || typeof value === 'boolean')
  const next = quotes ? 'Put it in quotes.' : `Write ${expected(schema)}.`
  return { message: `is ${shown(schema, value)}; ${expected(schema)} is expected`, next }
}

function checkChoice(schema: JsonSchema, choices: readonly unknown[], value: unknown): Wrong | undefined {
  if (choices.includes(value)) return undefined
  const names = choices.map(String)
  const next = typeof value === 'string' ? suggestion(value, names) : `Write one of ${names.join(', ')}.`
  return { message: `is ${shown(schema, value)}; known are ${names.join(', ')}`, next }
}

function checkText(schema: JsonSchema, value: string): Wrong | undefined {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema
  if (value.length < minLength)
    return { message: 'is empty or too short', next: `Write at least ${minLength} characters.` }
  if (value.length > maxLength)
    return { message: `has ${value.length} characters`, next: `Write at most ${maxLength} characters.` }
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) {
    return {
      message: `is ${shown(schema, value)}, which does not have the form ${schema.pattern}`,
      next: 'Write it in that form.',
    }
  }
  if (schema.format === undefined) return undefined
  const format = formats[schema.format]
  if (format === undefined) throw new Error(`the schema asks for a format that is not known: ${schema.format}`)
  const wrong = format(value)
  return wrong === undefined ? undefined : { message: wrong, next: `Write ${expected(schema)}.` }
}

function checkBounds(schema: JsonSchema, value: number): Wrong | undefined {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema
  if (value >= minimum && value <= maximum) return undefined
  const bounds = [
    ...(Number.isFinite(minimum) ? [`at least ${minimum}`] : []),
    ...(Number.isFinite(maximum) ? [`at most ${maximum}`] : []),
  ].join(' and ')
  return { message: `is the number ${value}; ${bounds} is allowed`, next: `Write a number of ${bounds}.` }
}
