/** What the admin API and the testing plane refuse with, besides what every API does. */
import type { Problem as ProblemOf, ProblemKind, UsualCode } from '../../http/problem.ts'

const kinds = {
  ADMIN_TOKEN_MISSING: { status: 401, title: 'The request carries no bearer token' },
  ADMIN_TOKEN_WRONG: { status: 401, title: 'The bearer token is another one' },
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
} as const

export type OwnCode = keyof typeof kinds
export const ownKinds: Readonly<Record<OwnCode, ProblemKind>> = kinds
export type Problem = ProblemOf<OwnCode | UsualCode>

export const notFound = (what: string, name: string, next: string): Problem => ({
  code: 'NOT_FOUND',
  detail: `No ${what} is called ${JSON.stringify(name.slice(0, 100))}.`,
  next: [next],
})
