/** Login hosts, over all tenants: whose turn it is, and which of them are down. The rule is in `rules/host-turns.ts`; here it is asked where nobody else can
 *  come between. */
import { instant } from '../../values/time.ts'
import { all, one, run, type Program } from '../../storage/program.ts'
import type { ConnectionKey } from '../connection-key.ts'
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
export type HostRests = Turn & { readonly kind: 'later' } & { readonly loginUrl: string }

/** Undefined where it is this connection's turn now, which counts from here on. */
export function* takeTurn(
  key: ConnectionKey,
  { urgency, limits }: AskedTurn,
  now: number,
): Program<HostRests | undefined> {
  const loginUrl = yield* loginUrlOf(key)
  const state = (yield* findHost(loginUrl)) ?? unknownHost
  const flying = yield* countFlying(loginUrl, now)
  const turn = decideTurn(state, { now: instant(now), flying, urgency }, limits)
  if (turn.kind === 'later') return { ...turn, loginUrl }
  yield* saveHost(loginUrl, turn.next)
  return undefined
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
    `SELECT turn_at AS "turnAt", failures, rests_until AS "restsUntil" FROM login_hosts WHERE login_url = ?`,
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

function* saveHost(loginUrl: string, { turnAt, failures, restsUntil }: HostState): Program<void> {
  yield* run(
    `INSERT INTO login_hosts (login_url, turn_at, failures, rests_until) VALUES (?, ?, ?, ?)
     ON CONFLICT (login_url) DO UPDATE SET turn_at = excluded.turn_at, failures = excluded.failures, rests_until = excluded.rests_until`,
    ...[loginUrl, turnAt, failures, restsUntil],
  )
}

/** Exchanges under way, in whatever process: one whose process died counts until its lease ends. */
export function* countFlying(loginUrl: string, now: number): Program<number> {
  const row = yield* one<{ count: number }>(
    `SELECT count(*) AS count FROM attempts a
       JOIN leases l ON l.tenant = a.tenant AND l.connection = a.connection AND l.fence = a.fence
       JOIN connections c ON c.tenant = a.tenant AND c.id = a.connection
     WHERE a.closed_at IS NULL AND a.outcome IS NULL AND a.stage <> 'received'
       AND l.holder IS NOT NULL AND l.until > ? AND l.until - ? <= 2 * l.for_ms AND c.login_url = ?`,
    ...[now, now, loginUrl],
  )
  return row?.count ?? 0
}

function* loginUrlOf({ tenant, id }: ConnectionKey): Program<string> {
  const row = yield* one<{ loginUrl: string }>(
    'SELECT login_url AS "loginUrl" FROM connections WHERE tenant = ? AND id = ?',
    ...[tenant, id],
  )
  if (row === undefined) throw new Error('a lease is held on a connection that is gone')
  return row.loginUrl
}
