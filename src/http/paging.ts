/** Pages: bounded, with cursors that mean something to this server only. */
import { fault, ok, type Result } from '../values/result.ts'
import type { JsonSchema } from '../values/schema.ts'
import { invalid, type Problem } from './problem.ts'

export type PageQuery = { readonly limit?: number; readonly cursor?: string }

/** Query parameters of every list. */
export const pageProperties = (most: number): { readonly limit: JsonSchema; readonly cursor: JsonSchema } => ({
  limit: {
    type: 'integer',
    minimum: 1,
    maximum: most,
    description: `Entries on a page, at most ${most}; 100 if left out.`,
  },
  cursor: { type: 'string', maxLength: 500, description: '`next` of the page before.' },
})

export const pageLimit = ({ limit = 100 }: PageQuery): number => limit

/** Where the page begins; undefined for the first. */
export function pageStart({ cursor }: PageQuery): Result<string | undefined, Problem> {
  if (cursor === undefined) return ok(undefined)
  const text = Buffer.from(cursor, 'base64url').toString('utf8')
  if (text.startsWith(mark)) return ok(text.slice(mark.length))
  const message = 'is no cursor of this server'
  return fault(invalid('QUERY_INVALID', [{ path: 'cursor', message, next: 'Leave cursor out for the first page.' }]))
}

const mark = 'after:'
const cursorOf = (key: string | number): string => Buffer.from(`${mark}${key}`).toString('base64url')

/** From `limit + 1` rows: the page, and the cursor of the next one or null. */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => string | number,
): { readonly page: readonly Row[]; readonly next: string | null } {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { page, next: rows.length > limit && last !== undefined ? cursorOf(keyOf(last)) : null }
}

/** The body of a list. */
export const listSchema = (name: string, item: JsonSchema): JsonSchema => ({
  type: 'object',
  properties: {
    [name]: { type: 'array', items: item },
    next: { anyOf: [{ type: 'string' }, { type: 'null' }], description: 'Cursor of the next page, or null.' },
  },
  required: [name, 'next'],
})
