/** Events: written in the transaction of what they tell, read by tenant (P-28). */
import type { ConnectionKey } from '../connection-key.ts'
import { all, one, run, storeNow, type Program } from '../../storage/program.ts'

/** `data` is JSON and holds no secret. */
export type NewEvent = { readonly kind: string; readonly data: string }

export type StoredEvent = NewEvent & {
  /** Counts the tenant's events from 1 without gaps, in the order of their commits: a reader who has seen n has missed none before it. */
  readonly sequence: number
  readonly connection: string
  readonly at: number
}

export function* recordEvents(key: ConnectionKey, events: readonly NewEvent[] = []): Program<void> {
  if (events.length === 0) return
  const at = yield* storeNow()
  let sequence = yield* takeNumbers(key.tenant, events.length)
  for (const { kind, data } of events) {
    yield* run(
      'INSERT INTO events (tenant, sequence, connection, at, kind, data) VALUES (?, ?, ?, ?, ?, ?)',
      ...[key.tenant, sequence, key.id, at, kind, data],
    )
    sequence += 1
  }
}

/** The first of `count` numbers. The counter's row stays locked until the commit, so that numbers appear in their order. */
function* takeNumbers(tenant: string, count: number): Program<number> {
  const row = yield* one<{ last: number }>(
    `INSERT INTO event_counters (tenant, last) VALUES (?, ?)
     ON CONFLICT (tenant) DO UPDATE SET last = event_counters.last + ? RETURNING last`,
    ...[tenant, count, count],
  )
  return (row?.last ?? count) - count + 1
}

export type EventQuery = {
  readonly tenant: string
  /** Only events after this one; 0 for all that are kept. */
  readonly after: number
  readonly connection?: string | undefined
  readonly limit: number
}

/** Oldest first. */
export function* findEvents({ tenant, after, connection, limit }: EventQuery): Program<readonly StoredEvent[]> {
  return yield* all<StoredEvent>(
    `SELECT sequence, connection, at, kind, data FROM events
     WHERE tenant = ? AND sequence > ? AND (? IS NULL OR connection = ?) ORDER BY sequence LIMIT ?`,
    ...[tenant, after, connection ?? null, connection ?? null, limit],
  )
}

/** The numbers of the oldest event that is kept and of the newest that there ever was: whoever resumes before `first - 1` has missed some. Both
 *  0 for a tenant without events; `first` is `last + 1` where all were pruned. */
export function* findEventSpan(tenant: string): Program<{ readonly first: number; readonly last: number }> {
  const counter = yield* one<{ last: number }>('SELECT last FROM event_counters WHERE tenant = ?', tenant)
  if (counter === undefined) return { first: 0, last: 0 }
  const oldest = yield* one<{ sequence: number }>(
    'SELECT sequence FROM events WHERE tenant = ? ORDER BY sequence LIMIT 1',
    tenant,
  )
  return { first: oldest?.sequence ?? counter.last + 1, last: counter.last }
}
