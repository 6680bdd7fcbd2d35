/** Spending a refresh token: one transaction with compare-and-set on the grant's sequence and the app's settings version. */
import { one, run, type Program } from '../../storage/program.ts'
import { recordAlert, type AlertEntry } from './alerts.ts'
import { recordHistory, type HistoryEntry } from './history.ts'

/** Everything that one redemption changes, decided beforehand. The row's `sequence` and `generation` are what the decision saw. */
export type RedeemPlan = {
  readonly grant: string
  readonly app: string
  readonly expects: { readonly sequence: number; readonly generation: number; readonly settingsVersion: number }
  readonly sets: {
    readonly sequence: number
    readonly generation: number
    readonly tokenHash: string
    /** Kept where the parent stays open (P-12); null erases both, as first use, a mode change and a revocation do. */
    readonly parentOpenSince: number | null
    readonly sealedSuccessor: Uint8Array | null
    readonly oldestKey: number
    readonly epoch: number
    readonly lastUsedAt: number
    readonly addresses: string
  }
  readonly won: HistoryEntry
  readonly alerts: readonly AlertEntry[]
  /** What the record says instead where another redemption came first (P-01). */
  readonly lost: Pick<HistoryEntry, 'status' | 'decision' | 'trace'>
}

export type RedeemOutcome =
  | { readonly kind: 'won' }
  /** Another redemption or a revocation changed the grant since the decision: in flight, never a replay (P-01). */
  | { readonly kind: 'overtaken'; readonly ended: string | null }
  /** Nothing but the settings changed: decide again, once (P-01). Nothing was written. */
  | { readonly kind: 'settings-changed' }

const set = `UPDATE grants SET sequence = ?, generation = ?, token_hash = ?, parent_open_since = ?, sealed_successor = ?, oldest_key = ?, epoch = ?,
    last_used_at = ?, addresses = ?, uses = uses + 1
  WHERE id = ? AND sequence = ? AND generation = ? AND ended IS NULL
    AND EXISTS (SELECT 1 FROM apps WHERE name = ? AND version = ?)`

export function* redeem(plan: RedeemPlan): Program<RedeemOutcome> {
  const { sets, expects } = plan
  const changed = yield* run(
    set,
    sets.sequence,
    sets.generation,
    sets.tokenHash,
    sets.parentOpenSince,
    sets.sealedSuccessor,
    sets.oldestKey,
    sets.epoch,
    sets.lastUsedAt,
    sets.addresses,
    plan.grant,
    expects.sequence,
    expects.generation,
    plan.app,
    expects.settingsVersion,
  )
  if (changed === 1) {
    yield* recordHistory(plan.won)
    for (const alert of plan.alerts) yield* recordAlert(alert)
    return { kind: 'won' }
  }
  return yield* whyNot(plan)
}

function* whyNot(plan: RedeemPlan): Program<RedeemOutcome> {
  const row = yield* one<{ sequence: number; generation: number; ended: string | null }>(
    'SELECT sequence, generation, ended FROM grants WHERE id = ?',
    plan.grant,
  )
  const same =
    row?.ended === null && row.sequence === plan.expects.sequence && row.generation === plan.expects.generation
  if (same) return { kind: 'settings-changed' }
  yield* recordHistory({ ...plan.won, ...plan.lost })
  return { kind: 'overtaken', ended: row?.ended ?? null }
}
