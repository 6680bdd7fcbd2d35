/** Rows of access tokens: only for one that slid or was revoked alone, and gone at its end (P-10). The grant's row is never written here. */
import { run, type Program } from '../../storage/program.ts'
import { recordHistory, type HistoryEntry } from './history.ts'

export type SlidePlan = { readonly grant: string; readonly sequence: number; readonly endsAt: number }

/** Never shortens a life, and revives nothing that was revoked meanwhile. */
export function* slideAccessToken({ grant, sequence, endsAt }: SlidePlan): Program<void> {
  yield* run(
    `INSERT INTO access_tokens (grant_id, sequence, revoked, ends_at) VALUES (?, ?, 0, ?)
     ON CONFLICT (grant_id, sequence) DO UPDATE SET ends_at = excluded.ends_at
       WHERE access_tokens.revoked = 0 AND access_tokens.ends_at < excluded.ends_at`,
    grant,
    sequence,
    endsAt,
  )
}

export type RevokeAccessTokenPlan = {
  readonly grant: string
  readonly sequence: number
  /** Until when the row is kept: the token must be dead by itself then, whatever the timeout is changed to. */
  readonly endsAt: number
  readonly revoked: HistoryEntry
  /** Written instead where another revocation came first. */
  readonly refused: HistoryEntry
}

/** True where the token was not revoked before. Revokes that token and no other (SF-114). */
export function* revokeAccessToken(plan: RevokeAccessTokenPlan): Program<boolean> {
  const changed = yield* run(
    `INSERT INTO access_tokens (grant_id, sequence, revoked, ends_at) VALUES (?, ?, 1, ?)
     ON CONFLICT (grant_id, sequence) DO UPDATE SET revoked = 1, ends_at = excluded.ends_at WHERE access_tokens.revoked = 0`,
    plan.grant,
    plan.sequence,
    plan.endsAt,
  )
  yield* recordHistory(changed === 1 ? plan.revoked : plan.refused)
  return changed === 1
}
