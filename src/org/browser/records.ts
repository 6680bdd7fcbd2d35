/** The history rows that the browser side leaves. */
import { formatAddress } from '../../ip/address.ts'
import { formatHolder } from '../../ip/holder.ts'
import type { Caller, OrgParts } from '../parts.ts'
import type { Refusal, TraceLine } from '../rules/decide.ts'
import { errors } from '../rules/errors/catalogue.ts'
import type { HistoryEntry } from '../store/history.ts'
import type { BrowserParts } from './visit.ts'

export type BrowserSubject = {
  /** A login of a person, or an authorization of an app (SF-232). */
  readonly act: 'login' | 'authorize'
  readonly caller: Caller
  readonly app: string | null
  readonly userId: string | null
}

const columns = {
  login: { loginType: 'Application', subType: 'browser' },
  authorize: { loginType: 'Remote Access 2.0', subType: 'authorize' },
} as const

export function browserSuccess(
  parts: OrgParts,
  subject: BrowserSubject,
  trace: readonly TraceLine[] = [],
): HistoryEntry {
  return record(parts, subject, { status: 'Success', decision: 'allowed', trace })
}

export function browserRefusal(
  parts: OrgParts,
  subject: BrowserSubject,
  { refusal, trace = [] }: { readonly refusal: Refusal; readonly trace?: readonly TraceLine[] },
): HistoryEntry {
  const { status, decision, fact } = errors[refusal.code]
  const told = trace.some(({ code }) => code === refusal.code)
    ? trace
    : [...trace, { policy: fact, vote: 'deny' as const, code: refusal.code, saw: refusal.saw }]
  return record(parts, subject, { status, decision, trace: told })
}

/** What anybody may cause as often as he likes is written once a minute for each address (of IPv6: each /64), and counted as junk beyond that (P-11). */
export async function recordAnonymous(
  parts: BrowserParts,
  subject: BrowserSubject,
  told: { readonly refusal: Refusal; readonly trace?: readonly TraceLine[] },
): Promise<void> {
  const now = parts.clock()
  const address = formatHolder(subject.caller.from.address)
  const key = `${subject.act} ${subject.app} ${subject.userId} ${told.refusal.code} ${address}`
  const { written } = parts.loginLimits
  if (subject.app === null && subject.userId === null) return parts.monitor.junk('client', address)
  if (written.exceeded(key, now)) return parts.monitor.junk(subject.act, address)
  written.failed(key, now)
  await writeHistory(parts, browserRefusal(parts, subject, told))
}

/** A record that cannot be written changes no answer here: what it tells of has changed nothing. */
export async function writeHistory(parts: OrgParts, entry: HistoryEntry): Promise<void> {
  const result = await parts.storage.write('recordHistory', entry)
  if (result.kind !== 'committed')
    parts.log.error('history-not-stored', { kind: result.kind, decision: entry.decision })
}

function record(
  parts: OrgParts,
  { act, caller, app, userId }: BrowserSubject,
  said: { readonly status: string; readonly decision: string; readonly trace: readonly TraceLine[] },
): HistoryEntry {
  const at = parts.clock()
  const spoke = said.trace.filter(({ vote }) => vote !== 'abstain')
  return {
    id: parts.recordIds(at),
    at,
    ...columns[act],
    app,
    userId,
    grantId: null,
    sourceIp: formatAddress(caller.from.address),
    forwardedFor: caller.from.claimed ?? null,
    userAgent: caller.userAgent ?? null,
    status: said.status,
    decision: said.decision,
    trace: spoke.length > 0 ? JSON.stringify(spoke) : null,
  }
}
