/** Refusals of the admin API as problem details (RFC 9457), each with a code that never changes its meaning. */
import type { DocumentFault } from '../../documents/fault.ts'

const kinds = {
  ADMIN_TOKEN_MISSING: { status: 401, title: 'The request carries no bearer token' },
  ADMIN_TOKEN_WRONG: { status: 401, title: 'The bearer token is another one' },
  REQUEST_MALFORMED: { status: 400, title: 'The request cannot be read' },
  QUERY_INVALID: { status: 400, title: 'A parameter of the query is not valid' },
  MEDIA_TYPE_NOT_SUPPORTED: { status: 415, title: 'The body is of a type that is not read here' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large' },
  NOT_FOUND: { status: 404, title: 'There is nothing by that name' },
  STALE_EDITOR: { status: 412, title: 'The declared set was changed since it was read' },
  IF_MATCH_MISSING: { status: 428, title: 'The request does not say which set it changes' },
  CHANGED_MEANWHILE: { status: 409, title: 'Another process has changed the declared set' },
  BODY_INVALID: { status: 422, title: 'The body is not valid' },
  EGRESS_INVALID: { status: 422, title: 'The set cannot be declared as it is' },
  NOTHING_LEFT_NOT_CONFIRMED: { status: 422, title: 'No egress would be left to leave by' },
  STORE_NOT_AVAILABLE: { status: 503, title: 'The store cannot be written to' },
  STORE_OUTCOME_UNKNOWN: { status: 503, title: 'Whether the change was stored is not known' },
  INTERNAL: { status: 500, title: 'This server failed' },
} as const

export type ProblemCode = keyof typeof kinds
export type ProblemFault = { readonly path: string; readonly message: string; readonly next: string }
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

export const noEgress = (name: string): Problem => ({
  code: 'NOT_FOUND',
  detail: `No egress is called ${JSON.stringify(name.slice(0, 80))}.`,
  next: ['GET /admin/v1/egress lists the names.'],
})

export function invalid(
  code: 'BODY_INVALID' | 'QUERY_INVALID' | 'EGRESS_INVALID',
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

/** What is not known to be stored is never called done. */
export const notStored = ({ known }: { readonly known: boolean }): Problem =>
  known
    ? {
        code: 'STORE_NOT_AVAILABLE',
        detail: 'Nothing was changed.',
        next: ['Send the request again in a moment.'],
      }
    : {
        code: 'STORE_OUTCOME_UNKNOWN',
        detail: 'The store could not say whether the change was committed.',
        next: ['Read the set before sending the request again.'],
      }
