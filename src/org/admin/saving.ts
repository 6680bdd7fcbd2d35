/** Saving from the admin API: with an audit row, in force with the reply. */
import { sha256Hex } from '../tokens/mac.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import type { OrgParts } from '../parts.ts'
import type { Change } from '../store/save.ts'
import type { WriteResult } from '../../storage/storage.ts'
import type { Problem } from './problems.ts'

export const actor = 'admin API'

/** Names a stored content in an ETag. */
export const contentTag = (content: string): string => sha256Hex(content).slice(0, 32)

export type Attempt =
  | { readonly kind: 'saved'; readonly version: number; readonly ended: readonly string[] }
  /** The object is not what the caller saw: read it and decide again. */
  | { readonly kind: 'stale' }

/** What the Setup Audit Trail says of a change. */
export type Audited = { readonly action: string; readonly actor: string }

/** Resolves when the change is durable and every decision from now on is made under it (P-06). An action alone is of the admin API. */
export async function saveChange(
  parts: OrgParts,
  change: Change,
  by: string | Audited,
): Promise<Result<Attempt, Problem>> {
  const at = parts.clock()
  const audited = typeof by === 'string' ? { action: by, actor } : by
  const kind = change.kind === 'app' ? change.appKind : change.kind === 'user' ? 'user' : change.objectKind
  const after = change.kind === 'delete' ? null : change.content
  const audit = {
    id: parts.recordIds(at),
    ...audited,
    object: `${kind} ${change.name}`,
    before: change.expects,
    after,
  }
  const written = await parts.storage.write('save', { at, changes: [{ ...change, audit }] })
  const stored = committed(written)
  if (!stored.ok) return stored
  const outcome = stored.value
  if (outcome.kind === 'saved') {
    await logEnded(parts, outcome.ended, at)
    await parts.settings.refresh()
    return ok(outcome)
  }
  switch (outcome.why) {
    case 'stale':
      return ok({ kind: 'stale' })
    case 'name-taken':
      return fault(taken('NAME_TAKEN', `${change.name} is the name of an app of the other kind.`))
    case 'key-taken':
      return fault(taken('CONSUMER_KEY_TAKEN', `The consumer key of ${change.name} belongs to another app.`))
  }
}

/** Revocations are also kept outside the store (P-08). */
export async function logEnded(parts: OrgParts, grants: readonly string[], at: number): Promise<void> {
  if (grants.length === 0) return
  await parts.revocationLog.append(grants.map((grant) => ({ grant, at, reason: 'revoked' })))
}

export const taken = (code: 'NAME_TAKEN' | 'CONSUMER_KEY_TAKEN', detail: string): Problem => ({
  code,
  detail,
  next: ['Choose another.'],
})

/** What a write came to, or a problem: what is not known to be stored is never called done. */
export function committed<T>(result: WriteResult<T>): Result<T, Problem> {
  switch (result.kind) {
    case 'committed':
      return ok(result.value)
    case 'dropped':
    case 'failed': {
      const detail = 'Nothing was changed.'
      return fault({ code: 'STORE_NOT_AVAILABLE', detail, next: ['Send the request again in a moment.'] })
    }
    case 'unknown': {
      const detail = 'The store could not say whether the change was committed.'
      return fault({
        code: 'STORE_OUTCOME_UNKNOWN',
        detail,
        next: ['Read the object before sending the request again.'],
      })
    }
  }
}

/** How often a save is decided anew where others save the same object at the same time. */
const mostAttempts = 5

/** Reads, decides and saves until nobody came in between. With `If-Match` the editor is told instead. */
export async function untilSaved<T>(attempt: () => Promise<Result<T | 'stale', Problem>>): Promise<Result<T, Problem>> {
  for (let i = 0; i < mostAttempts; i += 1) {
    const result = await attempt()
    if (!result.ok) return result
    if (result.value !== 'stale') return ok(result.value)
  }
  const detail = `Others changed the object ${mostAttempts} times while this request was at it.`
  return fault({ code: 'CHANGED_MEANWHILE', detail, next: ['Send the request again.'] })
}

/** RFC 9110 section 13.1.1. */
export function staleEditor(ifMatch: string | undefined, tag: string): Problem | undefined {
  if (ifMatch === undefined || ifMatch === tag) return undefined
  const detail = 'What you read is no longer what is there.'
  return {
    code: 'STALE_EDITOR',
    detail,
    next: ['Read it again, look at the change, and send yours with the new ETag.'],
  }
}
