/** Refusals that are recorded before they are told: one decision, one reason, one record. */
import type { OrgParts } from '../../parts.ts'
import type { Refusal, TraceLine } from '../../rules/decide.ts'
import type { Saw } from '../../rules/errors/entry.ts'
import { errors } from '../../rules/errors/catalogue.ts'
import type { WriteResult } from '../../../storage/storage.ts'
import type { RefusePlan } from '../../store/refuse.ts'
import { refused, unavailable, type TokenOutcome } from './outcome.ts'
import { alertOf, refusalRecord, type Subject } from './records.ts'

export type Refused = {
  readonly refusal: Refusal
  readonly trace?: readonly TraceLine[]
  /** What the decision saw, where the refusal is final for the grant (SF-182). */
  readonly sequence?: number
}

/** Without a durable record there is no refusal: the caller is told to come again, and its token is untouched (L-13). */
export async function refuseAndRecord(
  parts: OrgParts,
  subject: Subject,
  { refusal, trace, sequence }: Refused,
): Promise<TokenOutcome> {
  const history = refusalRecord(parts, subject, { ...refusal, trace })
  const plan: RefusePlan = {
    history,
    alert: alertFor(subject, refusal, history),
    ends: endOf(subject, refusal, sequence),
  }
  const result = await parts.storage.write('refuse', plan)
  parts.monitor.saw(subject.app.name, subject.address, 'refusal')
  if (result.kind === 'committed') return refused(refusal)
  parts.log.error('refusal-not-stored', whyNotStored(result))
  return unavailable('the store failed')
}

/** SF-188: a spent token came back, so its family ends; the revocation is durable before the caller is told (SF-194). */
export async function revokeReplayedFamily(parts: OrgParts, subject: Subject, saw: Saw): Promise<TokenOutcome> {
  const refusal: Refusal = { code: 'TOKEN_REPLAYED', saw }
  const history = refusalRecord(parts, subject, refusal)
  const alert = alertOf({ id: history.id, at: subject.at }, subject, {
    kind: 'replay',
    detail: errors.TOKEN_REPLAYED.means(saw),
  })
  const plan = { grant: subject.grantId ?? '', at: subject.at, reason: 'replayed', history, alert }
  const result = await parts.storage.write('revokeFamily', plan)
  parts.monitor.saw(subject.app.name, subject.address, 'refusal')
  if (result.kind !== 'committed') {
    parts.log.error('revocation-not-stored', whyNotStored(result))
    return unavailable('the store failed')
  }
  if (result.value) await parts.revocationLog.append([{ grant: plan.grant, at: plan.at, reason: plan.reason }])
  return refused(refusal)
}

/** For the log. */
export function whyNotStored(result: Exclude<WriteResult<unknown>, { kind: 'committed' }>): {
  readonly kind: string
  readonly cause: string
} {
  return { kind: result.kind, cause: result.kind === 'dropped' ? result.why : result.cause.message }
}

function alertFor(subject: Subject, refusal: Refusal, history: { readonly id: number }): RefusePlan['alert'] {
  if (refusal.code !== 'STORE_WENT_BACK') return undefined
  const detail = errors.STORE_WENT_BACK.means(refusal.saw)
  return alertOf({ id: history.id, at: subject.at }, subject, { kind: 'store-went-back', detail })
}

function endOf(subject: Subject, { ends }: Refusal, sequence: number | undefined): RefusePlan['ends'] {
  if (ends !== 'grant' || subject.grantId === null || sequence === undefined) return undefined
  return { grant: subject.grantId, reason: 'expired', at: subject.at, sequence }
}
