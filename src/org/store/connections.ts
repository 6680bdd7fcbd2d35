/** Live refresh tokens as OAuth usage shows them: by app, by user, one by one (SF-234 to SF-236). */
import { all, one, type Program, type SqlValue } from '../../storage/program.ts'

export type ConnectionRow = {
  /** Of the grant: what stands for its refresh token towards the outside. */
  readonly id: string
  readonly app: string
  readonly userId: string
  readonly username: string
  readonly authorizedAt: number
  readonly lastUsedAt: number
  /** Refused attempts count as well (SF-234). */
  readonly uses: number
}
export type ConnectionQuery = {
  readonly app?: string | undefined
  readonly userId?: string | undefined
  readonly id?: string | undefined
}
export type Page = { readonly limit: number; readonly offset: number }

const from = `FROM grants g JOIN users u ON u.id = g.user_id LEFT JOIN grant_refusals r ON r.grant_id = g.id
  WHERE g.ended IS NULL AND g.token_hash IS NOT NULL
    AND (? IS NULL OR g.app = ?) AND (? IS NULL OR g.user_id = ?) AND (? IS NULL OR g.id = ?)`

/** Ordered by id. */
export function* findConnections(query: ConnectionQuery & Page): Program<ConnectionRow[]> {
  return yield* all<ConnectionRow>(
    `SELECT g.id, g.app, g.user_id AS "userId", u.username, g.authorized_at AS "authorizedAt", g.last_used_at AS "lastUsedAt",
       g.uses + COALESCE(r.refusals, 0) AS uses ${from} ORDER BY g.id LIMIT ? OFFSET ?`,
    ...conditions(query),
    query.limit,
    query.offset,
  )
}

export function* countConnections(query: ConnectionQuery): Program<number> {
  const row = yield* one<{ count: number }>(`SELECT count(*) AS count ${from}`, ...conditions(query))
  return row?.count ?? 0
}

export type ConnectedUserRow = Omit<ConnectionRow, 'id' | 'app'>

/** Users of one app, each once with all of his connections taken together; ordered by user id. */
export function* findConnectedUsers({ app, limit, offset }: { app: string } & Page): Program<ConnectedUserRow[]> {
  return yield* all<ConnectedUserRow>(
    `SELECT g.user_id AS "userId", u.username, min(g.authorized_at) AS "authorizedAt", max(g.last_used_at) AS "lastUsedAt",
       CAST(sum(g.uses + COALESCE(r.refusals, 0)) AS BIGINT) AS uses ${from} GROUP BY g.user_id, u.username ORDER BY g.user_id LIMIT ? OFFSET ?`,
    ...conditions({ app }),
    limit,
    offset,
  )
}

export function* countUsers(): Program<number> {
  return (yield* one<{ count: number }>('SELECT count(*) AS count FROM users'))?.count ?? 0
}

function conditions({ app = null, userId = null, id = null }: { [K in keyof ConnectionQuery]: SqlValue | undefined }) {
  return [app, app, userId, userId, id, id]
}
