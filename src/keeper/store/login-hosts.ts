/** Login hosts, over all tenants: whose turn it is, and which of them are down. The rule is in `rules/host-turns.ts`; here it is asked where nobody else can
 *  come between. */
import { instant, type Instant } from '../../values/time.ts'
import { all, one, run, type Program } from '../../storage/program.ts'
import type { ConnectionKey } from '../connection-key.ts'
import { furthestWait, placeOf, waitsUntil, type Standing } from '../rules/fair-turns.ts'
import {
  afterTrouble,
  decideTurn,
  longestRest,
  unknownHost,
  type HostLimits,
  type HostState,
  type Turn,
  type Urgency,
} from '../rules/host-turns.ts'

export type AskedTurn = { readonly urgency: Urgency; readonly limits: HostLimits }
export type HostRests = {
  readonly kind: 'later'
  readonly reason: 'down' | 'full'
  readonly until: Instant
  readonly loginUrl: string
}

/** Undefined where it is this connection's turn now, which counts from here on. */
export function* takeTurn(
  key: ConnectionKey,
  { urgency, limits }: AskedTurn,
  now: number,
): Program<HostRests | undefined> {
  const loginUrl = yield* loginUrlOf(key)
  const state = (yield* findHost(loginUrl)) ?? unknownHost
  const { all: flying, own } = yield* countFlying(loginUrl, now, key.tenant)
  const standing = yield* findStanding({ loginUrl, tenant: key.tenant }, { served: state.served, flying: own, now })
  const turn = decideTurn(state, { now: instant(now), flying, urgency, standing }, limits)
  yield* noteTurn({ loginUrl, tenant: key.tenant }, { turn, standing, now })
  if (turn.kind === 'later') return { kind: 'later', reason: turn.reason, until: turn.until, loginUrl }
  yield* saveHost(loginUrl, turn.next)
  return undefined
}

type HostTenant = { readonly loginUrl: string; readonly tenant: string }

function* findStanding(
  { loginUrl, tenant }: HostTenant,
  { served, flying, now }: { readonly served: number; readonly flying: number; readonly now: number },
): Program<Standing> {
  const row = yield* one<{ place: number; waitsUntil: number }>(
    'SELECT place, waits_until AS "waitsUntil" FROM login_host_turns WHERE login_url = ? AND tenant = ?',
    ...[loginUrl, tenant],
  )
  const waits = row !== undefined && row.waitsUntil > now && row.waitsUntil <= now + furthestWait
  // who does not wait saves nothing up, and keeps what it is ahead
  const own = row === undefined ? undefined : waits ? row.place : Math.max(row.place, served)
  const others = yield* one<{ count: number; least: number | null }>(
    `SELECT count(*) AS count, min(place) AS least FROM login_host_turns
     WHERE login_url = ? AND waits_until > ? AND waits_until <= ? AND tenant <> ?`,
    ...[loginUrl, now, now + furthestWait, tenant],
  )
  return { served, own, flying, others: { count: others?.count ?? 0, least: others?.least ?? 0 } }
}

type Noted = { readonly turn: Turn; readonly standing: Standing; readonly now: number }

/** Where nobody else waits there is nothing to be remembered of a turn. */
function* noteTurn({ loginUrl, tenant }: HostTenant, { turn, standing, now }: Noted): Program<void> {
  if (turn.kind === 'later') {
    if (turn.waits) yield* savePlace({ loginUrl, tenant }, placeOf(standing), waitsUntil(instant(now), turn.until))
    return
  }
  if (standing.others.count > 0) yield* savePlace({ loginUrl, tenant }, placeOf(standing) + 1, now)
  else if (standing.own !== undefined)
    yield* run('DELETE FROM login_host_turns WHERE login_url = ? AND tenant = ?', loginUrl, tenant)
}

function* savePlace({ loginUrl, tenant }: HostTenant, place: number, until: number): Program<void> {
  yield* run(
    `INSERT INTO login_host_turns (login_url, tenant, place, waits_until) VALUES (?, ?, ?, ?)
     ON CONFLICT (login_url, tenant) DO UPDATE SET place = excluded.place, waits_until = excluded.waits_until`,
    ...[loginUrl, tenant, place, until],
  )
}

/** What an exchange has shown of its host: a reply, whatever it says, or that it is down. `jitter` is drawn by the caller, 0 to 1. */
export type HostShown =
  { readonly well: true } | { readonly well: false; readonly jitter: number; readonly downAfter: number }

export function* noteHost(key: ConnectionKey, shown: HostShown, now: number): Program<void> {
  const loginUrl = yield* loginUrlOf(key)
  if (!shown.well)
    return yield* saveHost(loginUrl, afterTrouble((yield* findHost(loginUrl)) ?? unknownHost, instant(now), shown))
  yield* run('UPDATE login_hosts SET failures = 0, rests_until = 0 WHERE login_url = ? AND failures > 0', loginUrl)
}

export function* findHost(loginUrl: string): Program<HostState | undefined> {
  return yield* one<HostState>(
    `SELECT turn_at AS "turnAt", failures, rests_until AS "restsUntil", served FROM login_hosts WHERE login_url = ?`,
    loginUrl,
  )
}

/** Those that count as down and rest; what lies further ahead than a rest may last was written before the clock was set back (L-56). */
export function* restingHosts(now: number): Program<readonly string[]> {
  const rows = yield* all<{ loginUrl: string }>(
    'SELECT login_url AS "loginUrl" FROM login_hosts WHERE failures > 0 AND rests_until > ? AND rests_until <= ?',
    ...[now, now + longestRest],
  )
  return rows.map(({ loginUrl }) => loginUrl)
}

function* saveHost(loginUrl: string, { turnAt, failures, restsUntil, served }: HostState): Program<void> {
  yield* run(
    `INSERT INTO login_hosts (login_url, turn_at, failures, rests_until, served) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (login_url) DO UPDATE SET
       turn_at = excluded.turn_at, failures = excluded.failures, rests_until = excluded.rests_until, served = excluded.served`,
    ...[loginUrl, turnAt, failures, restsUntil, served],
  )
}

/** Exchanges under way, in whatever process, and those of one tenant among them: one whose process died counts until its lease ends. */
export function* countFlying(
  loginUrl: string,
  now: number,
  tenant: string,
): Program<{ readonly all: number; readonly own: number }> {
  const row = yield* one<{ all: number; own: number | null }>(
    `SELECT count(*) AS "all", sum(CASE WHEN a.tenant = ? THEN 1 ELSE 0 END) AS own FROM attempts a
       JOIN leases l ON l.tenant = a.tenant AND l.connection = a.connection AND l.fence = a.fence
       JOIN connections c ON c.tenant = a.tenant AND c.id = a.connection
     WHERE a.closed_at IS NULL AND a.outcome IS NULL AND a.stage <> 'received'
       AND l.holder IS NOT NULL AND l.until > ? AND l.until - ? <= 2 * l.for_ms AND c.login_url = ?`,
    ...[tenant, now, now, loginUrl],
  )
  return { all: row?.all ?? 0, own: row?.own ?? 0 }
}

function* loginUrlOf({ tenant, id }: ConnectionKey): Program<string> {
  const row = yield* one<{ loginUrl: string }>(
    'SELECT login_url AS "loginUrl" FROM connections WHERE tenant = ? AND id = ?',
    ...[tenant, id],
  )
  if (row === undefined) throw new Error('a lease is held on a connection that is gone')
  return row.loginUrl
}
