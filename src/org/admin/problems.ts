/** Refusals of the admin API and the testing plane as problem details (RFC 9457), each with a code that never changes its meaning. */
import type { DocumentFault } from '../../documents/fault.ts'

const kinds = {
  ADMIN_TOKEN_MISSING: { status: 401, title: 'The request carries no bearer token' },
  ADMIN_TOKEN_WRONG: { status: 401, title: 'The bearer token is another one' },
  REQUEST_MALFORMED: { status: 400, title: 'The request cannot be read' },
  QUERY_INVALID: { status: 400, title: 'A parameter of the query is not valid' },
  MEDIA_TYPE_NOT_SUPPORTED: { status: 415, title: 'The body is of a type that is not read here' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large' },
  NOT_FOUND: { status: 404, title: 'There is nothing by that name' },
  NAME_TAKEN: { status: 409, title: 'The name is taken' },
  CONSUMER_KEY_TAKEN: { status: 409, title: 'Another app has this consumer key' },
  KEYRING_FULL: { status: 409, title: 'The keyring has no room for another key' },
  CHANGED_MEANWHILE: { status: 409, title: 'Others keep changing the object' },
  STALE_EDITOR: { status: 412, title: 'The object was changed since it was read' },
  OBJECT_INVALID: { status: 422, title: 'The object cannot be saved as it is' },
  ALLOWLIST_INVALID: { status: 422, title: 'The list of ranges cannot be saved as it is' },
  EMPTY_ALLOWLIST_NOT_CONFIRMED: { status: 422, title: 'An empty list that is enforced refuses everyone' },
  CONTROL_IS_ONE_WAY: { status: 422, title: 'A control of a partner app cannot be switched off again' },
  CONNECTED_APP_NOT_CREATABLE: { status: 422, title: 'Connected Apps cannot be created any more' },
  STORE_NOT_AVAILABLE: { status: 503, title: 'The store cannot be written to' },
  STORE_OUTCOME_UNKNOWN: { status: 503, title: 'Whether the change was stored is not known' },
  INTERNAL: { status: 500, title: 'This server failed' },
} as const

export type ProblemCode = keyof typeof kinds
export type ProblemFault = {
  readonly path: string
  readonly message: string
  readonly next: string
  readonly row?: number
}
export type Problem = {
  readonly code: ProblemCode
  /** One sentence; no secret in it. */
  readonly detail: string
  /** Acts to do. */
  readonly next: readonly string[]
  /** One for each thing that is wrong with what was sent. */
  readonly faults?: readonly ProblemFault[]
}

export const problemStatus = ({ code }: Problem): number => kinds[code].status

/** The body; its media type is application/problem+json. */
export function problemBody(problem: Problem): Readonly<Record<string, unknown>> {
  const { status, title } = kinds[problem.code]
  return { type: 'about:blank', title, status, ...problem }
}

export const notFound = (what: string, name: string, next: string): Problem => ({
  code: 'NOT_FOUND',
  detail: `No ${what} is called ${JSON.stringify(name.slice(0, 100))}.`,
  next: [next],
})

export function invalid(
  code: 'OBJECT_INVALID' | 'QUERY_INVALID' | 'ALLOWLIST_INVALID' | 'CONTROL_IS_ONE_WAY',
  faults: readonly ProblemFault[],
): Problem {
  const [first] = faults
  const place = first === undefined || first.path === '' ? '' : `${first.path}: `
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''
  return {
    code,
    detail: `${place}${first?.message ?? 'it is not valid'}${more}`,
    next: [...new Set(faults.map(({ next }) => next))].slice(0, 10),
    faults,
  }
}

export const fromDocument = ({ path, message, next }: DocumentFault): ProblemFault => ({ path, message, next })
