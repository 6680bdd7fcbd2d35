/** Keeps the keeper's tables within bounds, in small steps. */
import { run, storeNow, type Program } from '../../storage/program.ts'
import { pruneLogins } from './authorizations.ts'

export type KeeperPruning = {
  /** Instants on the store's clock: what is older goes. */
  readonly eventsBefore: number
  readonly attemptsBefore: number
  readonly introspectionsBefore: number
  /** Counters of connections that were removed, and login hosts that nobody has gone to since; longer ago than any process can have slept. */
  readonly removedBefore: number
  /** A tenant's newest events, that stay in any case unless they are too old. */
  readonly keepEvents: number
  /** Rows removed from one table in one go. */
  readonly most: number
}

const furthest = 31 * 86_400_000 // ms

/** How many rows went, or were put right; the caller comes again soon where it is not zero. Open attempts never go. */
export function* pruneKeeper(plan: KeeperPruning): Program<number> {
  const { most } = plan
  const old = yield* run(
    'DELETE FROM events WHERE (tenant, sequence) IN (SELECT tenant, sequence FROM events WHERE at < ? ORDER BY at LIMIT ?)',
    plan.eventsBefore,
    most,
  )
  const beyond = yield* run(
    `DELETE FROM events WHERE (tenant, sequence) IN
       (SELECT e.tenant, e.sequence FROM event_counters n CROSS JOIN events e
        WHERE e.tenant = n.tenant AND e.sequence <= n.last - ? LIMIT ?)`,
    plan.keepEvents,
    most,
  )
  const attempts = yield* run(
    `DELETE FROM attempts WHERE (tenant, connection, attempt) IN
       (SELECT tenant, connection, attempt FROM attempts WHERE closed_at IS NOT NULL AND closed_at < ? ORDER BY closed_at LIMIT ?)`,
    plan.attemptsBefore,
    most,
  )
  const introspections = yield* run(
    `DELETE FROM introspections WHERE (tenant, connection, generation, ended_at, place) IN
       (SELECT tenant, connection, generation, ended_at, place FROM introspections WHERE ended_at < ? ORDER BY ended_at LIMIT ?)`,
    plan.introspectionsBefore,
    most,
  )
  const removed = yield* run(
    `DELETE FROM leases WHERE (tenant, connection) IN
       (SELECT tenant, connection FROM leases WHERE removed_at IS NOT NULL AND removed_at < ? LIMIT ?)`,
    plan.removedBefore,
    most,
  )
  const hosts = yield* pruneHosts(plan)
  const now = yield* storeNow()
  // further ahead than a token may rest: it was written before the clock was set back (L-56), and would never come
  const early = yield* run(
    `UPDATE connections SET next_due_at = ? WHERE (tenant, id) IN
       (SELECT tenant, id FROM connections WHERE next_due_at > ? ORDER BY next_due_at LIMIT ?)`,
    ...[now, now + furthest, most],
  )
  const logins = yield* pruneLogins(now, most)
  return old + beyond + attempts + introspections + removed + hosts + early + logins
}

/** Login hosts that nobody has gone to, and tenants that have not waited there since. */
function* pruneHosts({ removedBefore, most }: KeeperPruning): Program<number> {
  const hosts = yield* run(
    `DELETE FROM login_hosts WHERE login_url IN
       (SELECT login_url FROM login_hosts WHERE turn_at < ? AND rests_until < ? ORDER BY turn_at LIMIT ?)`,
    ...[removedBefore, removedBefore, most],
  )
  const turns = yield* run(
    `DELETE FROM login_host_turns WHERE (login_url, tenant) IN
       (SELECT login_url, tenant FROM login_host_turns WHERE waits_until < ? ORDER BY waits_until LIMIT ?)`,
    ...[removedBefore, most],
  )
  return hosts + turns
}
