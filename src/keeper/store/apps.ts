/** What the keeper is towards an org: client id, sealed secret, login host. */
import { all, one, run, storeNow, type Program, type SqlValue } from '../../storage/program.ts'
import type { StoredKey } from './connection-row.ts'

export type AppKey = { readonly tenant: string; readonly name: string }
/** A client secret, or a private key where `authentication` says so. */
export type SealedSecret = { readonly sealed: Uint8Array; readonly dataKey: StoredKey }
export type AppSettings = {
  readonly loginUrl: string
  readonly clientId: string
  readonly redirectUri: string | null
  /** Space separated. */
  readonly scopes: string | null
  /** `post`, `basic` or `private_key_jwt`. */
  readonly authentication: string
  /** Null for a public client. */
  readonly secret: SealedSecret | null
}
export type StoredApp = AppSettings & {
  readonly key: AppKey
  readonly createdAt: number
  readonly version: number
}

const columns = `tenant, name, login_url AS "loginUrl", client_id AS "clientId", redirect_uri AS "redirectUri", scopes, authentication,
  sealed_secret AS "sealedSecret", key_name AS "keyName", wrapped_key AS "wrappedKey", created_at AS "createdAt", version`
type AppRow = Omit<StoredApp, 'key' | 'secret'> &
  AppKey & {
    readonly sealedSecret: Uint8Array | null
    readonly keyName: string | null
    readonly wrappedKey: Uint8Array | null
  }

export function* findApp({ tenant, name }: AppKey): Program<StoredApp | undefined> {
  const row = yield* one<AppRow>(`SELECT ${columns} FROM apps WHERE tenant = ? AND name = ?`, tenant, name)
  return row === undefined ? undefined : appOf(row)
}

export type AppsQuery = {
  readonly tenant: string
  /** The cursor of the page before: only apps with a greater name. */
  readonly above?: string | undefined
  readonly limit: number
}

/** By name. */
export function* findApps({ tenant, above = '', limit }: AppsQuery): Program<readonly StoredApp[]> {
  return yield* findAppsOf('WHERE tenant = ? AND name > ? ORDER BY name LIMIT ?', tenant, above, limit)
}

/** `rest`: what comes after the table. */
export function* findAppsOf(rest: string, ...params: SqlValue[]): Program<readonly StoredApp[]> {
  return (yield* all<AppRow>(`SELECT ${columns} FROM apps ${rest}`, ...params)).map(appOf)
}

function appOf({ tenant, name, sealedSecret, keyName, wrappedKey, ...rest }: AppRow): StoredApp {
  const sealed = sealedSecret !== null && keyName !== null && wrappedKey !== null
  return {
    ...rest,
    key: { tenant, name },
    secret: sealed ? { sealed: sealedSecret, dataKey: { key: keyName, bytes: wrappedKey } } : null,
  }
}

export type SaveApp = {
  readonly key: AppKey
  /** The version that was changed; 0 for an app that is not to exist yet. */
  readonly expects: number
  readonly settings: AppSettings
}

export function* saveApp({
  key: { tenant, name },
  expects,
  settings,
}: SaveApp): Program<{ readonly kind: 'saved' | 'stale-version'; readonly version: number }> {
  const version = (yield* findApp({ tenant, name }))?.version ?? 0
  if (version !== expects) return { kind: 'stale-version', version }
  const { loginUrl, clientId, redirectUri, scopes, authentication, secret } = settings
  yield* run(
    `INSERT INTO apps (tenant, name, login_url, client_id, redirect_uri, scopes, authentication, sealed_secret, key_name, wrapped_key,
       created_at, version)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)
     ON CONFLICT (tenant, name) DO UPDATE SET login_url = excluded.login_url, client_id = excluded.client_id,
       redirect_uri = excluded.redirect_uri, scopes = excluded.scopes, authentication = excluded.authentication, sealed_secret = excluded.sealed_secret,
       key_name = excluded.key_name, wrapped_key = excluded.wrapped_key, version = apps.version + 1`,
    ...[tenant, name, loginUrl, clientId, redirectUri, scopes, authentication],
    ...[secret?.sealed ?? null, secret?.dataKey.key ?? null, secret?.dataKey.bytes ?? null, yield* storeNow()],
  )
  return { kind: 'saved', version: version + 1 }
}

/** Refused while a connection uses it. */
export function* removeApp({ tenant, name }: AppKey): Program<{ readonly kind: 'removed' | 'in-use' | 'unknown' }> {
  const used = yield* one('SELECT id FROM connections WHERE tenant = ? AND app = ? LIMIT 1', tenant, name)
  if (used !== undefined) return { kind: 'in-use' }
  const changed = yield* run('DELETE FROM apps WHERE tenant = ? AND name = ?', tenant, name)
  return { kind: changed === 1 ? 'removed' : 'unknown' }
}
