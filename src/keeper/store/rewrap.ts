/** Data keys under another key of the keyring: found, and changed one by one. */
import type { ConnectionKey } from '../connection-key.ts'
import { all, run, type Program } from '../../storage/program.ts'
import type { AppKey } from './apps.ts'
import type { StoredKey } from './connection-row.ts'

export type RewrapKey = {
  readonly key: ConnectionKey
  /** As it was read. Its bytes count as well as its name: an adoption may have brought another data key under the same name meanwhile. */
  readonly from: StoredKey
  readonly wrapped: StoredKey
}

/** Changes no version: what is sealed stays as it is. False where the key is another one by now, and nothing was changed. */
export function* rewrapKey({ key, from, wrapped }: RewrapKey): Program<boolean> {
  const changed = yield* run(
    `UPDATE connections SET key_name = ?, wrapped_key = ? WHERE tenant = ? AND id = ? AND key_name = ? AND wrapped_key = ?`,
    ...[wrapped.key, wrapped.bytes, key.tenant, key.id, from.key, from.bytes],
  )
  return changed === 1
}

export type RewrapAppKey = Omit<RewrapKey, 'key'> & { readonly key: AppKey }

export function* rewrapAppKey({ key, from, wrapped }: RewrapAppKey): Program<boolean> {
  const changed = yield* run(
    `UPDATE apps SET key_name = ?, wrapped_key = ? WHERE tenant = ? AND name = ? AND key_name = ? AND wrapped_key = ?`,
    ...[wrapped.key, wrapped.bytes, key.tenant, key.name, from.key, from.bytes],
  )
  return changed === 1
}

type KeyRow = { readonly tenant: string; readonly id: string; readonly bytes: Uint8Array }
export type WrappedConnection = { readonly key: ConnectionKey; readonly wrapped: StoredKey }
export type WrappedApp = { readonly key: AppKey; readonly wrapped: StoredKey }

/** Connections of all tenants whose data key is wrapped under this key of the keyring, any `limit` of them: those that are changed leave the list. */
export function* findWrappedConnections(name: string, limit: number): Program<readonly WrappedConnection[]> {
  const text = 'SELECT tenant, id, wrapped_key AS bytes FROM connections WHERE key_name = ? ORDER BY tenant, id LIMIT ?'
  const rows = yield* all<KeyRow>(text, name, limit)
  return rows.map(({ tenant, id, bytes }) => ({ key: { tenant, id }, wrapped: { key: name, bytes } }))
}

export function* findWrappedApps(name: string, limit: number): Program<readonly WrappedApp[]> {
  const text =
    'SELECT tenant, name AS id, wrapped_key AS bytes FROM apps WHERE key_name = ? ORDER BY tenant, name LIMIT ?'
  const rows = yield* all<KeyRow>(text, name, limit)
  return rows.map(({ tenant, id, bytes }) => ({ key: { tenant, name: id }, wrapped: { key: name, bytes } }))
}

export type KeyUse = { readonly key: string; readonly count: number }

/** How many data keys each key of the keyring wraps; one that is not among them may go. A login whose reply is kept and not dealt with counts as well: its data
 *  key, which is never wrapped anew, becomes the connection's. */
export function* countKeyUses(): Program<readonly KeyUse[]> {
  return yield* all<KeyUse>(
    `SELECT key_name AS key, count(*) AS count FROM
       (SELECT key_name FROM connections UNION ALL SELECT key_name FROM apps WHERE key_name IS NOT NULL
        UNION ALL SELECT key_name FROM authorizations WHERE received_at IS NOT NULL AND closed_at IS NULL) AS used
     GROUP BY key_name ORDER BY key_name`,
  )
}
