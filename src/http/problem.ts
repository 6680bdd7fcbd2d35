/** Refusals as problem details (RFC 9457), each with a code that never changes its meaning. */
import type { DocumentFault } from '../documents/fault.ts'

export type ProblemKind = { readonly status: number; readonly title: string }

/** Those of every service; each has others besides. */
const kinds = {
  REQUEST_MALFORMED: { status: 400, title: 'The request cannot be read' },
  QUERY_INVALID: { status: 400, title: 'A parameter of the query is not valid' },
  NOT_FOUND: { status: 404, title: 'There is nothing by that name' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large' },
  MEDIA_TYPE_NOT_SUPPORTED: { status: 415, title: 'The body is of a type that is not read here' },
  IF_MATCH_MISSING: { status: 428, title: 'The request does not say which state it changes' },
  INTERNAL: { status: 500, title: 'This server failed' },
  STORE_NOT_AVAILABLE: { status: 503, title: 'The store cannot be written to' },
  STORE_OUTCOME_UNKNOWN: { status: 503, title: 'Whether the change was stored is not known' },
} as const

export type UsualCode = keyof typeof kinds
export const usualKinds: Readonly<Record<UsualCode, ProblemKind>> = kinds

export type ProblemFault = {
  readonly path: string
  readonly message: string
  readonly next: string
  readonly row?: number
}
export type Problem<Code extends string = UsualCode> = {
  readonly code: Code
  /** One sentence; no secret in it. */
  readonly detail: string
  /** Acts to do. */
  readonly next: readonly string[]
  /** One for each thing that is wrong with what was sent. */
  readonly faults?: readonly ProblemFault[]
  /** Extension members (RFC 9457 section 3.2); no secret in them. */
  readonly extensions?: Readonly<Record<string, unknown>>
  /** Seconds, where it is known when the answer may be another one; sent as Retry-After. */
  readonly retryAfter?: number
}

/** The body; its media type is application/problem+json. */
export function problemBody(
  { status, title }: ProblemKind,
  { extensions, retryAfter: _header, ...problem }: Problem<string>,
): Readonly<Record<string, unknown>> {
  return { type: 'about:blank', title, status, ...problem, ...extensions }
}

/** One problem of all that is wrong with what was sent. */
export function invalid<Code extends string>(code: Code, faults: readonly ProblemFault[]): Problem<Code> {
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
