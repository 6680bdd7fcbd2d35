/** Login history as LoginHistory shows it, in pages that what comes meanwhile does not shift. */
import { all, one, type Program, type SqlValue } from '../../storage/program.ts'
import type { HistoryEntry } from './history.ts'
import { idAt } from './record-ids.ts'

export type LoginRow = Pick<
  HistoryEntry,
  'id' | 'at' | 'userId' | 'loginType' | 'subType' | 'app' | 'sourceIp' | 'status' | 'userAgent' | 'forwardedFor'
>

export type LoginQuery = {
  readonly id?: number | undefined
  readonly userId?: string | undefined
  readonly loginType?: string | undefined
  /** Both inclusive, in milliseconds. */
  readonly from: number
  readonly to: number
}
export type LoginPage = LoginQuery & {
  /** Nothing with a higher id: what has come since the first page. */
  readonly newest: number
  /** The last id of the page before. */
  readonly beyond: number | undefined
  readonly descending: boolean
  readonly limit: number
}

const columns = `id, at, login_type AS "loginType", sub_type AS "subType", app, user_id AS "userId", source_ip AS "sourceIp",
  forwarded_for AS "forwardedFor", user_agent AS "userAgent", status`

export function* findLogins(page: LoginPage): Program<LoginRow[]> {
  const { where, params } = conditions(page)
  const { beyond, descending, limit } = page
  const beyondPage = beyond === undefined ? '' : descending ? 'AND id < ?' : 'AND id > ?'
  return yield* all<LoginRow>(
    `SELECT ${columns} FROM login_history WHERE ${where} ${beyondPage} ORDER BY id ${descending ? 'DESC' : 'ASC'} LIMIT ?`,
    ...params,
    ...(beyond === undefined ? [] : [beyond]),
    limit,
  )
}

export function* countLogins(query: LoginQuery & { readonly newest: number }): Program<number> {
  const { where, params } = conditions(query)
  return (
    (yield* one<{ count: number }>(`SELECT count(*) AS count FROM login_history WHERE ${where}`, ...params))?.count ?? 0
  )
}

export function* findNewestLogin(): Program<number> {
  return (yield* one<{ id: number }>('SELECT id FROM login_history ORDER BY id DESC LIMIT 1'))?.id ?? 0
}

function conditions({ id, userId, loginType, from, to, newest }: LoginQuery & { readonly newest: number }): {
  readonly where: string
  readonly params: readonly SqlValue[]
} {
  const parts: [string, SqlValue][] = [
    ['id >= ?', idAt(Math.max(0, from))], // an id is never lower than that of its instant, and may be higher
    ['at >= ?', from],
    ['at <= ?', to],
    ['id <= ?', newest],
  ]
  if (id !== undefined) parts.push(['id = ?', id])
  if (userId !== undefined) parts.push(['user_id = ?', userId])
  if (loginType !== undefined) parts.push(['login_type = ?', loginType])
  return {
    where: parts.map(([text]) => text).join(' AND '),
    params: parts.map(([, value]) => value),
  }
}
