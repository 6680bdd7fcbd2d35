/** Who may refresh a connection: a lease on the store's clock, with a fencing number that only grows (P-13, P-20). */
import type { ConnectionKey } from '../connection-key.ts'
import { one, run, storeNow, type Program } from '../../storage/program.ts'
import { findOpenAttempts, type StoredAttempt } from './attempt-row.ts'
import { findConnection, type StoredConnection } from './connection-row.ts'

export type TakeLease = {
  readonly key: ConnectionKey
  /** Names the process for people; it is never compared. A second call of the same holder is held off like anyone's. */
  readonly holder: string
  readonly forMs: number
}
export type LeaseTaken = {
  readonly kind: 'taken'
  readonly fence: number
  /** On the store's clock. The lease began at `now`, which is not before the call: counted from the call on one's own monotonic clock,
   *  `until - now` ends no later than the lease. */
  readonly now: number
  readonly until: number
  /** As they are under the lease, so that nobody acts on what was read before the wait (L-38). */
  readonly connection: StoredConnection
  readonly open: readonly StoredAttempt[]
}
export type TakeLeaseOutcome =
  | LeaseTaken
  | { readonly kind: 'held'; readonly holder: string; readonly now: number; readonly until: number }
  | { readonly kind: 'unknown' }

export function* takeLease({ key, holder, forMs }: TakeLease): Program<TakeLeaseOutcome> {
  assertLength(forMs)
  const connection = yield* findConnection(key)
  const lease = yield* findLease(key)
  if (connection === undefined || lease === undefined) return { kind: 'unknown' }
  const now = yield* storeNow()
  if (lease.holder !== null && isLive(lease, now))
    return { kind: 'held', holder: lease.holder, now, until: lease.until }
  const [fence, until] = [lease.fence + 1, now + forMs]
  yield* run(
    'UPDATE leases SET holder = ?, fence = ?, until = ?, for_ms = ? WHERE tenant = ? AND connection = ?',
    ...[holder, fence, until, forMs, key.tenant, key.id],
  )
  return { kind: 'taken', fence, now, until, connection, open: yield* findOpenAttempts(key) }
}

export type Held = { readonly key: ConnectionKey; readonly fence: number }
/** Why a write under a lease did nothing. `fenced`: released, removed, or someone else's by now; `lease-ended`: nobody has taken it yet. */
export type Fenced = { readonly kind: 'fenced' }
export type LeaseEnded = { readonly kind: 'lease-ended'; readonly now: number; readonly until: number }

/** Never shortens. A lease that has ended is not revived, for its holder would not see what was stored meanwhile: take it anew. */
export function* renewLease({
  key,
  fence,
  forMs,
}: Held & { readonly forMs: number }): Program<
  { readonly kind: 'renewed'; readonly now: number; readonly until: number } | Fenced | LeaseEnded
> {
  assertLength(forMs)
  const lease = yield* liveLease({ key, fence })
  if (lease.kind !== 'live') return lease
  const { now } = lease
  const until = Math.max(lease.until, now + forMs)
  yield* run(
    'UPDATE leases SET until = ?, for_ms = ? WHERE tenant = ? AND connection = ? AND fence = ?',
    ...[until, until - now, key.tenant, key.id, fence],
  )
  return { kind: 'renewed', now, until }
}

/** Only by its own fence (L-37), ended or not. From here on that fence writes nothing. */
export function* releaseLease({ key, fence }: Held): Program<{ readonly kind: 'released' } | Fenced> {
  const changed = yield* run(
    'UPDATE leases SET holder = NULL WHERE tenant = ? AND connection = ? AND fence = ? AND holder IS NOT NULL',
    ...[key.tenant, key.id, fence],
  )
  return changed === 1 ? { kind: 'released' } : { kind: 'fenced' }
}

export type StoredLease = {
  readonly holder: string | null
  readonly fence: number
  readonly until: number
  readonly forMs: number
  readonly lastAttempt: number
}

/** Also of a connection that is gone. */
export function* findLease({ tenant, id }: ConnectionKey): Program<StoredLease | undefined> {
  return yield* one<StoredLease>(
    `SELECT holder, fence, until, for_ms AS "forMs", last_attempt AS "lastAttempt"
     FROM leases WHERE tenant = ? AND connection = ?`,
    tenant,
    id,
  )
}

/** Whether nobody has come after this holder. Enough for what must not be lost for want of time, e.g. a reply's adoption. */
export function* ownsFence({ key, fence }: Held): Program<boolean> {
  const lease = yield* findLease(key)
  return lease !== undefined && lease.holder !== null && lease.fence === fence
}

/** For what leads to a spending: the fence is the newest, and time is left on the store's clock. */
export function* liveLease({
  key,
  fence,
}: Held): Program<{ readonly kind: 'live'; readonly now: number; readonly until: number } | Fenced | LeaseEnded> {
  const lease = yield* findLease(key)
  if (lease === undefined || lease.holder === null || lease.fence !== fence) return { kind: 'fenced' }
  const now = yield* storeNow()
  const { until } = lease
  return isLive(lease, now) ? { kind: 'live', now, until } : { kind: 'lease-ended', now, until }
}

/** A lease whose end is more than twice its length away was given before the clock was set back. It counts as ended: were it waited for, the
 *  connection would stand still for as long as the clock went back (L-56). Its holder writes nothing more but replies. */
function isLive({ until, forMs }: Pick<StoredLease, 'until' | 'forMs'>, now: number): boolean {
  return now < until && until - now <= 2 * forMs
}

function assertLength(forMs: number): void {
  if (!Number.isSafeInteger(forMs) || forMs <= 0) throw new Error(`not the length of a lease: ${forMs}`)
}
