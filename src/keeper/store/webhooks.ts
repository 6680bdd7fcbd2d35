/** Webhooks: how far each has been told, and who is telling it. One row a webhook; a row a delivery only while it is under way or waits. */
import { all, one, run, storeNow, type Program } from '../../storage/program.ts'
import { mayBeginAnother } from '../rules/webhook-retry.ts'
import { findEventSpan } from './events.ts'

export type WebhookKey = { readonly tenant: string; readonly name: string }

export type StoredWebhook = {
  /** Of its URL: another one is another receiver. */
  readonly urlDigest: string
  /** Sequence of the last event that was looked at: it was delivered, or was not wanted, or has a row of its own. */
  readonly seen: number
  readonly holder: string | null
  readonly fence: number
  readonly until: number
  readonly forMs: number
  /** In a row. */
  readonly failures: number
  readonly lastSuccessAt: number | null
  readonly lastFailureAt: number | null
  readonly lastFailure: string | null
  /** Events that were given up since it was made. */
  readonly gaveUp: number
  readonly gaveUpAt: number | null
  /** Events that were pruned before it could be told of them. */
  readonly missed: number
  readonly disabledAt: number | null
}

export function* findWebhook({ tenant, name }: WebhookKey): Program<StoredWebhook | undefined> {
  return yield* one<StoredWebhook>(
    `SELECT url_digest AS "urlDigest", seen, holder, fence, until, for_ms AS "forMs", failures, last_success_at AS "lastSuccessAt",
       last_failure_at AS "lastFailureAt", last_failure AS "lastFailure", gave_up AS "gaveUp", gave_up_at AS "gaveUpAt", missed,
       disabled_at AS "disabledAt"
     FROM webhooks WHERE tenant = ? AND name = ?`,
    tenant,
    name,
  )
}

export type SaveWebhook = {
  readonly key: WebhookKey
  readonly urlDigest: string
  /** A new one is told of what is still kept; otherwise of what happens from now on. */
  readonly fromStart: boolean
}

/** One that is there goes on where it was; at another URL it is enabled again, and what waited is due. */
export function* saveWebhook({ key, urlDigest, fromStart }: SaveWebhook): Program<'made' | 'kept' | 'moved'> {
  const { tenant, name } = key
  const before = yield* findWebhook(key)
  if (before === undefined) {
    const { last } = yield* findEventSpan(tenant)
    yield* run(
      `INSERT INTO webhooks (tenant, name, url_digest, seen, fence, until, for_ms, failures, gave_up, missed, created_at)
       VALUES (?, ?, ?, ?, 0, 0, 0, 0, 0, 0, ?)`,
      ...[tenant, name, urlDigest, fromStart ? 0 : last, yield* storeNow()],
    )
    return 'made'
  }
  if (before.urlDigest === urlDigest) return 'kept'
  yield* run('UPDATE webhooks SET url_digest = ? WHERE tenant = ? AND name = ?', urlDigest, tenant, name)
  yield* resumeWebhook(key)
  return 'moved'
}

/** Enables it, and makes due what waits. False where there is none. */
export function* resumeWebhook({ tenant, name }: WebhookKey): Program<boolean> {
  const changed = yield* run(
    'UPDATE webhooks SET disabled_at = NULL, failures = 0 WHERE tenant = ? AND name = ?',
    tenant,
    name,
  )
  yield* makeAllDue({ tenant, name })
  return changed === 1
}

export function* makeAllDue({ tenant, name }: WebhookKey): Program<void> {
  const now = yield* storeNow()
  yield* run(
    'UPDATE deliveries SET due_at = ? WHERE tenant = ? AND webhook = ? AND due_at > ?',
    ...[now, tenant, name, now],
  )
}

/** Of all tenants: those that may have something to deliver, by events that are new or deliveries that are due. For the process that delivers, which
 *  shows them to nobody. */
export function* findWebhooksWithWork(): Program<readonly WebhookKey[]> {
  return yield* all<WebhookKey>(
    `SELECT w.tenant, w.name FROM webhooks w LEFT JOIN event_counters c ON c.tenant = w.tenant
     WHERE w.disabled_at IS NULL AND (c.last > w.seen OR EXISTS
       (SELECT 1 FROM deliveries d WHERE d.tenant = w.tenant AND d.webhook = w.name AND d.due_at <= ?))`,
    yield* storeNow(),
  )
}

/** Whether a claim is likely to find something: asked by those who wait, since reading disturbs nobody. */
export function* webhookHasWork({ tenant, name }: WebhookKey): Program<boolean> {
  const webhook = yield* findWebhook({ tenant, name })
  if (webhook === undefined || webhook.disabledAt !== null) return false
  const now = yield* storeNow()
  if (isHeld(webhook, now)) return false
  const due = yield* one(
    `SELECT 1 AS due FROM deliveries d WHERE tenant = ? AND webhook = ? AND due_at <= ? AND ${isFirstOfItsConnection} LIMIT 1`,
    ...[tenant, name, now],
  )
  if (due !== undefined) return true
  if (!mayBeginAnother(webhook.failures, yield* countDeliveries({ tenant, name }))) return false
  const counter = yield* one<{ last: number }>('SELECT last FROM event_counters WHERE tenant = ?', tenant)
  return (counter?.last ?? 0) > webhook.seen
}

/** Of a row `d`: no earlier event of its connection waits. */
export const isFirstOfItsConnection: string = `NOT EXISTS (SELECT 1 FROM deliveries e
  WHERE e.tenant = d.tenant AND e.webhook = d.webhook AND e.connection = d.connection AND e.sequence < d.sequence)`

/** Those that wait or are under way. */
export function* countDeliveries({ tenant, name }: WebhookKey): Program<number> {
  const row = yield* one<{ n: number }>(
    'SELECT count(*) AS n FROM deliveries WHERE tenant = ? AND webhook = ?',
    tenant,
    name,
  )
  return row?.n ?? 0
}

/** A lease whose end is more than twice its length away was given before the clock was set back, and counts as ended (L-56). */
export const isHeld = ({ holder, until, forMs }: StoredWebhook, now: number): boolean =>
  holder !== null && now < until && until - now <= 2 * forMs

export type Pending = {
  readonly count: number
  /** When what waits longest has happened; null where nothing waits. */
  readonly oldestAt: number | null
}

/** Deliveries that wait or are under way, and events of these kinds that were not looked at yet and do not tell of itself; the latter counted no
 *  further than 10,000. */
export function* findPending({ tenant, name }: WebhookKey, kinds: readonly string[]): Program<Pending> {
  const webhook = yield* findWebhook({ tenant, name })
  if (webhook === undefined) return { count: 0, oldestAt: null }
  const marks = kinds.map(() => '?').join(', ')
  const ahead = yield* one<Pending>(
    `SELECT count(*) AS count, min(at) AS "oldestAt" FROM (SELECT at FROM events
       WHERE tenant = ? AND sequence > ? AND kind IN (${marks}) AND data NOT LIKE ? ORDER BY sequence LIMIT 10000) AS some`,
    ...[tenant, webhook.seen, ...kinds, `${JSON.stringify({ webhook: name }).slice(0, -1)},%`],
  )
  const under = yield* one<Pending>(
    'SELECT count(*) AS count, min(at) AS "oldestAt" FROM deliveries WHERE tenant = ? AND webhook = ?',
    ...[tenant, name],
  )
  const times = [ahead, under].flatMap((each) => (typeof each?.oldestAt === 'number' ? [each.oldestAt] : []))
  return {
    count: (ahead?.count ?? 0) + (under?.count ?? 0),
    oldestAt: times.length === 0 ? null : Math.min(...times),
  }
}
