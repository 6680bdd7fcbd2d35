/** Alerts of IP monitoring: for people, they block nothing (SF-239). */
import { all, run, type Program } from '../../storage/program.ts'
import { idAt } from './record-ids.ts'

export type AlertKind =
  'new-address' | 'replay' | 'refused-burst' | 'store-went-back' | 'heartbeat-late' | 'approval-dropped'
export type AlertEntry = {
  /** That of the record that it belongs to. */
  readonly id: number
  readonly at: number
  readonly kind: AlertKind
  readonly app: string | null
  readonly grantId: string | null
  readonly address: string | null
  /** One sentence for a person, no secret in it. */
  readonly detail: string
}
export function* recordAlert(entry: AlertEntry): Program<void> {
  yield* run(
    `INSERT INTO alerts (id, at, kind, app, grant_id, address, detail)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    entry.id,
    entry.at,
    entry.kind,
    entry.app,
    entry.grantId,
    entry.address,
    entry.detail,
  )
}

/** Newest first, at most `limit`. */
export function* findAlerts({
  app,
  since,
  limit,
}: {
  app?: string
  since?: number
  limit: number
}): Program<AlertEntry[]> {
  return yield* all<AlertEntry>(
    `SELECT id, at, kind, app, grant_id AS "grantId", address, detail FROM alerts
     WHERE id >= ? AND (? IS NULL OR app = ?) ORDER BY id DESC LIMIT ?`,
    idAt(since ?? 0),
    app ?? null,
    app ?? null,
    limit,
  )
}
