/** What an endpoint said of a refresh token: evidence for whoever judges a doubt (P-22). */
import type { ConnectionKey } from '../connection-key.ts'
import { all, one, run, storeNow, type Program } from '../../storage/program.ts'
import { whetherStale, type StaleGeneration } from './attempts.ts'
import { ownsFence, type Fenced, type Held } from './lease.ts'

export type StoredIntrospection = {
  readonly generation: number
  /** When it was asked and when it had answered, on the store's clock. */
  readonly at: number
  readonly endedAt: number
  readonly said: string
  /** Names the endpoint, the app and the credentials that were asked with: another's word counts for nothing here. */
  readonly askedOf: string
}

export type NoteIntrospection = Held & {
  readonly generation: number
  readonly said: string
  readonly askedOf: string
  /** How long the answer took, on the caller's monotonic clock, rounded up; what it says was true at `endedAt - tookMs` or later. */
  readonly tookMs: number
}

export function* noteIntrospection({
  key,
  fence,
  generation,
  said,
  askedOf,
  tookMs,
}: NoteIntrospection): Program<
  { readonly kind: 'noted'; readonly at: number; readonly endedAt: number } | Fenced | StaleGeneration
> {
  if (!(yield* ownsFence({ key, fence }))) return { kind: 'fenced' }
  const stale = yield* whetherStale(key, generation)
  if (stale !== undefined) return stale
  const endedAt = yield* storeNow()
  const at = endedAt - Math.ceil(Math.max(0, tookMs))
  const row = yield* one<{ place: number }>(
    `SELECT COALESCE(max(place), 0) + 1 AS place FROM introspections
     WHERE tenant = ? AND connection = ? AND generation = ? AND ended_at = ?`,
    ...[key.tenant, key.id, generation, endedAt],
  )
  yield* run(
    `INSERT INTO introspections (tenant, connection, generation, ended_at, place, at, said, asked_of)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[key.tenant, key.id, generation, endedAt, row?.place ?? 1, at, said, askedOf],
  )
  return { kind: 'noted', at, endedAt }
}

/** Of all generations, newest first: that an endpoint may ask at all, an earlier generation shows as well. */
export function* findIntrospections(
  { tenant, id }: ConnectionKey,
  limit: number,
): Program<readonly StoredIntrospection[]> {
  return yield* all<StoredIntrospection>(
    `SELECT generation, at, ended_at AS "endedAt", said, asked_of AS "askedOf" FROM introspections
     WHERE tenant = ? AND connection = ? ORDER BY generation DESC, ended_at DESC, place DESC LIMIT ?`,
    ...[tenant, id, limit],
  )
}
