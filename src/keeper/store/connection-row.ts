/** A connection as its row holds it. */
import type { ConnectionKey } from '../connection-key.ts'
import { one, type Program } from '../../storage/program.ts'

/** A data key wrapped by the keyring's key of that name. */
export type StoredKey = { readonly key: string; readonly bytes: Uint8Array }

/** A live or once live access token, sealed. `generation` and `attempt` are what it is sealed to. */
export type StoredAccess = {
  readonly sealed: Uint8Array
  readonly generation: number
  /** 0: it came with an adoption. */
  readonly attempt: number
  readonly issuedAt: number
  /** Null: not known. */
  readonly expiresAt: number | null
}

/** What a caller says of an access token that it stores; what it is sealed to, the write knows. */
export type NewAccess = Pick<StoredAccess, 'sealed' | 'issuedAt' | 'expiresAt'>

/** Who the org says that this is; null where it has not said. */
export type Identity = {
  readonly orgId: string | null
  readonly userId: string | null
  readonly username: string | null
  readonly instanceUrl: string | null
}

export type StoredConnection = Identity & {
  readonly key: ConnectionKey
  readonly app: string
  /** Of the token endpoint: production, sandbox or My Domain. */
  readonly loginUrl: string
  /** Named by the keeper's rules; the store only compares it. */
  readonly state: string
  readonly stateSince: number
  readonly why: string | null
  readonly generation: number
  readonly soleHolder: boolean
  readonly dataKey: StoredKey
  /** Sealed to `generation` and `refreshAttempt`; 0 for an adopted token. */
  readonly sealedRefresh: Uint8Array
  readonly refreshAttempt: number
  readonly access: StoredAccess | null
  /** How long the org's sessions were last seen to live, the refusals that taught it, and how many tokens have served until their end since. */
  readonly sessionSeconds: number | null
  readonly sessionRefusals: number
  readonly sessionServed: number
  /** Exchanges in a row that went wrong. */
  readonly failures: number
  readonly lastExchangeAt: number | null
  readonly lastEgress: string | null
  /** Null: nothing is due by itself. */
  readonly nextDueAt: number | null
  /** Of the last token reply whose signature could be judged (SF-46); null: none could. */
  readonly signature: string | null
  /** Since when another keeper has it; null: it is ours. */
  readonly handedOverAt: number | null
  /** Names the export in which it went there. */
  readonly handedOverIn: string | null
  readonly createdAt: number
  /** Rises with every change of tokens or state. */
  readonly version: number
}

export const connectionColumns = `c.tenant, c.id, c.app, c.login_url AS "loginUrl", c.org_id AS "orgId", c.user_id AS "userId", c.username,
  c.instance_url AS "instanceUrl", c.state, c.state_since AS "stateSince", c.why, c.generation, c.sole_holder AS "soleHolder",
  c.key_name AS "keyName", c.wrapped_key AS "wrappedKey", c.sealed_refresh AS "sealedRefresh", c.refresh_attempt AS "refreshAttempt",
  c.sealed_access AS "sealedAccess", c.access_generation AS "accessGeneration", c.access_attempt AS "accessAttempt",
  c.access_issued_at AS "accessIssuedAt", c.access_expires_at AS "accessExpiresAt", c.session_seconds AS "sessionSeconds",
  c.session_refusals AS "sessionRefusals", c.session_served AS "sessionServed", c.failures,
  c.last_exchange_at AS "lastExchangeAt", c.last_egress AS "lastEgress", c.next_due_at AS "nextDueAt",
  c.signature, c.handed_over_at AS "handedOverAt", c.handed_over_in AS "handedOverIn", c.created_at AS "createdAt", c.version`

/** The columns above under their names. */
export type ConnectionRow = Omit<StoredConnection, 'key' | 'soleHolder' | 'dataKey' | 'access'> &
  AccessColumns & {
    readonly tenant: string
    readonly id: string
    readonly soleHolder: number
    readonly keyName: string
    readonly wrappedKey: Uint8Array
  }

export type AccessColumns = {
  readonly sealedAccess: Uint8Array | null
  readonly accessGeneration: number | null
  readonly accessAttempt: number | null
  readonly accessIssuedAt: number | null
  readonly accessExpiresAt: number | null
}

export function connectionOf(row: ConnectionRow): StoredConnection {
  const { tenant, id, soleHolder, keyName, wrappedKey, ...rest } = row
  const { sealedAccess, accessGeneration, accessAttempt, accessIssuedAt, accessExpiresAt, ...same } = rest
  return {
    ...same,
    key: { tenant, id },
    soleHolder: soleHolder === 1,
    dataKey: { key: keyName, bytes: wrappedKey },
    access: accessOf({ sealedAccess, accessGeneration, accessAttempt, accessIssuedAt, accessExpiresAt }),
  }
}

export function accessOf(row: AccessColumns): StoredAccess | null {
  const { sealedAccess, accessGeneration, accessAttempt, accessIssuedAt, accessExpiresAt } = row
  if (sealedAccess === null) return null
  // the four are written together
  if (accessGeneration === null || accessAttempt === null || accessIssuedAt === null)
    throw new Error('an access token is stored without what it is sealed to')
  return {
    ...{ sealed: sealedAccess, generation: accessGeneration, attempt: accessAttempt },
    ...{ issuedAt: accessIssuedAt, expiresAt: accessExpiresAt },
  }
}

const byKey = `SELECT ${connectionColumns} FROM connections c WHERE c.tenant = ? AND c.id = ?`

export function* findConnection({ tenant, id }: ConnectionKey): Program<StoredConnection | undefined> {
  const row = yield* one<ConnectionRow>(byKey, tenant, id)
  return row === undefined ? undefined : connectionOf(row)
}
