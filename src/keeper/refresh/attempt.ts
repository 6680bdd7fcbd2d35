/** One attempt to exchange a refresh token, journaled before each step: nothing is spent before its successor's place is ready, and what comes
 *  back is kept before anybody reads it (P-20, P-21, P-24, P-26). */
import { after, isoText, milliseconds } from '../../values/time.ts'
import { connectionEndsAt, mayWrite } from '../rules/lease-terms.ts'
import { showsWell, type Urgency } from '../rules/host-turns.ts'
import { outcomeOf, type Outcome } from '../rules/outcome.ts'
import { refreshRequest, type FormRequest } from '../rules/requests.ts'
import type { Posted } from '../transport/connection.ts'
import type { Opened } from '../transport/transport.ts'
import { destinationOf, postOf } from './form-post.ts'
import { lockOf, nowOf, type ExchangeParts, type Held } from './parts.ts'
import { jitterOf } from './lot.ts'
import { exchangedOf } from './read-reply.ts'
import { settle, type Judged, type Settled } from './settle.ts'
import type { HostRests } from '../store/login-hosts.ts'
import type { HeldOpen } from '../vault/envelope.ts'
import type { Slot } from '../vault/spool.ts'
import { VaultFault } from '../vault/vault-fault.ts'

export type AttemptEnd =
  | Settled
  /** Nothing was sent, and nothing is wrong with the token: the store, the spool or the lease is not as it must be. */
  | RefusedToSend
  /** A reply of an earlier attempt has come meanwhile: adopt it. */
  | { readonly kind: 'reply-arrived' }

/** `rests`: the login host is too busy, or down. */
export type RefusedToSend = {
  readonly kind: 'refused-to-send'
  readonly why: string
  readonly rests?: HostRests
}

export type AttemptOptions = {
  readonly sentBefore: boolean
  readonly urgency: Urgency
  /** Of the egress, by name. */
  readonly pin?: string | undefined
}

export async function attemptExchange(parts: ExchangeParts, held: Held, options: AttemptOptions): Promise<AttemptEnd> {
  const { storage, envelope, credentialsOf } = parts
  const { key, fence, connection } = held
  const under = { key, fence, generation: connection.generation }
  const credentials = await credentialsOf(key.tenant, connection.app, connection.loginUrl)
  const token = await envelope.openText(
    connection.sealedRefresh,
    lockOf(connection, {
      purpose: 'refresh-token',
      generation: connection.generation,
      attempt: connection.refreshAttempt,
    }),
  )
  const { slots, taken } = parts.spool.use()
  if (taken >= slots) return noPlace(parts, held, `all ${slots} places of the spool are taken`)
  const turn = { urgency: options.urgency, limits: parts.settings.limits }
  const prepared = await storage.write('prepareAttempt', { ...under, turn })
  if (prepared.kind !== 'committed') return refusedToSend(prepared.kind === 'dropped' ? prepared.why : prepared.cause)
  if (prepared.value.kind === 'later') return restsAt(prepared.value)
  if (prepared.value.kind !== 'prepared') return mayNot(prepared.value.kind)
  const { attempt } = prepared.value
  const judged: Judged = { held, attempt, leftFrom: null, egress: null, replied: false, sentBefore: options.sentBefore }
  const ready = await makeReady(parts, judged).catch(outOfReach)
  if ('why' in ready && ready.isFull) {
    const closing = { ...under, attempt, outcome: 'not-sent', sawReply: false, eraseReply: false }
    await storage.write('closeAttempt', closing)
    return noPlace(parts, held, ready.why)
  }
  if ('why' in ready) {
    await settle(parts, judged, notSent(ready.why))
    return refusedToSend(ready.why)
  }
  try {
    return await send(parts, judged, {
      request: () => refreshRequest(credentials, token.expose()),
      pin: options.pin,
      ready,
    })
  } finally {
    ready.dataKey.release()
  }
}

/** The place of the reply, made before the token is spent: a file, and the key that seals it, so that neither disk nor keyring is asked then (P-26). */
type Ready = { readonly slot: Slot; readonly dataKey: HeldOpen }

/** `isFull`: others have all the places, and will leave them soon. */
type NotReady = { readonly why: string; readonly isFull: boolean }

async function makeReady({ spool, envelope }: ExchangeParts, { held, attempt }: Judged): Promise<Ready | NotReady> {
  const { key, connection } = held
  const dataKey = await envelope.holdOpen({ kind: 'connection', ...key }, connection.dataKey)
  const slot = await spool.reserve(key, connection.generation, attempt)
  if (slot.ok) return { slot: slot.value, dataKey }
  dataKey.release()
  return { why: slot.fault.means, isFull: slot.fault.kind === 'all-taken' }
}

/** Without the data key the reply could not be sealed: nothing is sent. */
function outOfReach(cause: unknown): NotReady {
  if (cause instanceof VaultFault) return { why: cause.message, isFull: false }
  throw cause
}

const refusedToSend = (cause: unknown): AttemptEnd => ({
  kind: 'refused-to-send',
  why: cause instanceof Error ? cause.message : String(cause),
})

const restsAt = (rests: HostRests): AttemptEnd => ({
  ...{ kind: 'refused-to-send', rests },
  why: `${rests.loginUrl} ${rests.reason === 'down' ? 'has failed several times in a row and rests' : 'has no turn left'} until ${isoText(rests.until)}`,
})

/** So many are under way in this process that a reply would find no place: whoever has patience comes again, as for a turn. */
function noPlace(parts: ExchangeParts, { connection: { loginUrl } }: Held, why: string): AttemptEnd {
  const until = after(parts.clock(), milliseconds(250 + 750 * jitterOf(parts)))
  return { kind: 'refused-to-send', why, rests: { kind: 'later', reason: 'full', until, loginUrl } }
}

/** Of the store's words for why nothing may be spent now. */
function mayNot(kind: 'fenced' | 'lease-ended' | 'stale-generation' | 'reply-arrived' | 'not-open'): AttemptEnd {
  if (kind === 'reply-arrived') return { kind }
  if (kind === 'lease-ended') return refusedToSend('the lease has ended')
  return { kind: 'overtaken' }
}

type Sending = {
  /** Made when the way is open: an assertion in it lives for minutes. */
  readonly request: () => FormRequest
  readonly pin: string | undefined
  readonly ready: Ready
}

async function send(parts: ExchangeParts, judged: Judged, sending: Sending): Promise<AttemptEnd> {
  const { held } = judged
  const { slot } = sending.ready
  const opened = await releasedOnFault(slot, () => openWay(parts, held, sending.pin))
  if (opened.kind === 'not-opened') {
    await slot.release()
    // an egress that was asked for by name says nothing of the way that the others go
    const shown: Judged = { ...judged, hostIsWell: sending.pin === undefined ? false : undefined }
    return await settle(parts, shown, notSent(`${opened.stage}: ${opened.why}`))
  }
  const { connection } = opened
  const seen: Judged = { ...judged, leftFrom: connection.leavesFrom ?? null, egress: connection.egress ?? null }
  try {
    const [request, refused] = await releasedOnFault(slot, async () => {
      const made = postOf(sending.request())
      return [made, await journal(parts, seen, connection.tunnelEndsAt ?? null)] as const
    })
    if (refused !== undefined) {
      await slot.release()
      if (refused.kind === 'refused-to-send') await settle(parts, seen, notSent(refused.why))
      return refused
    }
    const posted = await connection.post(request, {
      mayWrite: () => mayWrite(held.taken, nowOf(parts), parts.settings.terms).may,
      deadlineMs: parts.settings.terms.call,
    })
    return await judge(parts, seen, { posted, ready: sending.ready })
  } finally {
    connection.close()
  }
}

/** As long as nothing was sent, the place of the reply is not needed. */
async function releasedOnFault<T>(slot: Slot, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    await slot.release()
    throw cause
  }
}

const notSent = (why: string): Outcome => ({ kind: 'not-sent', why })

async function openWay(parts: ExchangeParts, held: Held, pin: string | undefined): Promise<Opened> {
  const { settings, transport } = parts
  const endsAt = connectionEndsAt(held.taken, settings.terms)
  return await transport.open({
    ...destinationOf(held.connection.loginUrl),
    pin,
    deadline: endsAt - settings.terms.call,
    endsAt,
  })
}

/** Undefined where the last step before the first byte is durable. */
async function journal(
  parts: ExchangeParts,
  { held, attempt, leftFrom, egress }: Judged,
  tunnelEndsAt: number | null,
): Promise<AttemptEnd | undefined> {
  const { storage } = parts
  const step = { key: held.key, fence: held.fence, generation: held.connection.generation, attempt }
  const connected = await storage.write('markConnected', { ...step, leftFrom, egress })
  if (connected.kind !== 'committed')
    return refusedToSend(connected.kind === 'dropped' ? connected.why : connected.cause)
  if (connected.value.kind !== 'marked') return mayNot(connected.value.kind)
  const sent = await storage.write('markSent', { ...step, tunnelEndsAt })
  if (sent.kind !== 'committed') return refusedToSend(sent.kind === 'dropped' ? sent.why : sent.cause)
  return sent.value.kind === 'marked' ? undefined : mayNot(sent.value.kind)
}

async function judge(
  parts: ExchangeParts,
  judged: Judged,
  { posted, ready }: { readonly posted: Posted; readonly ready: Ready },
): Promise<Settled> {
  if (posted.kind === 'not-sent' || posted.raw.length === 0) {
    await ready.slot.release()
    const exchanged = exchangedOf(posted)
    return await settle(parts, { ...judged, hostIsWell: showsWell(exchanged) }, outcomeOf(exchanged))
  }
  const { key, connection } = judged.held
  const { generation } = connection
  const { attempt } = judged
  const sealedReply = ready.dataKey.seal(posted.raw, { purpose: 'reply', generation, attempt })
  const kept = await parts.replies.keep({ key, generation, attempt, sealedReply }, ready.slot)
  if (kept === 'in-the-spool')
    return { kind: 'not-stored', why: 'the store does not take the reply; it is kept beside it until it does' }
  const exchanged = exchangedOf(posted)
  posted.raw.fill(0)
  const shown: Judged = { ...judged, replied: true, hostIsWell: showsWell(exchanged) }
  return await settle(parts, shown, outcomeOf(exchanged)).catch(notOpened)
}

/** The reply is in the journal, and the next lease adopts it once the keyring answers again. */
function notOpened(cause: unknown): Settled {
  if (cause instanceof VaultFault) return { kind: 'not-stored', why: `the reply is kept, and waits: ${cause.message}` }
  throw cause
}
