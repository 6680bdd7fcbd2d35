/** What the admin API refuses with, besides what every API does. */
import type { Problem as ProblemOf, ProblemKind, UsualCode } from '../../http/problem.ts'

const kinds = {
  ADMIN_TOKEN_MISSING: { status: 401, title: 'The request carries no bearer token' },
  ADMIN_TOKEN_WRONG: { status: 401, title: 'The bearer token is another one' },
  STALE_EDITOR: { status: 412, title: 'The declared set was changed since it was read' },
  CHANGED_MEANWHILE: { status: 409, title: 'Another process has changed the declared set' },
  BODY_INVALID: { status: 422, title: 'The body is not valid' },
  EGRESS_INVALID: { status: 422, title: 'The set cannot be declared as it is' },
  NOTHING_LEFT_NOT_CONFIRMED: { status: 422, title: 'No egress would be left to leave by' },
} as const

export type OwnCode = keyof typeof kinds
export const ownKinds: Readonly<Record<OwnCode, ProblemKind>> = kinds
export type Problem = ProblemOf<OwnCode | UsualCode>

export const noEgress = (name: string): Problem => ({
  code: 'NOT_FOUND',
  detail: `No egress is called ${JSON.stringify(name.slice(0, 80))}.`,
  next: ['GET /admin/v1/egress lists the names.'],
})

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
