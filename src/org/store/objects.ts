/** Metadata objects at rest: one row each, JSON without any secret. */
import { all, one, type Program } from '../../storage/program.ts'

/** Singletons have the name `org`. Users have a table of their own. */
export type ObjectKind =
  | 'organization'
  | 'securitySettings'
  | 'oauthOidcSettings'
  | 'connectedAppSettings'
  | 'externalClientAppSettings'
  | 'profile'
  | 'permissionSet'
  | 'externalClientApp'
  | 'connectedApp'
export const singletonName = 'org'

export type ObjectRow = {
  readonly kind: ObjectKind
  readonly name: string
  readonly content: string
  /** What the org file said when it was last applied; null for what it never named. */
  readonly applied: string | null
  readonly createdAt: number
  readonly changedAt: number
}

const columns = 'kind, name, content, applied, created_at AS "createdAt", changed_at AS "changedAt"'

export function* findObject(kind: ObjectKind, name: string): Program<ObjectRow | undefined> {
  return yield* one<ObjectRow>(`SELECT ${columns} FROM objects WHERE kind = ? AND name = ?`, kind, name)
}

/** Ordered by name; `above` is the last name of the page before. */
export function* findObjects(
  kind: ObjectKind,
  { above, limit }: { readonly above?: string | undefined; readonly limit: number },
): Program<ObjectRow[]> {
  return yield* all<ObjectRow>(
    `SELECT ${columns} FROM objects WHERE kind = ? AND name > ? ORDER BY name LIMIT ?`,
    kind,
    above ?? '',
    limit,
  )
}

export function* findAllObjects(): Program<ObjectRow[]> {
  return yield* all<ObjectRow>(`SELECT ${columns} FROM objects ORDER BY kind, name`)
}

/** Everything but the apps: what holds for the whole org. */
export function* findOrgWide(): Program<ObjectRow[]> {
  return yield* all<ObjectRow>(
    `SELECT ${columns} FROM objects WHERE kind IN ('organization', 'securitySettings', 'oauthOidcSettings', 'connectedAppSettings',
       'externalClientAppSettings')`,
  )
}
