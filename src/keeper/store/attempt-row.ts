/** The journal's rows: one attempt to exchange a refresh token, from the intent to what became of it. */
import type { ConnectionKey } from '../connection-key.ts'
import { all, one, type Program } from '../../storage/program.ts'

/** How far an attempt is known to have got. Whoever finds it open assumes the next step to have happened. */
export type Stage = 'prepared' | 'connected' | 'sent' | 'received'

export type StoredAttempt = {
  readonly attempt: number
  /** Of the refresh token that it sends. */
  readonly generation: number
  /** Of the lease under which it was prepared. */
  readonly fence: number
  readonly stage: Stage
  readonly preparedAt: number
  readonly connectedAt: number | null
  readonly sentAt: number | null
  /** Nothing of it reaches the org after this (P-21); null where nobody cuts the tunnel. */
  readonly tunnelEndsAt: number | null
  readonly receivedAt: number | null
  /** Null before it came and after it was erased. */
  readonly sealedReply: Uint8Array | null
  /** The address that the org saw, and the egress' name. */
  readonly leftFrom: string | null
  readonly egress: string | null
  /** Null as long as nobody has judged it. */
  readonly outcome: string | null
  /** The connection's generation after it was committed; null where it was not. */
  readonly ledTo: number | null
  /** Null while it is open. */
  readonly closedAt: number | null
}

const columns = `attempt, generation, fence, stage, prepared_at AS "preparedAt", connected_at AS "connectedAt", sent_at AS "sentAt",
  tunnel_ends_at AS "tunnelEndsAt", received_at AS "receivedAt", sealed_reply AS "sealedReply", left_from AS "leftFrom", egress,
  outcome, led_to AS "ledTo", closed_at AS "closedAt"`

export function* findAttempt({ tenant, id }: ConnectionKey, attempt: number): Program<StoredAttempt | undefined> {
  const text = `SELECT ${columns} FROM attempts WHERE tenant = ? AND connection = ? AND attempt = ?`
  return yield* one<StoredAttempt>(text, tenant, id, attempt)
}

/** Oldest first. */
export function* findOpenAttempts({ tenant, id }: ConnectionKey): Program<readonly StoredAttempt[]> {
  const text = `SELECT ${columns} FROM attempts
    WHERE tenant = ? AND connection = ? AND closed_at IS NULL ORDER BY attempt`
  return yield* all<StoredAttempt>(text, tenant, id)
}

/** Open and closed, newest first. */
export function* findAttempts({ tenant, id }: ConnectionKey, limit: number): Program<readonly StoredAttempt[]> {
  const text = `SELECT ${columns} FROM attempts WHERE tenant = ? AND connection = ? ORDER BY attempt DESC LIMIT ?`
  return yield* all<StoredAttempt>(text, tenant, id, limit)
}

/** An open attempt of this generation whose reply lies here and waits to be adopted (P-20); the oldest. */
export function* findReply({ tenant, id }: ConnectionKey, generation: number): Program<StoredAttempt | undefined> {
  const text = `SELECT ${columns} FROM attempts WHERE tenant = ? AND connection = ? AND closed_at IS NULL
    AND generation = ? AND sealed_reply IS NOT NULL ORDER BY attempt LIMIT 1`
  return yield* one<StoredAttempt>(text, tenant, id, generation)
}
