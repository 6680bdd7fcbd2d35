/** The query parameter `since`. */
import { fault, ok, type Result } from '../../values/result.ts'
import type { JsonSchema } from '../../values/schema.ts'
import { invalid } from '../../http/problem.ts'
import type { Problem } from './problems.ts'

export const sinceProperty: JsonSchema = {
  type: 'string',
  maxLength: 40,
  description: 'An instant in ISO 8601, e.g. 2026-05-01T00:00:00Z, or milliseconds since 1970.',
}

export function parseSince(text: string | undefined): Result<number | undefined, Problem> {
  if (text === undefined) return ok(undefined)
  const at = /^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text)
  if (Number.isFinite(at)) return ok(at)
  const message = `is ${JSON.stringify(text)}, which is no instant`
  return fault(invalid('QUERY_INVALID', [{ path: 'since', message, next: 'Write it as 2026-05-01T00:00:00Z.' }]))
}
