/** The records that a token request leaves: history rows and alerts, from facts that the flow has at hand. */
import { formatAddress } from '../../../ip/address.ts'
import type { Instant } from '../../../values/time.ts'
import type { Caller, OrgParts } from '../../parts.ts'
import { errors } from '../../rules/errors/catalogue.ts'
import type { App, TokenFlow } from '../../rules/app.ts'
import type { Refusal, TraceLine } from '../../rules/decide.ts'
import type { AlertEntry, AlertKind } from '../../store/alerts.ts'
import type { HistoryEntry } from '../../store/history.ts'

export type Subject = {
  readonly at: Instant
  readonly app: App
  readonly flow: TokenFlow
  readonly caller: Caller
  /** Formatted once a request. */
  readonly address: string
  readonly userId: string | null
  readonly grantId: string | null
}

export function subjectOf(parts: OrgParts, about: { app: App; flow: TokenFlow; caller: Caller }): Subject {
  return { at: parts.clock(), ...about, address: formatAddress(about.caller.from.address), userId: null, grantId: null }
}

export function successRecord(parts: OrgParts, subject: Subject, trace: readonly TraceLine[]): HistoryEntry {
  return record(parts, subject, { status: 'Success', decision: 'allowed', trace })
}

export function refusalRecord(
  parts: OrgParts,
  subject: Subject,
  refusal: Refusal & { readonly trace?: readonly TraceLine[] | undefined },
): HistoryEntry {
  const { status, decision, fact } = errors[refusal.code]
  const trace = refusal.trace ?? []
  // a denial outside the policies has no line of its own in their trace
  const told = trace.some(({ code }) => code === refusal.code)
    ? trace
    : [...trace, { policy: fact, vote: 'deny' as const, code: refusal.code, saw: refusal.saw }]
  const shown = refusal.code === 'SOURCE_NOT_ALLOWED' ? parts.configuration.compat.loginHistoryIpStatus : status
  return record(parts, subject, { status: shown, decision, trace: told })
}

/** The part of a record in which a lost race differs from a won one; the same for every request. */
export function lostRecord(code: 'TOKEN_IN_FLIGHT' | 'CODE_USED'): Pick<HistoryEntry, 'status' | 'decision' | 'trace'> {
  const { status, decision, fact } = errors[code]
  return { status, decision, trace: JSON.stringify([{ policy: fact, vote: 'deny', code }]) }
}

export function alertOf(
  entry: { readonly id: number; readonly at: Instant },
  subject: Subject,
  { kind, detail }: { readonly kind: AlertKind; readonly detail: string },
): AlertEntry {
  return {
    id: entry.id,
    at: entry.at,
    kind,
    app: subject.app.name,
    grantId: subject.grantId,
    address: subject.address,
    detail,
  }
}

function record(
  parts: OrgParts,
  subject: Subject,
  said: { readonly status: string; readonly decision: string; readonly trace: readonly TraceLine[] },
): HistoryEntry {
  const spoke = said.trace.filter(({ vote }) => vote !== 'abstain')
  return {
    id: parts.recordIds(subject.at),
    at: subject.at,
    loginType: 'Remote Access 2.0', // SF-232
    subType: subject.flow,
    app: subject.app.name,
    userId: subject.userId,
    grantId: subject.grantId,
    sourceIp: subject.address,
    forwardedFor: subject.caller.from.claimed ?? null,
    userAgent: subject.caller.userAgent ?? null,
    status: said.status,
    decision: said.decision,
    trace: spoke.length > 0 ? JSON.stringify(spoke) : null,
  }
}
