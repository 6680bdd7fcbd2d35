/** Links by which a person authorizes a connection again. Of the ticket in it the store has the hash. */
import type { ConnectionKey } from '../connection-key.ts'
import { one, run, storeNow, type Program } from '../../storage/program.ts'

export type NewTicket = { readonly hash: string; readonly key: ConnectionKey; readonly forMs: number }

/** How many links of one connection are good at once; of more the oldest goes. */
const most = 100

/** `unknown`: there is no such connection. */
export function* makeTicket({
  hash,
  key,
  forMs,
}: NewTicket): Program<{ readonly kind: 'made'; readonly expiresAt: number } | { readonly kind: 'unknown' }> {
  const connection = yield* one('SELECT id FROM connections WHERE tenant = ? AND id = ?', key.tenant, key.id)
  if (connection === undefined) return { kind: 'unknown' }
  const now = yield* storeNow()
  yield* run(
    `DELETE FROM tickets WHERE tenant = ? AND connection = ? AND hash NOT IN
       (SELECT hash FROM tickets WHERE tenant = ? AND connection = ? ORDER BY made_at DESC LIMIT ?)`,
    ...[key.tenant, key.id, key.tenant, key.id, most - 1],
  )
  yield* run(
    'INSERT INTO tickets (hash, tenant, connection, made_at, expires_at) VALUES (?, ?, ?, ?, ?)',
    ...[hash, key.tenant, key.id, now, now + forMs],
  )
  return { kind: 'made', expiresAt: now + forMs }
}

export type StoredTicket = {
  readonly key: ConnectionKey
  /** On the store's clock. */
  readonly state: 'good' | 'expired' | 'spent' | 'revoked'
}

export function* findTicket(hash: string): Program<StoredTicket | undefined> {
  const row = yield* one<{
    tenant: string
    connection: string
    expiresAt: number
    spentAt: number | null
    revokedAt: number | null
  }>(
    `SELECT tenant, connection, expires_at AS "expiresAt", spent_at AS "spentAt", revoked_at AS "revokedAt" FROM tickets WHERE hash = ?`,
    hash,
  )
  if (row === undefined) return undefined
  const over = row.spentAt !== null ? 'spent' : row.revokedAt !== null ? 'revoked' : undefined
  const state = over ?? (row.expiresAt <= (yield* storeNow()) ? 'expired' : 'good')
  return { key: { tenant: row.tenant, id: row.connection }, state }
}

/** In the transaction of what it has led to. False where another login by the same link was quicker, or it was revoked meanwhile. */
export function* spendTicket(hash: string): Program<boolean> {
  const changed = yield* run(
    'UPDATE tickets SET spent_at = ? WHERE hash = ? AND spent_at IS NULL AND revoked_at IS NULL',
    ...[yield* storeNow(), hash],
  )
  return changed === 1
}

/** Of one connection all that are good; resolves with how many there were. A login that was begun by one of them comes to nothing. */
export function* revokeTickets({ tenant, id }: ConnectionKey): Program<number> {
  return yield* run(
    `UPDATE tickets SET revoked_at = ? WHERE tenant = ? AND connection = ? AND spent_at IS NULL AND revoked_at IS NULL`,
    ...[yield* storeNow(), tenant, id],
  )
}
