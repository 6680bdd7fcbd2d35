/** The decision on one request: every policy looks, the first denial decides, and the trace says who saw what. */
import { formatAddress } from '../../ip/address.ts'
import type { Request } from './app.ts'
import { errors, type ErrorCode } from './errors/catalogue.ts'
import type { Saw } from './errors/entry.ts'
import type { Bound, PolicySettings, Signal, Terms, Vote } from './policy.ts'

export type TraceLine = {
  readonly policy: string
  readonly vote: 'allow' | 'deny' | 'abstain'
  readonly code?: ErrorCode
  readonly saw?: Saw
}
export type Refusal = { readonly code: ErrorCode; readonly saw: Saw; readonly ends?: 'grant' }

export type Decision =
  | { readonly kind: 'allowed'; readonly trace: readonly TraceLine[]; readonly signals: readonly Signal[] }
  | {
      readonly kind: 'refused'
      readonly refusal: Refusal
      readonly policy: string
      readonly trace: readonly TraceLine[]
    }

/** Asks all of the app's policies, also those behind the first denial, so that the trace is whole; then the server's own checks. */
export function decide(request: Request, policies: PolicySettings): Decision {
  const trace: TraceLine[] = []
  let refused: { refusal: Refusal; policy: string } | undefined
  for (const bound of policies) {
    if (bound.guard === undefined) continue
    const vote = bound.guard(request)
    trace.push(traceLine(bound, vote))
    if (vote.kind === 'deny') refused ??= { refusal: refusalOf(vote), policy: bound.id }
  }
  const own = ownCheck(request)
  if (own !== undefined) {
    trace.push({ policy: own.policy, vote: 'deny', code: own.refusal.code, saw: own.refusal.saw })
    // SF-22: whether the app is enabled is check 5, behind the client's proof alone; whether the user is active is check 13
    const comesFirst = request.app.isEnabled ? refused === undefined : refused?.refusal.code !== 'CLIENT_SECRET_MISSING'
    if (comesFirst) refused = own
  }
  if (refused !== undefined) return { kind: 'refused', ...refused, trace }
  return { kind: 'allowed', trace, signals: policies.flatMap(({ signals }) => (signals ? signals(request) : [])) }
}

/** What may be issued on an allowed request. */
export function termsOf(request: Request, policies: PolicySettings): Terms {
  const widest: Terms = { rotate: false, refreshTokenExpiresAt: 'never', approvalsKept: Number.MAX_SAFE_INTEGER }
  return policies.reduce((terms, { terms: narrow }) => (narrow ? narrow(terms, request) : terms), widest)
}

/** The trace as an admin reads it: one sentence for each policy that had a say. */
export function explainTrace(trace: readonly TraceLine[]): readonly string[] {
  return trace
    .filter(({ vote }) => vote !== 'abstain')
    .map(({ policy, vote, code, saw }) =>
      code === undefined ? `${policy}: ${vote}` : `${policy}: ${vote}, ${errors[code].means(saw ?? {})}`,
    )
}

/** Facts that no policy owns. */
function ownCheck(request: Request): { refusal: Refusal; policy: string } | undefined {
  if (!request.app.isEnabled) {
    const saw = { app: request.app.name, from: formatAddress(request.from.address) }
    return { refusal: { code: 'APP_NOT_ENABLED', saw }, policy: 'app-enabled' }
  }
  const user = request.step === 'refresh' ? request.grant.user : request.step === 'code' ? request.code.user : undefined
  if (user === undefined || user.isActive) return undefined
  return { refusal: { code: 'USER_INACTIVE', saw: { user: user.username } }, policy: 'user-active' }
}

function refusalOf({ code, saw, ends }: Extract<Vote, { kind: 'deny' }>): Refusal {
  return ends === undefined ? { code, saw } : { code, saw, ends }
}

function traceLine({ id, silent }: Bound, vote: Vote): TraceLine {
  if (vote.kind === 'abstain') return silent
  if (vote.kind === 'allow') return { policy: id, vote: 'allow', saw: vote.saw }
  return { policy: id, vote: 'deny', code: vote.code, saw: vote.saw }
}
