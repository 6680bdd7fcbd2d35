/** Spending a refresh token: one transaction with compare-and-set on the grant's sequence and the app's settings version. */
import { one, run, type Program, type SqlValue } from '../../storage/program.ts'
import { recordAlert, type AlertEntry } from './alerts.ts'
import { historyValues, recordHistoryValues, type HistoryEntry } from './history.ts'

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

/** The plan as the values of its statements, in their order: it crosses to the writer thread, and a nested object takes several times as long
 *  to get there as a row of texts and numbers. */
export type PackedRedemption = {
  readonly update: readonly SqlValue[]
  readonly won: readonly SqlValue[]
  readonly lost: readonly SqlValue[]
  readonly alerts: readonly AlertEntry[] | undefined
}

/** Where the compare-and-set finds what it expects, among the values of `set`. */
const place = { grant: 9, sequence: 10, generation: 11 } as const

export function packRedemption({ grant, app, sets, expects, won, lost, alerts }: RedeemPlan): PackedRedemption {
  return {
    update: [
      ...[sets.sequence, sets.generation, sets.tokenHash, sets.parentOpenSince, sets.sealedSuccessor, sets.oldestKey],
      ...[sets.epoch, sets.lastUsedAt, sets.addresses],
      ...[grant, expects.sequence, expects.generation, app, expects.settingsVersion],
    ],
    won: historyValues(won),
    lost: [lost.status, lost.decision, lost.trace],
    alerts: alerts.length === 0 ? undefined : alerts,
  }
}

export function* redeem({ update, won, lost, alerts }: PackedRedemption): Program<RedeemOutcome> {
  if ((yield* run(set, ...update)) === 1) {
    yield* recordHistoryValues(won)
    for (const alert of alerts ?? []) yield* recordAlert(alert)
    return { kind: 'won' }
  }
  const outcome = yield* whyNot(update)
  // its last three values are what a lost race says differently
  if (outcome.kind === 'overtaken') yield* recordHistoryValues([...won.slice(0, -lost.length), ...lost])
  return outcome
}

function* whyNot(update: readonly SqlValue[]): Program<RedeemOutcome> {
  const row = yield* one<{ sequence: number; generation: number; ended: string | null }>(
    'SELECT sequence, generation, ended FROM grants WHERE id = ?',
    update[place.grant] ?? null,
  )
  const same =
    row?.ended === null && row.sequence === update[place.sequence] && row.generation === update[place.generation]
  return same ? { kind: 'settings-changed' } : { kind: 'overtaken', ended: row?.ended ?? null }
}
