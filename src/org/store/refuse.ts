/** What a refusal leaves behind: a record, a count, and where the refusal is final the end of the grant. Never a changed token. */
import { run, type Program } from '../../storage/program.ts'
import { recordAlert, type AlertEntry } from './alerts.ts'
import { recordHistory, type HistoryEntry } from './history.ts'

export type RefusePlan = {
  readonly history: HistoryEntry
  readonly alert?: AlertEntry | undefined
  /** A final refusal ends the grant, if it is still what the decision saw (SF-182). */
  readonly ends?:
    { readonly grant: string; readonly reason: string; readonly at: number; readonly sequence: number } | undefined
}

export function* refuse({ history, alert, ends }: RefusePlan): Program<void> {
  if (ends !== undefined) {
    yield* run(
      `UPDATE grants SET ended = ?, ended_at = ?, sealed_successor = NULL, parent_open_since = NULL
       WHERE id = ? AND ended IS NULL AND sequence = ?`,
      ends.reason,
      ends.at,
      ends.grant,
      ends.sequence,
    )
  }
  if (history.grantId !== null) yield* countRefusal(history.grantId, history)
  if (alert !== undefined) yield* recordAlert(alert)
  yield* recordHistory(history)
}

/** Ends a family because a spent token came back (SF-188). Commits although the request itself fails (SF-194). */
export type RevokeFamilyPlan = {
  readonly grant: string
  readonly at: number
  readonly reason: string
  readonly history: HistoryEntry
  readonly alert: AlertEntry
}

/** True where the family was alive until now; a second replay only adds to the record. */
export function* revokeFamily(plan: RevokeFamilyPlan): Program<boolean> {
  const ended = yield* endGrant(plan)
  yield* countRefusal(plan.grant, plan.history)
  if (ended) yield* recordAlert(plan.alert)
  yield* recordHistory(plan.history)
  return ended
}

/** The refresh token and every access token of the family are dead with the return of the commit. */
export function* endGrant({ grant, reason, at }: { grant: string; reason: string; at: number }): Program<boolean> {
  const changed = yield* run(
    `UPDATE grants SET ended = ?, ended_at = ?, sealed_successor = NULL, parent_open_since = NULL WHERE id = ? AND ended IS NULL`,
    reason,
    at,
    grant,
  )
  return changed === 1
}

function* countRefusal(grant: string, { at, decision }: HistoryEntry): Program<void> {
  yield* run(
    `INSERT INTO grant_refusals (grant_id, refusals, last_at, last_decision) VALUES (?, 1, ?, ?)
     ON CONFLICT (grant_id) DO UPDATE SET refusals = grant_refusals.refusals + 1, last_at = excluded.last_at,
       last_decision = excluded.last_decision`,
    grant,
    at,
    decision,
  )
}
