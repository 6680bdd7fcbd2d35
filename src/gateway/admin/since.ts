/** The query parameter `since`. */
import { fault, ok, type Result } from '../../values/result.ts'
import type { JsonSchema } from '../../values/schema.ts'
import { instant, type Instant } from '../../values/time.ts'
import { invalid } from '../../http/problem.ts'
import type { Problem } from './problems.ts'

export const sinceProperty: JsonSchema & { readonly type: 'string'; readonly description: string } = {
  type: 'string',
  minLength: 1,
  maxLength: 40,
  description: 'An instant in ISO 8601, e.g. 2026-05-01T00:00:00Z, or milliseconds since 1970.',
}

/** `first` and `last` are included. */
export function parseSince(
  text: string,
  { first, last }: { readonly first: Instant; readonly last: Instant },
): Result<Instant, Problem> {
  const at = /^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text)
  if (!Number.isFinite(at)) return refuse(`is ${JSON.stringify(text)}, which is no instant`, exampleNext)
  if (at > last) return refuse('lies in the future', 'Give an instant that has passed.')
  if (at < first) return refuse('lies before what is kept, which is 92 days', 'Give a later instant.')
  return ok(instant(at))
}

const exampleNext = 'Write it as 2026-05-01T00:00:00Z.'
const refuse = (message: string, next: string): Result<never, Problem> =>
  fault(invalid('QUERY_INVALID', [{ path: 'since', message, next }]))
