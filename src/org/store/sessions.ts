/** Browser logins and known browsers. Only hashes of the cookies lie in the store. */
import { all, one, run, type Program } from '../../storage/program.ts'
import { recordHistory, type HistoryEntry } from './history.ts'

/** A browser login with its user. `hash` is SHA-256 of the cookie, hexadecimal. */
export type SessionRow = {
  readonly hash: string
  readonly userId: string
  readonly username: string
  readonly userIsActive: number
  /** The user object as JSON. */
  readonly userContent: string
  readonly authenticatedAt: number
  readonly lastSeenAt: number
  readonly endsAt: number
}

/** Ended ones too, until they are pruned: the caller compares `endsAt` with its clock. */
export function* findSession(hash: string): Program<SessionRow | undefined> {
  return yield* one<SessionRow>(
    `SELECT s.hash, s.user_id AS "userId", u.username, u.is_active AS "userIsActive", u.content AS "userContent",
       s.authenticated_at AS "authenticatedAt", s.last_seen_at AS "lastSeenAt", s.ends_at AS "endsAt"
     FROM browser_sessions s JOIN users u ON u.id = s.user_id WHERE s.hash = ?`,
    hash,
  )
}

/** Every set of scopes that this user approved for this app and nobody withdrew, each set space separated. */
export function* findApprovedScopes(userId: string, app: string): Program<string[]> {
  const rows = yield* all<{ scopes: string }>(
    `SELECT DISTINCT scopes FROM grants WHERE user_id = ? AND app = ?
       AND (ended IS NULL OR ended NOT IN ('revoked', 'code-reused'))`,
    userId,
    app,
  )
  return rows.map(({ scopes }) => scopes)
}

/** Whether this browser has proved itself for this user, since that instant. */
export function* deviceIsKnown(hash: string, userId: string, since: number): Program<boolean> {
  const row = yield* one<{ hash: string }>(
    'SELECT hash FROM devices WHERE hash = ? AND user_id = ? AND last_seen_at >= ?',
    hash,
    userId,
    since,
  )
  return row !== undefined
}

export type NewSession = {
  readonly hash: string
  readonly userId: string
  readonly at: number
  readonly endsAt: number
  /** The login that this browser had before: it ends, so that a planted cookie is worth nothing. */
  readonly replaces: string | null
  /** The hash of a known device's cookie, seen again. */
  readonly seenDevice: string | null
}

export function* startSession({ session, history }: { session: NewSession; history: HistoryEntry }): Program<void> {
  yield* insertSession(session)
  yield* recordHistory(history)
}

export function* insertSession(session: NewSession): Program<void> {
  if (session.replaces !== null) yield* run('DELETE FROM browser_sessions WHERE hash = ?', session.replaces)
  if (session.seenDevice !== null)
    yield* run('UPDATE devices SET last_seen_at = ? WHERE hash = ?', session.at, session.seenDevice)
  yield* run(
    'INSERT INTO browser_sessions (hash, user_id, authenticated_at, last_seen_at, ends_at) VALUES (?, ?, ?, ?, ?)',
    session.hash,
    session.userId,
    session.at,
    session.at,
    session.endsAt,
  )
}

/** Moves the end of a live login; one that has ended meanwhile stays ended. */
export function* extendSession({ hash, at, endsAt }: { hash: string; at: number; endsAt: number }): Program<void> {
  yield* run(
    'UPDATE browser_sessions SET last_seen_at = ?, ends_at = ? WHERE hash = ? AND ends_at > ?',
    at,
    endsAt,
    hash,
    at,
  )
}

export function* endSession(hash: string): Program<void> {
  yield* run('DELETE FROM browser_sessions WHERE hash = ?', hash)
}

/** A browser that was not used for so long has to prove itself again; a year in milliseconds. */
export const deviceMemory: number = 365 * 86_400_000
/** Longer than any code is good for. */
const codeMemory = 86_400_000

/** Forgets devices and verification codes that are of no use any more; says how many. */
export function* pruneDevices({ now, most }: { readonly now: number; readonly most: number }): Program<number> {
  const devices = yield* run(
    'DELETE FROM devices WHERE hash IN (SELECT hash FROM devices WHERE last_seen_at < ? LIMIT ?)',
    now - deviceMemory,
    most,
  )
  const codes = yield* run('DELETE FROM verification_codes WHERE issued_at < ?', now - codeMemory)
  return devices + codes
}
