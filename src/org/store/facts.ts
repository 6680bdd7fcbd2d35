/** Single facts of the org: its epoch, its clock's offset, its rotation mode. */
import { all, one, run, type Program } from '../../storage/program.ts'
import type { Epoch } from '../rules/judge-token.ts'
import { recordAudit, type AuditEntry } from './audit.ts'
import { eraseSuccessors } from './upkeep.ts'

function* setFact(name: string, value: string): Program<void> {
  yield* run(
    'INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    name,
    value,
  )
}

export function* findEpoch(): Program<Epoch> {
  const rows = yield* all<{ name: string; value: string }>(
    `SELECT name, value FROM facts WHERE name IN ('epoch', 'epoch_policy')`,
  )
  const facts = new Map(rows.map(({ name, value }) => [name, value]))
  const accepts = facts.get('epoch_policy') === 'accept-newer-once'
  return { current: Number(facts.get('epoch') ?? 0), olderGrants: accepts ? 'accept-newer-once' : 'refuse' }
}

export type EpochPlan = { readonly olderGrants: Epoch['olderGrants']; readonly audit: AuditEntry }

/** After a restored backup (P-08): grants that are in the store now become those of an older epoch. */
export function* startEpoch({ olderGrants, audit }: EpochPlan): Program<Epoch> {
  const before = yield* findEpoch()
  const epoch: Epoch = { current: before.current + 1, olderGrants }
  yield* setFact('epoch', String(epoch.current))
  yield* setFact('epoch_policy', olderGrants)
  yield* recordAudit({ ...audit, before: JSON.stringify(before), after: JSON.stringify(epoch) })
  return epoch
}

/** Milliseconds that the testing plane has put the clock forward by. */
export function* findClockOffset(): Program<number> {
  const row = yield* one<{ value: string }>(`SELECT value FROM facts WHERE name = 'clock_offset'`)
  return Number(row?.value ?? 0)
}

export function* setClockOffset({ offset }: { offset: number }): Program<void> {
  yield* setFact('clock_offset', String(offset))
}

/** Erases what another rotation mode had kept for its parents (P-12): a mode that leaves them open longer must not open again what the one
 *  before had closed. Changes nothing where the mode is the one of the last start. */
export function* enterRotationMode({ mode }: { readonly mode: string }): Program<void> {
  const before = yield* one<{ value: string }>(`SELECT value FROM facts WHERE name = 'rotation_mode'`)
  if (before?.value === mode) return
  yield* eraseSuccessors()
  yield* setFact('rotation_mode', mode)
}
