/** What a sound authorization request still needs before a code may be issued: a login, a consent, or nothing. */
import type { Instant } from '../../values/time.ts'
import type { Prompt } from './authorize-parameters.ts'
import { scopeIsAllowed } from './scopes.ts'

export type Visitor = {
  /** Which browser login it is: rotated at each login, so a new one is a new name. */
  readonly session: string
  readonly authenticatedAt: Instant
  /** Every scope that this user has approved for this app before, and not withdrawn. */
  readonly approved: readonly string[]
}

/** The login that a request found when it came; `prompt=login` is answered only by another one. */
export type Found = { readonly at: Instant; readonly session: string | undefined }

export type NextStep =
  | { readonly kind: 'login' }
  | { readonly kind: 'consent' }
  | { readonly kind: 'issue' }
  /** A page is needed and none may be shown (SF-79). */
  | { readonly kind: 'not-immediate'; readonly needs: 'login' | 'consent' }

export function nextStep(
  { prompt, scopes }: { readonly prompt: Prompt; readonly scopes: readonly string[] },
  visitor: Visitor | undefined,
  found: Found,
): NextStep {
  const needs = needed({ prompt, scopes }, visitor, found)
  if (needs === 'nothing') return { kind: 'issue' }
  return prompt.never ? { kind: 'not-immediate', needs } : { kind: needs }
}

function needed(
  { prompt, scopes }: { readonly prompt: Prompt; readonly scopes: readonly string[] },
  visitor: Visitor | undefined,
  found: Found,
): 'login' | 'consent' | 'nothing' {
  if (visitor === undefined) return 'login'
  const isNew = visitor.session !== found.session && visitor.authenticatedAt >= found.at
  if (prompt.login && !isNew) return 'login'
  if (prompt.consent) return 'consent'
  return approvalCovers(visitor.approved, scopes) ? 'nothing' : 'consent' // asked at the first approval only (SF-92, SF-164)
}

/** Nothing approved covers nothing, not even `id` that goes with every token. */
function approvalCovers(approved: readonly string[], wanted: readonly string[]): boolean {
  const had = new Set(approved)
  return had.size > 0 && wanted.every((scope) => scopeIsAllowed(scope, had))
}
