/** Keeps the org's tables within bounds; every write takes little, so that no redemption waits for it (P-05). */
import { one, run, type Program } from '../../storage/program.ts'
import { pruneHistory } from './history.ts'
import { pruneMonitoring } from './monitoring.ts'
import { tellSeen } from './seen.ts'
import { pruneDevices } from './sessions.ts'

export type UpkeepPlan = {
  readonly now: number
  readonly history: { readonly before: number; readonly keepRows: number }
  /** Codes are kept this long past their issue, so that a second use is still recognised (SF-85). */
  readonly codesBefore: number
  /** Grants without a refresh token end with their access token, which lives on while it slides; ended grants are kept for the record until then. */
  readonly endedBefore: number
  readonly sessionGrantsBefore: number
  /** Rows removed from one table in one go. */
  readonly most: number
}

/** How many rows went; the caller comes again soon where it is not zero. */
export function* upkeep(plan: UpkeepPlan): Program<number> {
  const { most } = plan
  yield* tellSeen(plan.now)
  const history = yield* pruneHistory({ ...plan.history, most })
  const codes = yield* pruneBy('codes', 'hash', { column: 'issued_at', before: plan.codesBefore, most })
  const sessions = yield* pruneBy('browser_sessions', 'hash', { column: 'ends_at', before: plan.now, most })
  const devices = yield* pruneDevices(plan)
  const tokens = yield* run('DELETE FROM access_tokens WHERE ends_at < ?', plan.now)
  const alerts = yield* pruneOldest('alerts', 100_000, most)
  const audit = yield* pruneOldest('setup_audit', 100_000, most)
  const monitoring = yield* pruneMonitoring({ before: plan.history.before, keepAddresses: 100_000 })
  const grants = yield* run(
    `DELETE FROM grants WHERE id IN (SELECT id FROM grants
       WHERE (ended IS NOT NULL AND ended_at < ?) OR (token_hash IS NULL AND last_used_at < ?
         AND NOT EXISTS (SELECT 1 FROM access_tokens WHERE grant_id = grants.id)) LIMIT ?)`,
    plan.endedBefore,
    plan.sessionGrantsBefore,
    most,
  )
  if (grants > 0) yield* run('DELETE FROM grant_refusals WHERE grant_id NOT IN (SELECT id FROM grants)')
  return history + codes + sessions + devices + tokens + alerts + audit + monitoring + grants
}

function* pruneBy(
  table: 'codes' | 'browser_sessions',
  key: string,
  { column, before, most }: { readonly column: string; readonly before: number; readonly most: number },
): Program<number> {
  return yield* run(
    `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE ${column} < ? LIMIT ?)`,
    before,
    most,
  )
}

function* pruneOldest(table: 'alerts' | 'setup_audit', keep: number, most: number): Program<number> {
  const edge = yield* one<{ id: number }>(`SELECT id FROM ${table} ORDER BY id DESC LIMIT 1 OFFSET ?`, keep)
  if (edge === undefined) return 0
  return yield* run(
    `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE id <= ? ORDER BY id LIMIT ?)`,
    edge.id,
    most,
  )
}

/** The highest id of any record, where the next one goes on from. */
export function* findLastRecordId(): Program<number> {
  const row = yield* one<{ last: number | null }>(
    `SELECT max(last) AS last FROM (SELECT max(id) AS last FROM login_history UNION ALL SELECT max(id) FROM alerts
       UNION ALL SELECT max(id) FROM setup_audit) AS every_table`,
  )
  return row?.last ?? 0
}

/** Whether anything was ever granted: a store that holds grants cannot go on with a fresh keyring. */
export function* findWhetherGrantsExist(): Program<boolean> {
  return (yield* one('SELECT id FROM grants LIMIT 1')) !== undefined
}

/** A mode change erases what the mode before had kept for its parents (P-12). */
export function* eraseSuccessors(): Program<number> {
  return yield* run(
    'UPDATE grants SET sealed_successor = NULL, parent_open_since = NULL WHERE sealed_successor IS NOT NULL OR parent_open_since IS NOT NULL',
  )
}
