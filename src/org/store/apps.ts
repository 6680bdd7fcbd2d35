/** What a redemption compares of an app, and what no JSON may show. */
import { all, one, type Program } from '../../storage/program.ts'
import type { AppKind } from '../rules/fields.ts'

export type AppRow = {
  readonly name: string
  readonly kind: AppKind
  readonly consumerKey: string
  readonly sealedSecret: Uint8Array | null
  readonly version: number
  /** Rises with each change of this app's allowlist or its switch: the allowlist's ETag. */
  readonly listVersion: number
  readonly content: string
  readonly applied: string | null
  readonly createdAt: number
  readonly changedAt: number
}

const select = `SELECT a.name, a.kind, a.consumer_key AS "consumerKey", a.sealed_secret AS "sealedSecret", a.version,
  a.list_version AS "listVersion", o.content, o.applied, o.created_at AS "createdAt", o.changed_at AS "changedAt"
  FROM apps a JOIN objects o ON o.kind = a.kind AND o.name = a.name`

export function* findApp(name: string): Program<AppRow | undefined> {
  return yield* one<AppRow>(`${select} WHERE a.name = ?`, name)
}

/** Ordered by name; `above` is the last name of the page before. */
export function* findApps({ above, limit }: { above?: string | undefined; limit: number }): Program<AppRow[]> {
  return yield* all<AppRow>(`${select} WHERE a.name > ? ORDER BY a.name LIMIT ?`, above ?? '', limit)
}

export function* findAppVersions(): Program<{ readonly name: string; readonly version: number }[]> {
  return yield* all<{ name: string; version: number }>('SELECT name, version FROM apps ORDER BY name')
}
