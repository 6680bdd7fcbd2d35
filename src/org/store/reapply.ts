/** Ending again what the log of revocations knows as ended and a restored store does not (P-08). */
import { one, type Program } from '../../storage/program.ts'
import { recordAlert, type AlertEntry } from './alerts.ts'
import { endGrant } from './refuse.ts'
import { tellSeen } from './seen.ts'

/** Which of these grants the store has alive. */
export function* findLiveAmong(ids: readonly string[]): Program<readonly string[]> {
  const live: string[] = []
  for (const id of ids)
    if ((yield* one('SELECT id FROM grants WHERE id = ? AND ended IS NULL', id)) !== undefined) live.push(id)
  return live
}

export type ReapplyPlan = {
  readonly ends: readonly { readonly grant: string; readonly reason: string; readonly at: number }[]
  readonly alert: AlertEntry | undefined
  readonly seenAt: number
}

export function* reapplyRevocations({ ends, alert, seenAt }: ReapplyPlan): Program<void> {
  for (const each of ends) yield* endGrant(each)
  if (alert !== undefined) yield* recordAlert(alert)
  yield* tellSeen(seenAt)
}
