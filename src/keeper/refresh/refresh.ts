/** An exchange from the lease to its end: one at a time a connection, over all processes (L-34, L-35, SF-305). */
import { instant, milliseconds, type Instant } from '../../values/time.ts'
import type { ConnectionKey } from '../connection-key.ts'
import type { Urgency } from '../rules/host-turns.ts'
import type { Outcome } from '../rules/outcome.ts'
import type { Explanation } from '../rules/triage.ts'
import { dealWithOpen } from './adopt.ts'
import { attemptExchange, type RefusedToSend } from './attempt.ts'
import { resolveDoubt } from './in-doubt.ts'
import { nowOf, type ExchangeParts, type Held } from './parts.ts'
import type { Settled } from './settle.ts'
import { VaultFault } from '../vault/vault-fault.ts'

export type Refreshed =
  | { readonly kind: 'exchanged'; readonly outcome: Outcome; readonly explanations: readonly Explanation[] }
  /** Somebody else has exchanged it since the caller looked: the store has what it wants. */
  | { readonly kind: 'fresh' }
  /** Nothing is sent until then: the token may be on its way, or spent. */
  | { readonly kind: 'in-doubt'; readonly until: Instant }
  /** Nothing is sent at all: a person has to log in again. */
  | { readonly kind: 'ended'; readonly why: string }
  /** Nothing was sent: store, spool, lease or keyring are not as they must be. */
  | (RefusedToSend & { readonly next?: readonly string[] })
  /** Nothing was sent: it was refused, and its time to be tried again by itself has not come (P-27, L-52). */
  | RestsRefused
  /** Nothing is sent: another keeper has it, which would take what we send for a replay. */
  | { readonly kind: 'handed-over'; readonly since: Instant }
  | { readonly kind: 'unknown' }

export type RestsRefused = {
  readonly kind: 'rests-refused'
  readonly state: 'ip-refused' | 'refused'
  readonly why: string
  readonly until: Instant
}

export type RefreshAsk = {
  readonly key: ConnectionKey
  readonly when: When
  /** Whoever waits for another's lease gives up then. */
  readonly patienceUntil: Instant
  /** Whoever waits for a turn at the login host gives up then; as above where it is left out. */
  readonly turnUntil?: Instant
}

/** What an access token is sealed to names it. */
export type AccessSeen = { readonly generation: number; readonly attempt: number }

/** Looked at under the lease, so that of many who want the same only the first one does it (L-38). */
export type When =
  /** For a caller who saw this access token, or none: where there is another, there is nothing to do. */
  | { readonly kind: 'unless-newer'; readonly than: AccessSeen | null }
  /** In any case, also where it was refused for its address or by its org, since somebody says that it was mended (P-27); through this egress. */
  | { readonly kind: 'now'; readonly pin: string | undefined }
  /** Where its time has come. */
  | { readonly kind: 'if-due' }
  /** Not at all: what a process that died has left is judged, and that is all. */
  | { readonly kind: 'never' }

export async function refresh(parts: ExchangeParts, ask: RefreshAsk): Promise<Refreshed> {
  for (;;) {
    const done = await parts.underWay.count(() => refreshOnce(parts, ask))
    if (!(await waitForTurn(parts, ask, done))) return done
  }
}

/** True once it is worth another try: the login host has many others to serve, and whoever asks has patience. Nothing is held meanwhile. */
async function waitForTurn(parts: ExchangeParts, ask: RefreshAsk, done: Refreshed): Promise<boolean> {
  const { clock, wait, underWay } = parts
  if (done.kind !== 'refused-to-send' || done.rests?.reason !== 'full') return false
  if (done.rests.until > (ask.turnUntil ?? ask.patienceUntil)) return false
  do {
    // in pieces, so that a keeper that is being closed does not wait for a turn
    if (underWay.isClosing()) return false
    await wait(milliseconds(Math.min(longestPiece, Math.max(shortest, done.rests.until - clock()))))
  } while (done.rests.until > clock())
  return true
}

async function refreshOnce(parts: ExchangeParts, ask: RefreshAsk): Promise<Refreshed> {
  for (;;) {
    const taken = await takeLease(parts, ask)
    if (taken.kind !== 'taken') return taken
    const { held } = taken
    try {
      const done = await underLease(parts, held, ask)
      if (done !== 'again') return done
    } catch (cause) {
      // whatever has come lies sealed in the journal; what has not been sent is not sent
      if (cause instanceof VaultFault) return { kind: 'refused-to-send', why: cause.message, next: cause.next }
      throw cause
    } finally {
      await parts.storage.write('releaseLease', { key: held.key, fence: held.fence })
    }
  }
}

type Taken = { readonly kind: 'taken'; readonly held: Held } | Refreshed

/** Polls while another holds it, and looks each time whether that one has done the work. */
async function takeLease(parts: ExchangeParts, { key, patienceUntil }: RefreshAsk): Promise<Taken> {
  const { storage, settings, wait, clock } = parts
  for (let pause = shortest; ; pause = Math.min(pause * 2, longest)) {
    if (parts.underWay.isClosing()) return { kind: 'refused-to-send', why: 'this keeper is being closed' }
    const taken = nowOf(parts)
    const result = await storage.write('takeLease', { key, holder: settings.holder, forMs: settings.terms.lease })
    if (result.kind !== 'committed')
      return { kind: 'refused-to-send', why: result.kind === 'dropped' ? result.why : result.cause.message }
    const { value } = result
    if (value.kind === 'unknown') return { kind: 'unknown' }
    if (value.kind === 'taken') {
      const { fence, connection, open } = value
      return { kind: 'taken', held: { key, fence, taken, connection, open } }
    }
    if (clock() >= patienceUntil) return { kind: 'refused-to-send', why: `${value.holder} is exchanging it` }
    await wait(milliseconds(pause))
  }
}

const shortest = 5 // ms
const longestPiece = 1000 // ms
const longest = 250

async function underLease(parts: ExchangeParts, held: Held, ask: RefreshAsk): Promise<Refreshed | 'again'> {
  const { connection } = held
  const found = await dealWithOpen(parts, held)
  if (found.kind === 'adopted') return showsNothingNew(found.settled, ask) ? 'again' : exchanged(found.settled)
  if (found.kind === 'look-again') return 'again'
  if (found.kind === 'on-its-way') return { kind: 'in-doubt', until: found.until }
  if (isNotWanted(parts, held, ask)) return { kind: 'fresh' }
  if (connection.handedOverAt !== null) return { kind: 'handed-over', since: instant(connection.handedOverAt) }
  if (connection.state === 'reauthorization-required')
    return { kind: 'ended', why: connection.why ?? 'it has to be authorized again' } // L-53: one request, then none
  const rests = restsFor(parts, held, ask)
  if (rests !== undefined) return rests
  if (found.kind === 'in-doubt') {
    const resolved = await resolveDoubt(parts, held)
    if (resolved.kind === 'overtaken') return 'again'
    if (resolved.kind === 'wait') return { kind: 'in-doubt', until: resolved.until }
    if (resolved.kind === 'reauthorize') return { kind: 'ended', why: resolved.why }
  }
  const end = await attemptExchange(parts, held, {
    sentBefore: found.kind === 'in-doubt',
    urgency: urgencyOf(ask.when),
    pin: ask.when.kind === 'now' ? ask.when.pin : undefined,
  })
  switch (end.kind) {
    case 'reply-arrived':
      return 'again'
    case 'refused-to-send':
      return end
    case 'settled':
    case 'overtaken':
    case 'not-stored':
      return exchanged(end)
  }
}

/** Whoever asks for an exchange now proves an address by it: an earlier one that comes to light proves none. Whether the token that it leaves may be sent
 *  is another question, and the answer to one of them. */
function showsNothingNew(settled: Settled, { when }: RefreshAsk): boolean {
  return when.kind === 'now' && settled.kind === 'settled' && !leavesDoubt.has(settled.outcome.kind)
}

const leavesDoubt: ReadonlySet<Outcome['kind']> = new Set(['in-flight', 'in-doubt', 'inconclusive', 'ended'])

function urgencyOf({ kind }: When): Urgency {
  if (kind === 'now') return 'said'
  return kind === 'unless-newer' ? 'asked' : 'by-itself'
}

/** Done by whoever held the lease before, or not wanted. */
function isNotWanted({ clock }: ExchangeParts, { connection }: Held, { when }: RefreshAsk): boolean {
  const { state, access, nextDueAt } = connection
  switch (when.kind) {
    case 'now':
      return false
    case 'never':
      return true
    case 'unless-newer':
      return state === 'alive' && access !== null && !isSame(access, when.than)
    case 'if-due':
      return nextDueAt === null || nextDueAt > clock()
  }
}

const isSame = (access: AccessSeen, seen: AccessSeen | null): boolean =>
  access.generation === seen?.generation && access.attempt === seen.attempt

/** P-27, L-52: what was refused is not sent again before its time, unless somebody says that it was mended. */
function restsFor({ clock }: ExchangeParts, { connection }: Held, { when }: RefreshAsk): RestsRefused | undefined {
  const { state, nextDueAt, why } = connection
  if (when.kind === 'now' || (state !== 'ip-refused' && state !== 'refused')) return undefined
  if (nextDueAt === null || nextDueAt <= clock()) return undefined
  return { kind: 'rests-refused', state, why: why ?? state, until: instant(nextDueAt) }
}

function exchanged(settled: Settled): Refreshed | 'again' {
  switch (settled.kind) {
    case 'settled':
      return { kind: 'exchanged', outcome: settled.outcome, explanations: settled.explanations }
    case 'overtaken':
      return 'again'
    case 'not-stored':
      return { kind: 'refused-to-send', why: settled.why }
  }
}
