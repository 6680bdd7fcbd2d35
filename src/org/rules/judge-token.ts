/** What a genuine refresh token is to its grant: the current one, a spent one, the parent that a mode still lets through, or newer than the
 *  store itself. Its tag was verified, and that it belongs to the calling client, before this is asked (P-09). */
import type { Generation } from '../../values/domain.ts'
import { before, days, type Duration, type Instant } from '../../values/time.ts'

export type RotationMode = 'strict' | 'overlap' | 'until-used'

/** The grant's row as far as it concerns its tokens. */
export type TokenRow = {
  readonly generation: Generation
  /** When the current token was issued by a rotation of its parent; undefined for generation 0 and once its successor was used. */
  readonly parentOpenSince: Instant | undefined
  readonly epoch: number
}

/** Restoring a backup starts a new epoch; the admin chooses what becomes of the grants of the old one (P-08). */
export type Epoch = { readonly current: number; readonly olderGrants: 'refuse' | 'accept-newer-once' }

export type Presented = {
  readonly generation: Generation
  /** Whether the hash of the presented token equals the row's, compared in constant time. */
  readonly hashIsCurrent: boolean
  /** False where the tag's key is marked compromised: such a tag proves no replay (P-09). */
  readonly tagProves: boolean
}

export type Judgement =
  | { readonly kind: 'current' }
  /** Let through by `overlap` or `until-used`: the same successor is returned (P-12). */
  | { readonly kind: 'open-parent' }
  | { readonly kind: 'replay' }
  /** Older generation under a compromised key: refused, and nothing is revoked (P-09). */
  | { readonly kind: 'unproven' }
  /** P-08: the admin ended all grants of the epoch before. */
  | { readonly kind: 'epoch-refused' }
  /** P-08: newer than a row of the epoch before, and accepted once; the family goes on from the presented generation. */
  | { readonly kind: 'newer-accepted' }
  /** P-08: valid and newer than the row, or of the row's generation with another hash. */
  | { readonly kind: 'store-went-back' }

/** `rotates`: whether rotation is on now; with it off an older generation is still a replay (P-12). */
export type JudgeTerms = {
  readonly mode: RotationMode
  readonly overlapMs: number
  readonly now: Instant
  readonly rotates: boolean
  readonly epoch: Epoch
}

export function judgeToken(presented: Presented, row: TokenRow, terms: JudgeTerms): Judgement {
  const isOld = row.epoch < terms.epoch.current
  if (isOld && terms.epoch.olderGrants === 'refuse') return { kind: 'epoch-refused' }
  if (presented.generation === row.generation && presented.hashIsCurrent) return { kind: 'current' }
  if (!presented.tagProves) return { kind: 'unproven' }
  if (presented.generation > row.generation) return { kind: isOld ? 'newer-accepted' : 'store-went-back' }
  if (presented.generation === row.generation) return { kind: 'store-went-back' }
  const isParent = presented.generation === row.generation - 1
  return isParent && terms.rotates && parentIsOpen(row, terms) ? { kind: 'open-parent' } : { kind: 'replay' }
}

/** How long the row of an ended grant is kept, and the line of its revocation in the log beside the store (P-08). */
export const endedGrantsKept: Duration = days(400)

/** Of a genuine token whose grant is not in the store. `forgotten`: it is so old that the grant may have ended, and its row gone, in the ordinary
 *  course of things. Any other cannot have: a grant ends after its last token is issued, so the store is an older one (P-08). */
export function judgeWithoutGrant(
  issuedOn: Instant,
  now: Instant,
): { readonly kind: 'forgotten' } | { readonly kind: 'store-went-back' } {
  return { kind: issuedOn < before(now, endedGrantsKept) ? 'forgotten' : 'store-went-back' }
}

function parentIsOpen({ parentOpenSince }: TokenRow, { mode, overlapMs, now }: JudgeTerms): boolean {
  if (parentOpenSince === undefined) return false
  switch (mode) {
    case 'strict':
      return false
    case 'until-used':
      return true
    case 'overlap':
      return now <= parentOpenSince + overlapMs
  }
}
