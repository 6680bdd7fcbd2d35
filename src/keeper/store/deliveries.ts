/** Deliveries to a webhook: one at a time over all processes, in order for each connection. */
import { one, run, storeNow, type Program } from '../../storage/program.ts'
import { downAfter, mayBeginAnother, mostAttempts, pauseAfter } from '../rules/webhook-retry.ts'
import type { EventKind } from '../rules/states.ts'
import { tellsOf } from '../rules/event-message.ts'
import { findEvents, findEventSpan, recordEvents, type StoredEvent } from './events.ts'
import {
  countDeliveries,
  findWebhook,
  isFirstOfItsConnection,
  isHeld,
  makeAllDue,
  type StoredWebhook,
  type WebhookKey,
} from './webhooks.ts'

export type ClaimDelivery = {
  readonly key: WebhookKey
  /** Names the process for people. */
  readonly holder: string
  readonly forMs: number
  readonly kinds: readonly string[]
  /** 0 to 1, for the pause after this attempt. */
  readonly lot: number
}

export type Delivery = StoredEvent & {
  /** This one counted. */
  readonly attempts: number
}

export type Claimed =
  | { readonly kind: 'claimed'; readonly fence: number; readonly delivery: Delivery }
  /** There is more to look at than one transaction should. */
  | { readonly kind: 'again' }
  /** Nothing is due; `dueAt` on the store's clock, as is `now`. */
  | { readonly kind: 'idle'; readonly now: number; readonly dueAt: number | undefined }
  | { readonly kind: 'held'; readonly now: number; readonly until: number }
  | { readonly kind: 'disabled' }
  | { readonly kind: 'unknown' }

/** The attempt is counted here, before it is made: who dies in it has made it. */
export function* claimDelivery(claim: ClaimDelivery): Program<Claimed> {
  const { key, holder, forMs, lot } = claim
  const webhook = yield* findWebhook(key)
  if (webhook === undefined) return { kind: 'unknown' }
  if (webhook.disabledAt !== null) return { kind: 'disabled' }
  const now = yield* storeNow()
  if (isHeld(webhook, now)) return { kind: 'held', now, until: webhook.until }
  const found = yield* findDue(claim, webhook, now)
  if (found === 'again') return { kind: 'again' }
  if (found === undefined) return { kind: 'idle', now, dueAt: yield* nextDueAt(key) }
  const attempts = found.attempts + 1
  const fence = webhook.fence + 1
  yield* run(
    'UPDATE webhooks SET holder = ?, fence = ?, until = ?, for_ms = ? WHERE tenant = ? AND name = ?',
    ...[holder, fence, now + forMs, forMs, key.tenant, key.name],
  )
  yield* run(
    'UPDATE deliveries SET attempts = ?, due_at = ? WHERE tenant = ? AND webhook = ? AND sequence = ?',
    ...[attempts, now + (pauseAfter(attempts, lot) ?? 0), key.tenant, key.name, found.sequence],
  )
  return { kind: 'claimed', fence, delivery: { ...found, attempts } }
}

/** What waits and is due, before what is new: nothing overtakes an earlier event of its connection. */
function* findDue(claim: ClaimDelivery, webhook: StoredWebhook, now: number): Program<Delivery | 'again' | undefined> {
  const { tenant, name } = claim.key
  const due = yield* one<Delivery>(
    `SELECT sequence, connection, at, kind, data, attempts FROM deliveries d
     WHERE tenant = ? AND webhook = ? AND due_at <= ? AND ${isFirstOfItsConnection} ORDER BY due_at, sequence LIMIT 1`,
    ...[tenant, name, now],
  )
  if (due !== undefined) return due
  if (!mayBeginAnother(webhook.failures, yield* countDeliveries(claim.key))) return undefined
  return yield* lookOn(claim, webhook, now)
}

const page = 100

/** On from the last event that was looked at, to the first that can be delivered; those behind one that waits are put behind it. */
function* lookOn(
  { key, kinds }: ClaimDelivery,
  webhook: StoredWebhook,
  now: number,
): Program<Delivery | 'again' | undefined> {
  const seen = yield* passPruned(key, webhook)
  const events = yield* findEvents({ tenant: key.tenant, after: seen, limit: page })
  let last = seen
  let found: Delivery | undefined
  for (const event of events) {
    last = event.sequence
    if (!kinds.includes(event.kind) || tellsOf(event.data, key.name)) continue
    const first = yield* isFirst(key, event.connection)
    yield* insertDelivery(key, event, now)
    if (!first) continue
    found = { ...event, attempts: 0 }
    break
  }
  yield* run('UPDATE webhooks SET seen = ? WHERE tenant = ? AND name = ?', last, key.tenant, key.name)
  return found ?? (events.length === page ? 'again' : undefined)
}

/** What is no longer there cannot be told; that it was missed is shown. */
function* passPruned(key: WebhookKey, { seen, missed }: StoredWebhook): Program<number> {
  const { first } = yield* findEventSpan(key.tenant)
  if (first <= seen + 1) return seen
  const gone = first - 1 - seen
  yield* run('UPDATE webhooks SET missed = ? WHERE tenant = ? AND name = ?', missed + gone, key.tenant, key.name)
  return first - 1
}

function* isFirst({ tenant, name }: WebhookKey, connection: string): Program<boolean> {
  const before = yield* one(
    'SELECT 1 AS one FROM deliveries WHERE tenant = ? AND webhook = ? AND connection = ?',
    ...[tenant, name, connection],
  )
  return before === undefined
}

function* insertDelivery({ tenant, name }: WebhookKey, event: StoredEvent, now: number): Program<void> {
  yield* run(
    `INSERT INTO deliveries (tenant, webhook, sequence, connection, at, kind, data, attempts, due_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)`,
    ...[tenant, name, event.sequence, event.connection, event.at, event.kind, event.data, now],
  )
}

function* nextDueAt({ tenant, name }: WebhookKey): Program<number | undefined> {
  const row = yield* one<{ at: number | null }>(
    `SELECT min(due_at) AS at FROM deliveries d WHERE tenant = ? AND webhook = ? AND ${isFirstOfItsConnection}`,
    tenant,
    name,
  )
  return row?.at ?? undefined
}

export type SettleDelivery = {
  readonly key: WebhookKey
  readonly fence: number
  readonly sequence: number
  readonly end:
    | { readonly kind: 'taken' }
    | { readonly kind: 'failed'; readonly why: string }
    | { readonly kind: 'gone'; readonly why: string }
    /** It was broken off by us: it counts for nothing, and is due. */
    | { readonly kind: 'broken-off' }
}
export type DeliverySettled = { readonly kind: 'settled' | 'fenced' | 'gave-up' | 'disabled' }

/** Ends the lease. Whoever lost it writes nothing: the event is delivered again, under the same id. */
export function* settleDelivery({ key, fence, sequence, end }: SettleDelivery): Program<DeliverySettled> {
  const webhook = yield* findWebhook(key)
  if (webhook === undefined || webhook.holder === null || webhook.fence !== fence) return { kind: 'fenced' }
  const { tenant, name } = key
  yield* run('UPDATE webhooks SET holder = NULL WHERE tenant = ? AND name = ?', tenant, name)
  const now = yield* storeNow()
  switch (end.kind) {
    case 'taken':
      return yield* noteTaken(key, { webhook, sequence, now })
    case 'failed':
      return yield* noteFailed(key, { webhook, sequence, now, why: end.why })
    case 'gone':
      return yield* disable(key, { webhook, sequence, now, why: end.why })
    case 'broken-off':
      yield* run(
        'UPDATE deliveries SET attempts = attempts - 1, due_at = ? WHERE tenant = ? AND webhook = ? AND sequence = ?',
        ...[now, tenant, name, sequence],
      )
      return { kind: 'settled' }
  }
}

type Settling = { readonly webhook: StoredWebhook; readonly sequence: number; readonly now: number }

function* noteTaken(key: WebhookKey, { webhook, sequence, now }: Settling): Program<DeliverySettled> {
  yield* removeDelivery(key, sequence)
  yield* run(
    'UPDATE webhooks SET failures = 0, last_success_at = ? WHERE tenant = ? AND name = ?',
    ...[now, key.tenant, key.name],
  )
  if (webhook.failures >= downAfter) yield* makeAllDue(key) // it is back
  return { kind: 'settled' }
}

type Failing = Settling & { readonly why: string }

function* noteFailure(key: WebhookKey, { webhook, now, why }: Failing): Program<void> {
  yield* run(
    'UPDATE webhooks SET failures = ?, last_failure_at = ?, last_failure = ? WHERE tenant = ? AND name = ?',
    ...[webhook.failures + 1, now, why, key.tenant, key.name],
  )
}

function* noteFailed(key: WebhookKey, failing: Failing): Program<DeliverySettled> {
  yield* noteFailure(key, failing)
  const delivery = yield* findDelivery(key, failing.sequence)
  if (delivery === undefined || delivery.attempts < mostAttempts) return { kind: 'settled' }
  yield* removeDelivery(key, failing.sequence)
  const { gaveUp, gaveUpAt, lastSuccessAt } = failing.webhook
  yield* run(
    'UPDATE webhooks SET gave_up = ?, gave_up_at = ? WHERE tenant = ? AND name = ?',
    ...[gaveUp + 1, failing.now, key.tenant, key.name],
  )
  // one incident, one event (L-58)
  if (gaveUpAt === null || (lastSuccessAt ?? 0) > gaveUpAt)
    yield* tell(key, { kind: 'webhook.gave_up', about: delivery, why: failing.why })
  return { kind: 'gave-up' }
}

function* disable(key: WebhookKey, failing: Failing): Program<DeliverySettled> {
  yield* noteFailure(key, failing)
  const delivery = yield* findDelivery(key, failing.sequence)
  yield* run(
    'UPDATE webhooks SET disabled_at = ? WHERE tenant = ? AND name = ?',
    ...[failing.now, key.tenant, key.name],
  )
  if (delivery !== undefined) yield* tell(key, { kind: 'webhook.disabled', about: delivery, why: failing.why })
  return { kind: 'disabled' }
}

type Telling = { readonly kind: EventKind; readonly about: StoredEvent; readonly why: string }

/** To the tenant's other webhooks, and to whoever reads its events. */
function* tell({ tenant, name }: WebhookKey, { kind, about, why }: Telling): Program<void> {
  const data = JSON.stringify({ webhook: name, undelivered: { sequence: about.sequence, type: about.kind }, why })
  yield* recordEvents({ tenant, id: about.connection }, [{ kind, data }])
}

export function* findDelivery({ tenant, name }: WebhookKey, sequence: number): Program<Delivery | undefined> {
  return yield* one<Delivery>(
    `SELECT sequence, connection, at, kind, data, attempts FROM deliveries WHERE tenant = ? AND webhook = ? AND sequence = ?`,
    ...[tenant, name, sequence],
  )
}

function* removeDelivery({ tenant, name }: WebhookKey, sequence: number): Program<void> {
  yield* run('DELETE FROM deliveries WHERE tenant = ? AND webhook = ? AND sequence = ?', tenant, name, sequence)
}
