/** Revocation by an admin: by grant, by user, by app, or by user and app, in one transaction. */
import { all, run, type Program } from '../../storage/program.ts'
import { recordAudit, type AuditEntry } from './audit.ts'

export type RevokePlan = {
  /** All that are given must hold; at least one is. */
  readonly grant: string | null
  readonly userId: string | null
  readonly app: string | null
  readonly at: number
  readonly reason: string
  readonly audit?: AuditEntry
}

/** The grants that were alive until now. Access tokens die with them. */
export function* revokeGrants({ grant, userId, app, at, reason, audit }: RevokePlan): Program<readonly string[]> {
  if (grant === null && userId === null && app === null) return []
  const where = 'ended IS NULL AND (? IS NULL OR id = ?) AND (? IS NULL OR user_id = ?) AND (? IS NULL OR app = ?)'
  const params = [grant, grant, userId, userId, app, app]
  const live = yield* all<{ id: string }>(`SELECT id FROM grants WHERE ${where}`, ...params)
  yield* run(
    `UPDATE grants SET ended = ?, ended_at = ?, sealed_successor = NULL, parent_open_since = NULL WHERE ${where}`,
    reason,
    at,
    ...params,
  )
  if (audit !== undefined) {
    yield* recordAudit({ ...audit, after: JSON.stringify({ revoked: live.length }) })
  }
  return live.map(({ id }) => id)
}
