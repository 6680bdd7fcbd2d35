/** Saving configuration: all changes of one save in one transaction, each with compare-and-set on what its author saw, the settings versions
 *  raised so that redemptions decided before lose theirs (P-06), and an audit row (SF-146). */
import { numberedId } from '../../values/salesforce-id.ts'
import { all, one, run, type Program } from '../../storage/program.ts'
import type { AppKind } from '../rules/fields.ts'
import { recordAudit, type AuditEntry } from './audit.ts'
import type { ObjectKind } from './objects.ts'
import { canonicalUsername } from './users.ts'

type Content = {
  readonly name: string
  /** The content that the author saw; null: the object must not be there. */
  readonly expects: string | null
  readonly content: string
  /** What the org file says; left out: as it was. */
  readonly applied?: string | null
}
export type AppChange = Content & {
  readonly kind: 'app'
  readonly appKind: AppKind
  readonly consumerKey: string
  /** Left out: as it was. */
  readonly sealedSecret?: Uint8Array
  readonly listChanged: boolean
  /** Ends every grant of the app, as a rotation of its secret does (SF-213). */
  readonly endsGrants?: 'key-rotated'
}
export type ObjectChange = Content & { readonly kind: 'object'; readonly objectKind: Exclude<ObjectKind, AppKind> }
export type UserChange = Content & {
  readonly kind: 'user'
  readonly isActive: boolean
  /** Left out: as it was; null: none yet, it will be hashed at its first use. */
  readonly passwordHash?: string | null
}
/** Deleting an app ends its grants. */
export type Deletion = {
  readonly kind: 'delete'
  readonly objectKind: ObjectKind
  readonly name: string
  readonly expects: string
}
export type Change = (AppChange | ObjectChange | UserChange | Deletion) & { readonly audit?: Omit<AuditEntry, 'at'> }

export type SavePlan = { readonly at: number; readonly changes: readonly Change[] }
export type SaveRefusal = 'stale' | 'name-taken' | 'key-taken'
export type SaveOutcome =
  | { readonly kind: 'saved'; readonly version: number; readonly ended: readonly string[] }
  /** Nothing was written. */
  | { readonly kind: 'refused'; readonly why: SaveRefusal; readonly name: string }

export function* save({ at, changes }: SavePlan): Program<SaveOutcome> {
  for (const change of changes) {
    const why = yield* refusalOf(change)
    if (why !== undefined) return { kind: 'refused', why, name: change.name }
  }
  const version = yield* nextVersion()
  const ended: string[] = []
  for (const change of changes) {
    ended.push(...(yield* write(change, { at, version })))
    if (change.audit !== undefined) yield* recordAudit({ ...change.audit, at })
  }
  if (changes.some(isSeenByAllApps)) yield* run('UPDATE apps SET version = ?', version)
  return { kind: 'saved', version, ended }
}

type Moment = { readonly at: number; readonly version: number }

function* refusalOf(change: Change): Program<SaveRefusal | undefined> {
  const row = yield* one<{ content: string }>(...whereIs(change))
  if ((row?.content ?? null) !== change.expects) return 'stale'
  if (change.kind !== 'app') return undefined
  const other = yield* one<{ name: string; kind: string }>(
    'SELECT name, kind FROM apps WHERE (name = ? AND kind <> ?) OR (consumer_key = ? AND name <> ?)',
    change.name,
    change.appKind,
    change.consumerKey,
    change.name,
  )
  if (other === undefined) return undefined
  return other.name === change.name ? 'name-taken' : 'key-taken'
}

function whereIs(change: Change): [sql: string, ...params: string[]] {
  if (change.kind === 'user') return ['SELECT content FROM users WHERE username = ?', canonicalUsername(change.name)]
  return ['SELECT content FROM objects WHERE kind = ? AND name = ?', kindOf(change), change.name]
}

function kindOf(change: Exclude<Change, UserChange>): ObjectKind {
  return change.kind === 'app' ? change.appKind : change.objectKind
}

/** One counter for the whole org, never given back: an app that is deleted and made anew has no version of its former life. */
function* nextVersion(): Program<number> {
  const row = yield* one<{ highest: number | null }>(
    `SELECT max(version) AS highest FROM (SELECT version FROM apps
       UNION ALL SELECT CAST(value AS BIGINT) FROM facts WHERE name = 'settings_version') AS versions`,
  )
  const version = (row?.highest ?? 0) + 1
  yield* run(
    `INSERT INTO facts (name, value) VALUES ('settings_version', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    String(version),
  )
  return version
}

function* write(change: Change, moment: Moment): Program<readonly string[]> {
  switch (change.kind) {
    case 'app':
      yield* writeObject(change.appKind, change, moment)
      return yield* writeApp(change, moment)
    case 'object':
      yield* writeObject(change.objectKind, change, moment)
      return []
    case 'user':
      yield* writeUser(change, moment)
      return []
    case 'delete':
      return yield* remove(change, moment)
  }
}

function* writeObject(kind: ObjectKind, { name, content, applied, expects }: Content, { at }: Moment): Program<void> {
  if (expects === null) {
    yield* run(
      'INSERT INTO objects (kind, name, content, applied, created_at, changed_at) VALUES (?, ?, ?, ?, ?, ?)',
      kind,
      name,
      content,
      applied ?? null,
      at,
      at,
    )
    return
  }
  yield* run('UPDATE objects SET content = ?, changed_at = ? WHERE kind = ? AND name = ?', content, at, kind, name)
  if (applied !== undefined)
    yield* run('UPDATE objects SET applied = ? WHERE kind = ? AND name = ?', applied, kind, name)
}

function* writeApp(change: AppChange, { at, version }: Moment): Program<readonly string[]> {
  yield* run(
    `INSERT INTO apps (name, kind, consumer_key, sealed_secret, version, list_version) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET consumer_key = excluded.consumer_key,
       sealed_secret = coalesce(excluded.sealed_secret, apps.sealed_secret), version = excluded.version,
       list_version = CASE WHEN ? = 1 THEN excluded.list_version ELSE apps.list_version END`,
    change.name,
    change.appKind,
    change.consumerKey,
    change.sealedSecret ?? null,
    version,
    version,
    change.listChanged ? 1 : 0,
  )
  return change.endsGrants === undefined ? [] : yield* endGrantsOfApp(change.name, { at, reason: change.endsGrants })
}

function* writeUser(change: UserChange, { at }: Moment): Program<void> {
  const username = canonicalUsername(change.name)
  const active = change.isActive ? 1 : 0
  if (change.expects === null) {
    const count = yield* one<{ n: number }>('SELECT count(*) AS n FROM users')
    yield* run(
      'INSERT INTO users (id, username, content, applied, password_hash, is_active, created_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      numberedId('005', (count?.n ?? 0) + 1), // users are never deleted, only deactivated
      username,
      change.content,
      change.applied ?? null,
      change.passwordHash ?? null,
      active,
      at,
      at,
    )
    return
  }
  yield* run(
    'UPDATE users SET content = ?, is_active = ?, changed_at = ? WHERE username = ?',
    change.content,
    active,
    at,
    username,
  )
  if (change.applied !== undefined)
    yield* run('UPDATE users SET applied = ? WHERE username = ?', change.applied, username)
  if (change.passwordHash !== undefined)
    yield* run('UPDATE users SET password_hash = ? WHERE username = ?', change.passwordHash, username)
  // a login made with the password before, or by someone who may no longer log in, ends
  if (change.passwordHash !== undefined || !change.isActive) {
    yield* run('DELETE FROM browser_sessions WHERE user_id IN (SELECT id FROM users WHERE username = ?)', username)
  }
}

function* remove({ objectKind, name }: Deletion, { at }: Moment): Program<readonly string[]> {
  yield* run('DELETE FROM objects WHERE kind = ? AND name = ?', objectKind, name)
  if (objectKind !== 'externalClientApp' && objectKind !== 'connectedApp') return []
  yield* run('DELETE FROM apps WHERE name = ?', name)
  yield* run('DELETE FROM codes WHERE app = ?', name)
  return yield* endGrantsOfApp(name, { at, reason: 'revoked' })
}

function* endGrantsOfApp(
  app: string,
  { at, reason }: { readonly at: number; readonly reason: string },
): Program<readonly string[]> {
  const live = yield* all<{ id: string }>('SELECT id FROM grants WHERE app = ? AND ended IS NULL', app)
  yield* run(
    `UPDATE grants SET ended = ?, ended_at = ?, sealed_successor = NULL, parent_open_since = NULL WHERE app = ? AND ended IS NULL`,
    reason,
    at,
    app,
  )
  return live.map(({ id }) => id)
}

/** Org settings, profiles, permission sets and users can be part of a decision on any app. */
function isSeenByAllApps(change: Change): boolean {
  if (change.kind === 'app') return false
  return change.kind !== 'delete' || (change.objectKind !== 'externalClientApp' && change.objectKind !== 'connectedApp')
}
