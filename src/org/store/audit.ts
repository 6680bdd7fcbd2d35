/** The setup audit trail: who changed what, with before and after (SF-146). No secret is ever in it. */
import { all, run, type Program } from '../../storage/program.ts'
import { idAt } from './record-ids.ts'

export type AuditEntry = {
  readonly id: number
  readonly at: number
  /** `admin API`, `org file`, … */
  readonly actor: string
  /** `create`, `update`, `delete`, `rotateConsumerSecret`, `revoke`, … */
  readonly action: string
  /** `externalClientApp Nightly_Sync`. */
  readonly object: string
  /** JSON, or null where there was nothing. */
  readonly before: string | null
  readonly after: string | null
}

export function* recordAudit(entry: AuditEntry): Program<void> {
  yield* run(
    'INSERT INTO setup_audit (id, at, actor, action, object, before, after) VALUES (?, ?, ?, ?, ?, ?, ?)',
    entry.id,
    entry.at,
    entry.actor,
    entry.action,
    entry.object,
    entry.before,
    entry.after,
  )
}

export type AuditQuery = {
  readonly since?: number | undefined
  readonly object?: string | undefined
  readonly below?: number | undefined
  readonly limit: number
}

/** Newest first. */
export function* findAudit({ since, object, below, limit }: AuditQuery): Program<AuditEntry[]> {
  return yield* all<AuditEntry>(
    `SELECT id, at, actor, action, object, before, after FROM setup_audit
     WHERE id >= ? AND id < ? AND (? IS NULL OR object = ?) ORDER BY id DESC LIMIT ?`,
    idAt(since ?? 0),
    below ?? Number.MAX_SAFE_INTEGER,
    object ?? null,
    object ?? null,
    limit,
  )
}
