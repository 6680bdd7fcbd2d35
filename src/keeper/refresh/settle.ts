/** From what was learned of an attempt to what is stored of it: tokens, state and event in one transaction, under the fence (P-20). */
import type { InputOf, WriteResult } from '../../storage/storage.ts'
import { secret } from '../../values/secret.ts'
import { after, days, hours, instant, type Instant } from '../../values/time.ts'
import { restAfter } from '../rules/back-off.ts'
import { heartbeatAt } from '../rules/due.ts'
import type { Outcome } from '../rules/outcome.ts'
import { sessionAfterExchange } from '../rules/session.ts'
import { signatureEvents, type SignatureVerdict } from '../rules/reply-signature.ts'
import { instanceOf } from '../rules/salesforce-hosts.ts'
import { eventOf, mendedBy, whyOf, type ConnectionState } from '../rules/states.ts'
import type { Tokens } from '../rules/token-reply.ts'
import { explain, type Explanation } from '../rules/triage.ts'
import { countApprovals, type Approvals } from '../store/approvals.ts'
import type { Identity } from '../store/connection-row.ts'
import type { HostShown } from '../store/login-hosts.ts'
import type { NewState } from '../store/state.ts'
import type { KeeperWrites } from '../store/writes.ts'
import { jitterOf, lotOf } from './lot.ts'
import { lockOf, type ExchangeParts, type Held } from './parts.ts'
import { signatureOf } from './signature.ts'

/** The attempt that is judged. */
export type Judged = {
  readonly held: Held
  readonly attempt: number
  readonly leftFrom: string | null
  readonly egress: string | null
  /** Whether a reply of it is in the store. */
  readonly replied: boolean
  /** This token had been sent before, and nobody learned what became of it. */
  readonly sentBefore: boolean
  /** What the attempt has shown of its login host; left out where it has shown nothing. */
  readonly hostIsWell?: boolean | undefined
}

export type Settled =
  | { readonly kind: 'settled'; readonly outcome: Outcome; readonly explanations: readonly Explanation[] }
  /** Somebody else has taken over, or the token was replaced: the store tells what holds. */
  | { readonly kind: 'overtaken' }
  /** The store took nothing: what came lies in the journal or in the spool, and is adopted by the next lease. */
  | { readonly kind: 'not-stored'; readonly why: string }

export async function settle(parts: ExchangeParts, judged: Judged, outcome: Outcome): Promise<Settled> {
  parts.countOutcome(outcome.kind)
  switch (outcome.kind) {
    case 'rotated':
    case 'unchanged':
      return await commitTokens(parts, judged, outcome)
    case 'in-flight':
    case 'in-doubt':
    case 'inconclusive':
      return await keepOpen(parts, judged, outcome)
    case 'not-sent':
    case 'server-trouble':
      return await close(parts, judged, { outcome, entered: stay(parts, judged.held) })
    case 'ip-refused':
      return await close(parts, judged, {
        outcome,
        entered: { state: 'ip-refused', nextDueAt: retryRefusedAt(parts, judged.held), failures: 'add' },
      })
    case 'refused':
      return await close(parts, judged, {
        outcome,
        entered: { state: 'refused', nextDueAt: retryRefusedAt(parts, judged.held), failures: 'add' },
      })
    case 'ended':
      return await close(parts, judged, { outcome, entered: { state: 'reauthorization-required', nextDueAt: null } })
  }
}

type Entered = { readonly state: ConnectionState; readonly nextDueAt: number | null } & Pick<NewState, 'failures'>

/** Nothing is known to be wrong with the token: as it was, and soon again, more slowly each time. */
function stay(parts: ExchangeParts, { connection }: Held): Entered {
  const rest = { first: parts.settings.backOff.trouble, most: hours(1) }
  const nextDueAt = after(parts.clock(), restAfter(connection.failures + 1, jitterOf(parts), rest))
  return { state: stateOf(connection.state), nextDueAt, failures: 'add' }
}

/** P-27: slowly, and once before the token has rested for too long. */
function retryRefusedAt(parts: ExchangeParts, { connection }: Held): Instant {
  const { clock, settings } = parts
  const rest = { first: settings.backOff.refused, most: days(1) }
  const slow = after(clock(), restAfter(connection.failures + 1, jitterOf(parts), rest))
  const last = instant((connection.lastExchangeAt ?? connection.createdAt) + days(29))
  return slow > last && last > clock() ? last : slow
}

const states: readonly ConnectionState[] = ['alive', 'ip-refused', 'refused', 'in-doubt', 'reauthorization-required']
export const stateOf = (text: string): ConnectionState => states.find((each) => each === text) ?? 'alive'

type Closing = { readonly outcome: Outcome; readonly entered: Entered }

async function close(parts: ExchangeParts, judged: Judged, { outcome, entered }: Closing): Promise<Settled> {
  const { held, attempt, replied } = judged
  const approvals = await approvalsOf(parts, judged, outcome)
  const explanations = explainOf(parts, judged, { outcome, approvals })
  const result = await parts.storage.write('closeAttempt', {
    ...{ key: held.key, fence: held.fence, generation: held.connection.generation, attempt },
    ...{ outcome: outcome.kind, sawReply: replied, eraseReply: outcome.kind !== 'inconclusive' },
    ...{ state: newState(entered, explanations, held), host: hostShown(parts, judged) },
  })
  return settledBy(result, ['closed'], { outcome, explanations })
}

/** It may be spent. An attempt without a reply stays open, since its reply may still come (P-20); one whose reply says nothing is closed beside it. */
async function keepOpen(parts: ExchangeParts, judged: Judged, outcome: Outcome): Promise<Settled> {
  const { held, attempt, replied } = judged
  const explanations = explainOf(parts, judged, { outcome, approvals: onlyOne })
  const state = newState({ state: 'in-doubt', nextDueAt: parts.clock() }, explanations, held)
  const about = {
    ...{ key: held.key, fence: held.fence, generation: held.connection.generation, attempt, outcome: outcome.kind },
    ...{ sawReply: replied, state, host: hostShown(parts, judged) },
  }
  const result = replied
    ? await parts.storage.write('closeAttempt', { ...about, eraseReply: false })
    : await parts.storage.write('judgeAttempt', about)
  return settledBy(result, ['closed', 'judged'], { outcome, explanations })
}

const onlyOne: Approvals = { count: 1, approvedSince: false }

/** Asked only where it may be the reason (SF-209). */
async function approvalsOf({ storage }: ExchangeParts, { held }: Judged, { kind }: Outcome): Promise<Approvals> {
  return kind === 'ended' ? await storage.read(() => countApprovals(held.key)) : onlyOne
}

function explainOf(
  parts: ExchangeParts,
  { held, leftFrom, sentBefore }: Judged,
  { outcome, approvals }: { readonly outcome: Outcome; readonly approvals: Approvals },
): readonly Explanation[] {
  const { connection } = held
  return explain(outcome, {
    ...{
      now: parts.clock(),
      leftFrom: leftFrom ?? undefined,
      lastGoodFrom: connection.lastEgress ?? undefined,
      sentBefore,
      soleHolder: connection.soleHolder,
      exchangedHere: connection.lastExchangeAt !== null,
    },
    lastExchangeAt: instant(connection.lastExchangeAt ?? connection.createdAt),
    authorizedAt: instant(connection.createdAt),
    ...{ approvals: approvals.count, approvedSince: approvals.approvedSince, lifetime: undefined },
  })
}

function hostShown(parts: ExchangeParts, { hostIsWell }: Judged): HostShown | undefined {
  if (hostIsWell === undefined) return undefined
  const { downAfter } = parts.settings.limits
  return hostIsWell ? { well: true } : { well: false, jitter: jitterOf(parts), downAfter }
}

export function newState(
  { state, nextDueAt, failures }: Entered,
  explanations: readonly Explanation[],
  held: Held,
): NewState {
  const why = state === 'alive' ? null : whyOf(explanations)
  const data = JSON.stringify({
    ...{ generation: held.connection.generation, explanations },
    ...mendedBy(state, held.key.id),
  })
  return { state, why, nextDueAt, failures, onChange: [{ kind: eventOf[state], data }], resolves: state === 'alive' }
}

type WithTokens = Outcome & { readonly kind: 'rotated' | 'unchanged' }

async function commitTokens(parts: ExchangeParts, judged: Judged, outcome: WithTokens): Promise<Settled> {
  const { held, attempt } = judged
  const { connection } = held
  const signature = await signatureOf(parts, held, outcome.tokens)
  const input = await commitment(parts, judged, { outcome, signature })
  const result = await parts.storage.write('commitExchange', {
    ...{ key: held.key, fence: held.fence, generation: connection.generation, attempt },
    ...{ next: input, outcome: outcome.kind, host: hostShown(parts, judged) },
    events: signatureEvents(signature, connection.signature, connection.generation),
  })
  return settledBy(result, ['committed'], { outcome, explanations: [] })
}

async function commitment(
  parts: ExchangeParts,
  { held, attempt, leftFrom }: Judged,
  { outcome, signature }: { readonly outcome: WithTokens; readonly signature: SignatureVerdict },
): Promise<InputOf<KeeperWrites, 'commitExchange'>['next']> {
  const { envelope, clock, settings } = parts
  const { key, connection } = held
  const { tokens } = outcome
  const generation = connection.generation + (outcome.kind === 'rotated' ? 1 : 0)
  const seal = async (purpose: 'refresh-token' | 'access-token', token: string): Promise<Uint8Array> =>
    await envelope.sealText(secret(token), lockOf(connection, { purpose, generation, attempt }))
  const now = clock()
  const session = tokens.expiresInSeconds ?? null
  const nextDueAt = heartbeatAt(now, lotOf(key), settings.heartbeat)
  return {
    ...(outcome.kind === 'rotated' ? { sealedRefresh: await seal('refresh-token', outcome.refreshToken) } : {}),
    access: {
      sealed: await seal('access-token', tokens.accessToken),
      issuedAt: now, // our own clock: the server's may be another
      expiresAt: session === null ? null : now + session * 1000,
    },
    identity: identityOf({
      identity: signature === 'wrong' ? undefined : tokens.identity,
      instanceUrl: believedInstance(parts, held, tokens),
    }),
    ...sessionOf(connection, { said: session, now }),
    ...{ egress: leftFrom, signature: signature === 'not-checked' ? null : signature },
    state: newState({ state: 'alive', nextDueAt, failures: 'clear' }, [], held),
  }
}

type SessionColumns = Pick<
  InputOf<KeeperWrites, 'commitExchange'>['next'],
  'sessionSeconds' | 'sessionRefusals' | 'sessionServed'
>

/** As the reply says, else as the access token that is replaced has shown. */
function sessionOf(
  connection: Held['connection'],
  { said, now }: { readonly said: number | null; readonly now: Instant },
): SessionColumns {
  if (said !== null) return { sessionSeconds: said, sessionRefusals: 0, sessionServed: 0 }
  const { sessionSeconds, sessionRefusals, sessionServed, access } = connection
  if (access === null) return {}
  const before = { seconds: sessionSeconds, refusals: sessionRefusals, served: sessionServed }
  const { seconds: length, refusals, served } = sessionAfterExchange(before, instant(access.issuedAt), now)
  return { sessionSeconds: length, sessionRefusals: refusals, sessionServed: served }
}

/** The tokens are kept whatever the reply says beside them; where it names an instance that is neither the login host's, nor Salesforce's, nor listed, the
 *  one that is known stays: programs would send the access token there (P-28). */
function believedInstance(
  { hosts, log }: ExchangeParts,
  { key, connection: { loginUrl } }: Held,
  { instanceUrl }: Tokens,
): string | undefined {
  const believed = instanceOf(instanceUrl, { loginUrl, listed: hosts })
  if (instanceUrl !== undefined && believed === undefined)
    log.warn('keeper.instance-not-believed', { ...key, host: URL.parse(instanceUrl)?.host ?? 'no URL' })
  return believed
}

/** `https://HOST/id/ORG/USER` (SF-43). */
export function identityOf({ identity, instanceUrl }: Pick<Tokens, 'identity' | 'instanceUrl'>): Partial<Identity> {
  const [, orgId, userId] = /\/id\/([A-Za-z0-9]{15,18})\/([A-Za-z0-9]{15,18})$/.exec(identity ?? '') ?? []
  return {
    ...(orgId === undefined || userId === undefined ? {} : { orgId, userId }),
    ...(instanceUrl === undefined ? {} : { instanceUrl }),
  }
}

type Ended = { readonly kind: string }

function settledBy(
  result: WriteResult<Ended>,
  good: readonly string[],
  settled: Omit<Settled & { readonly kind: 'settled' }, 'kind'>,
): Settled {
  if (result.kind === 'committed')
    return good.includes(result.value.kind) ? { kind: 'settled', ...settled } : { kind: 'overtaken' }
  return { kind: 'not-stored', why: result.kind === 'dropped' ? result.why : result.cause.message }
}
