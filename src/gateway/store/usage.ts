/** What clients used: batches in, sums out. */
import { all, one, run, type Program } from '../../storage/program.ts'

export type UsageCount = {
  /** `2026-11`, UTC. */
  readonly month: string
  readonly client: string
  readonly egress: string
  readonly up: number
  readonly down: number
  readonly tunnels: number
}

export type HourCount = {
  readonly egress: string
  /** Since 1970. */
  readonly hour: number
  /** An allow rule. */
  readonly destination: string
  readonly up: number
  readonly down: number
  readonly tunnels: number
  readonly lastUsedAt: number
}

export type UsageBatch = {
  /** Random, made at the start of the process. */
  readonly processId: string
  /** Rises by one with every batch of the process; the next is sent only when this one is known to be stored. */
  readonly sequence: number
  readonly at: number
  readonly usage: readonly UsageCount[]
  readonly hours: readonly HourCount[]
  /** Whose sums of `month` the answer tells. */
  readonly sumsOf: { readonly month: string; readonly clients: readonly string[] }
}

export type MonthSum = { readonly client: string; readonly bytes: number }

/** Adds the batch, or nothing where it is in the tables already (P-44); either way tells the sums that are stored now, those of other
 *  processes included. */
export function* recordUsage(batch: UsageBatch): Program<readonly MonthSum[]> {
  if ((yield* lastSequence(batch.processId)) < batch.sequence) yield* add(batch)
  const sums: MonthSum[] = []
  for (const client of batch.sumsOf.clients) sums.push({ client, bytes: yield* sumOf(client, batch.sumsOf.month) })
  return sums
}

function* add({ processId, sequence, at, usage, hours }: UsageBatch): Program<void> {
  yield* run(
    `INSERT INTO batches (process, sequence, at) VALUES (?, ?, ?)
     ON CONFLICT (process) DO UPDATE SET sequence = excluded.sequence, at = excluded.at`,
    processId,
    sequence,
    at,
  )
  for (const count of usage) yield* addUsage(count)
  for (const count of hours) yield* addHour(count)
}

function* addUsage({ month, client, egress, up, down, tunnels }: UsageCount): Program<void> {
  yield* run(
    `INSERT INTO usage (month, client, egress, up, down, tunnels) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (month, client, egress) DO UPDATE SET
       up = usage.up + excluded.up, down = usage.down + excluded.down, tunnels = usage.tunnels + excluded.tunnels`,
    ...[month, client, egress, up, down, tunnels],
  )
}

function* addHour({ egress, hour, destination, up, down, tunnels, lastUsedAt }: HourCount): Program<void> {
  yield* run(
    `INSERT INTO egress_hours (egress, hour, destination, up, down, tunnels, last_used_at) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (egress, hour, destination) DO UPDATE SET
       up = egress_hours.up + excluded.up, down = egress_hours.down + excluded.down,
       tunnels = egress_hours.tunnels + excluded.tunnels,
       last_used_at = CASE WHEN excluded.last_used_at > egress_hours.last_used_at
         THEN excluded.last_used_at ELSE egress_hours.last_used_at END`,
    ...[egress, hour, destination, up, down, tunnels, lastUsedAt],
  )
}

/** 0 for a process that has stored nothing. */
export function* lastSequence(processId: string): Program<number> {
  const row = yield* one<{ sequence: number }>('SELECT sequence FROM batches WHERE process = ?', processId)
  return row?.sequence ?? 0
}

function* sumOf(client: string, month: string): Program<number> {
  const row = yield* one<{ bytes: number | null }>(
    'SELECT sum(up + down) AS bytes FROM usage WHERE month = ? AND client = ?',
    month,
    client,
  )
  return row?.bytes ?? 0
}

export function* findMonthSums(month: string): Program<readonly MonthSum[]> {
  return yield* all<MonthSum>(
    'SELECT client, sum(up + down) AS bytes FROM usage WHERE month = ? GROUP BY client',
    month,
  )
}

export type UsageQuery = { readonly client?: string; readonly month?: string }

/** The latest month first. */
export function* findUsage({
  client = null,
  month = null,
}: { [K in keyof UsageQuery]: string | null }): Program<readonly UsageCount[]> {
  return yield* all<UsageCount>(
    `SELECT month, client, egress, up, down, tunnels FROM usage
     WHERE (? IS NULL OR client = ?) AND (? IS NULL OR month = ?) ORDER BY month DESC, client, egress`,
    ...[client, client, month, month],
  )
}

export type EgressUse = {
  readonly destination: string
  readonly up: number
  readonly down: number
  readonly tunnels: number
  readonly lastUsedAt: number
}

/** By destination, over the hours from the one in which `since` lies; of that hour only what was used at `since` or later, and then all of it. */
export function* findEgressUse({ egress, since }: { egress: string; since: number }): Program<readonly EgressUse[]> {
  return yield* all<EgressUse>(
    `SELECT destination, sum(up) AS up, sum(down) AS down, sum(tunnels) AS tunnels, max(last_used_at) AS "lastUsedAt"
     FROM egress_hours WHERE egress = ? AND hour >= ? AND last_used_at >= ?
     GROUP BY destination ORDER BY destination`,
    egress,
    Math.floor(since / 3_600_000),
    since,
  )
}

export function* findWhetherUsed(egress: string): Program<boolean> {
  return (yield* one('SELECT egress FROM egress_hours WHERE egress = ? LIMIT 1', egress)) !== undefined
}

export type PrunePlan = {
  /** `2024-10`: months before it go. */
  readonly month: string
  readonly hour: number
  readonly batchesBefore: number
  /** Rows removed from one table in one go. */
  readonly most: number
}

/** How many rows went; the caller comes again soon where it is `most` or more. */
export function* pruneUsage({ month, hour, batchesBefore, most }: PrunePlan): Program<number> {
  const months = yield* run(
    `DELETE FROM usage WHERE (month, client, egress) IN
       (SELECT month, client, egress FROM usage WHERE month < ? ORDER BY month LIMIT ?)`,
    month,
    most,
  )
  const hours = yield* run(
    `DELETE FROM egress_hours WHERE (egress, hour, destination) IN
       (SELECT egress, hour, destination FROM egress_hours WHERE hour < ? ORDER BY hour LIMIT ?)`,
    hour,
    most,
  )
  const batches = yield* run(
    'DELETE FROM batches WHERE process IN (SELECT process FROM batches WHERE at < ? LIMIT ?)',
    batchesBefore,
    most,
  )
  return months + hours + batches
}
