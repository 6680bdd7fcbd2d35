/** Logins that were begun: each ends by one callback, or by its time (P-13). */
import type { ConnectionKey } from '../connection-key.ts'
import { all, one, run, storeNow, type Program } from '../../storage/program.ts'
import type { StoredKey } from './connection-row.ts'

export type NewAuthorization = {
  /** Random, below 2^48. */
  readonly number: number
  readonly key: ConnectionKey
  readonly app: string
  /** The login host that the user is sent to: the code goes to this one and to no other. */
  readonly loginUrl: string
  readonly redirectUri: string
  readonly stateHash: string
  /** Of what the browser that began it carries; null where a program began it. */
  readonly browserHash: string | null
  readonly ticketHash: string | null
  /** Of what opens its login page, once; null where the address of that page is handed out itself. */
  readonly startHash: string | null
  readonly otherUser: boolean
  readonly dataKey: StoredKey
  readonly sealedVerifier: Uint8Array
  /** The address of the login page, where `startHash` is set. */
  readonly sealedStart: Uint8Array | null
}

export type StoredAuthorization = Omit<NewAuthorization, 'sealedVerifier' | 'stateHash'> & {
  /** Null once it is over. */
  readonly sealedVerifier: Uint8Array | null
  readonly sealedReply: Uint8Array | null
  readonly leftFrom: string | null
  readonly begunAt: number
  readonly expiresAt: number
  readonly takenAt: number | null
  readonly closedAt: number | null
  /** JSON, without secrets, where it has come to nothing. */
  readonly error: string | null
}

const columns = `number, tenant, connection, app, login_url AS "loginUrl", redirect_uri AS "redirectUri", browser_hash AS "browserHash",
  ticket_hash AS "ticketHash", start_hash AS "startHash", sealed_start AS "sealedStart", other_user AS "otherUser", key_name AS "keyName", wrapped_key AS "wrappedKey",
  sealed_verifier AS "sealedVerifier", sealed_reply AS "sealedReply", left_from AS "leftFrom", begun_at AS "begunAt",
  expires_at AS "expiresAt", taken_at AS "takenAt", closed_at AS "closedAt", error`

type Row = Omit<StoredAuthorization, 'key' | 'dataKey' | 'otherUser'> & {
  readonly tenant: string
  readonly connection: string
  readonly otherUser: number
  readonly keyName: string
  readonly wrappedKey: Uint8Array
}

function authorizationOf({ tenant, connection, otherUser, keyName, wrappedKey, ...rest }: Row): StoredAuthorization {
  const dataKey = { key: keyName, bytes: wrappedKey }
  return { ...rest, key: { tenant, id: connection }, otherUser: otherUser === 1, dataKey }
}

export type BeginAuthorization = NewAuthorization & {
  readonly forMs: number
  /** `mostLogins` where it is left out. */
  readonly most?: { readonly ofOne: number; readonly ofAll: number } | undefined
}

/** How many of one connection may wait at once: of more the oldest goes, so that nobody fills the store by pressing a button. */
const mostWaiting = 20
/** How long what has ended is kept, for whoever waits for it. */
const keptMs = 86_400_000

/** How many of one tenant may wait at once, and of all: whoever begins more is told when the next one ends, and nobody else is (P-28). */
export const mostLogins: { readonly ofOne: number; readonly ofAll: number } = { ofOne: 200, ofAll: 10_000 }

export type Begin =
  | { readonly kind: 'begun'; readonly expiresAt: number }
  /** The link was spent or revoked meanwhile, or its time is over. */
  | { readonly kind: 'expired-ticket' }
  /** `until`: when the one that waits longest ends. */
  | { readonly kind: 'too-many'; readonly of: 'one' | 'all'; readonly until: number }

export function* beginAuthorization(plan: BeginAuthorization): Program<Begin> {
  const { key, dataKey } = plan
  const now = yield* storeNow()
  if (plan.ticketHash !== null && !(yield* isGoodTicket(plan.ticketHash, now))) return { kind: 'expired-ticket' }
  yield* tidy(key, now)
  const full = yield* whetherFull(key.tenant, plan.most ?? mostLogins, now)
  if (full !== undefined) return full
  const expiresAt = now + plan.forMs
  yield* run(
    `INSERT INTO authorizations (number, tenant, connection, app, login_url, redirect_uri, state_hash, browser_hash, ticket_hash,
       start_hash, sealed_start, other_user, key_name, wrapped_key, sealed_verifier, begun_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[plan.number, key.tenant, key.id, plan.app, plan.loginUrl, plan.redirectUri, plan.stateHash, plan.browserHash],
    ...[
      plan.ticketHash,
      plan.startHash,
      plan.sealedStart,
      plan.otherUser ? 1 : 0,
      dataKey.key,
      dataKey.bytes,
      plan.sealedVerifier,
      now,
      expiresAt,
    ],
  )
  return { kind: 'begun', expiresAt }
}

function* whetherFull(
  tenant: string,
  most: typeof mostLogins,
  now: number,
): Program<(Begin & { readonly kind: 'too-many' }) | undefined> {
  const waiting = 'FROM authorizations WHERE taken_at IS NULL AND closed_at IS NULL'
  const own = yield* one<Counted>(
    `SELECT count(*) AS count, min(expires_at) AS until ${waiting} AND tenant = ? AND expires_at > ?`,
    ...[tenant, now],
  )
  if ((own?.count ?? 0) >= most.ofOne) return { kind: 'too-many', of: 'one', until: own?.until ?? now }
  const every = yield* one<Counted>(
    `SELECT count(*) AS count, min(expires_at) AS until ${waiting} AND expires_at > ?`,
    now,
  )
  if ((every?.count ?? 0) < most.ofAll) return undefined
  return { kind: 'too-many', of: 'all', until: every?.until ?? now }
}

type Counted = { readonly count: number; readonly until: number | null }

function* isGoodTicket(hash: string, now: number): Program<boolean> {
  const found = yield* one(
    'SELECT hash FROM tickets WHERE hash = ? AND spent_at IS NULL AND revoked_at IS NULL AND expires_at > ?',
    ...[hash, now],
  )
  return found !== undefined
}

function* tidy({ tenant, id }: ConnectionKey, now: number): Program<void> {
  yield* pruneLogins(now, 50)
  yield* run(
    `DELETE FROM authorizations WHERE taken_at IS NULL AND tenant = ? AND connection = ? AND number NOT IN
       (SELECT number FROM authorizations WHERE tenant = ? AND connection = ? ORDER BY begun_at DESC LIMIT ?)`,
    ...[tenant, id, tenant, id, mostWaiting - 1],
  )
}

/** Logins and links that are over for a day; how many rows went. A reply that nobody has dealt with stays. */
export function* pruneLogins(now: number, most: number): Program<number> {
  const logins = yield* run(
    `DELETE FROM authorizations WHERE number IN
       (SELECT number FROM authorizations WHERE expires_at < ? AND (sealed_reply IS NULL OR closed_at IS NOT NULL) ORDER BY expires_at LIMIT ?)`,
    ...[now - keptMs, most],
  )
  const links = yield* run(
    'DELETE FROM tickets WHERE hash IN (SELECT hash FROM tickets WHERE expires_at < ? ORDER BY expires_at LIMIT ?)',
    ...[now - keptMs, most],
  )
  return logins + links
}

export function* findAuthorizationByState(stateHash: string): Program<StoredAuthorization | undefined> {
  const row = yield* one<Row>(`SELECT ${columns} FROM authorizations WHERE state_hash = ?`, stateHash)
  return row === undefined ? undefined : authorizationOf(row)
}

export function* findAuthorization(number: number): Program<StoredAuthorization | undefined> {
  const row = yield* one<Row>(`SELECT ${columns} FROM authorizations WHERE number = ?`, number)
  return row === undefined ? undefined : authorizationOf(row)
}

/** Whose reply has come and was not dealt with: its process died, or the store had refused it. */
export function* findReceivedAuthorizations(limit: number): Program<readonly StoredAuthorization[]> {
  const rows = yield* all<Row>(
    `SELECT ${columns} FROM authorizations WHERE received_at IS NOT NULL AND closed_at IS NULL ORDER BY received_at LIMIT ?`,
    limit,
  )
  return rows.map(authorizationOf)
}

/** Login hosts to which users were sent that came back, or will come back, to this redirect URI. Of all tenants: a code that one of them gets must not go
 *  to the login host of another. */
export function* findLoginsBehind(redirectUri: string): Program<readonly string[]> {
  const rows = yield* all<{ loginUrl: string }>(
    `SELECT login_url AS "loginUrl" FROM apps WHERE redirect_uri = ?
     UNION SELECT login_url AS "loginUrl" FROM authorizations WHERE redirect_uri = ?`,
    redirectUri,
    redirectUri,
  )
  return rows.map(({ loginUrl }) => loginUrl)
}

export type StartAuthorization = {
  readonly startHash: string
  /** Of what the browser carries from now on, or carried before. */
  readonly browserHash: string
}

/** For the browser that opens it first, as often as that likes. */
export function* startAuthorization({
  startHash,
  browserHash,
}: StartAuthorization): Program<{ readonly kind: 'started' | 'over' }> {
  const found = yield* findAuthorizationByStart(startHash)
  const now = yield* storeNow()
  if (found === undefined || found.takenAt !== null || found.closedAt !== null || found.expiresAt <= now)
    return { kind: 'over' }
  if (found.browserHash !== null) return { kind: found.browserHash === browserHash ? 'started' : 'over' }
  yield* run('UPDATE authorizations SET browser_hash = ? WHERE number = ?', browserHash, found.number)
  return { kind: 'started' }
}

export function* findAuthorizationByStart(startHash: string): Program<StoredAuthorization | undefined> {
  const row = yield* one<Row>(`SELECT ${columns} FROM authorizations WHERE start_hash = ?`, startHash)
  return row === undefined ? undefined : authorizationOf(row)
}

/** Of two callbacks at once one has it. */
export function* takeAuthorization({
  number,
}: {
  readonly number: number
}): Program<{ readonly kind: 'taken' | 'over' | 'expired' }> {
  const found = yield* findAuthorization(number)
  if (found === undefined || found.takenAt !== null || found.closedAt !== null) return { kind: 'over' }
  const now = yield* storeNow()
  if (found.expiresAt <= now) return { kind: 'expired' }
  yield* run('UPDATE authorizations SET taken_at = ? WHERE number = ?', now, number)
  return { kind: 'taken' }
}

/** For a code of which no byte was sent: the same callback may be handed in again. */
export function* releaseAuthorization({ number }: { readonly number: number }): Program<boolean> {
  const changed = yield* run(
    'UPDATE authorizations SET taken_at = NULL WHERE number = ? AND closed_at IS NULL AND received_at IS NULL',
    number,
  )
  return changed === 1
}

export type KeepAuthorizationReply = {
  readonly number: number
  readonly sealedReply: Uint8Array
  /** As far as it is known where the reply comes from the spool. */
  readonly leftFrom?: string | undefined
}

export function* keepAuthorizationReply({
  number,
  sealedReply,
  leftFrom,
}: KeepAuthorizationReply): Program<{ readonly kind: 'kept' | 'unknown' }> {
  const changed = yield* run(
    `UPDATE authorizations SET sealed_reply = ?, received_at = ?, left_from = coalesce(?, left_from)
     WHERE number = ? AND received_at IS NULL AND closed_at IS NULL`,
    ...[sealedReply, yield* storeNow(), leftFrom ?? null, number],
  )
  return { kind: changed === 1 ? 'kept' : 'unknown' }
}

/** `error` is JSON without secrets; null where it has led to a connection. */
export function* closeAuthorization({
  number,
  error,
}: {
  readonly number: number
  readonly error: string | null
}): Program<boolean> {
  const changed = yield* run(
    `UPDATE authorizations SET closed_at = ?, error = ?, sealed_verifier = NULL, sealed_start = NULL, sealed_reply = NULL
     WHERE number = ? AND closed_at IS NULL`,
    ...[yield* storeNow(), error, number],
  )
  return changed === 1
}

/** Leaves one alone whose callback has come. */
export function* cancelAuthorization({
  number,
  error,
}: {
  readonly number: number
  readonly error: string
}): Program<boolean> {
  const found = yield* findAuthorization(number)
  if (found === undefined || found.takenAt !== null) return false
  return yield* closeAuthorization({ number, error })
}
