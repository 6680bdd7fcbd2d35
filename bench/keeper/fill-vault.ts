/** A vault of many connections that fall due one after the other over a day. Those that fall due first are real; the others are copies of one row, which no
 *  measurement opens. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { adoptMany, openQuietKeeper } from './no-host.ts'

const day = 24 * 3_600_000

export type VaultPlan = { readonly connections: number; readonly real: number; readonly loginUrl: string }

export async function fillVault(folder: string, { connections, real, loginUrl }: VaultPlan): Promise<void> {
  const keeper = await openQuietKeeper(folder)
  await adoptMany(keeper, real, { loginUrl, withAccess: false })
  await keeper.close()
  using database = new DatabaseSync(join(folder, 'keeper.db'))
  database.exec('BEGIN')
  copyRows(database, 'connections', { like: 'id', count: connections - real })
  copyRows(database, 'leases', { like: 'connection', count: connections - real })
  // heartbeats, on the 25th day of 30: the real ones first, each at its place in the day
  database
    .prepare(
      `UPDATE connections SET next_due_at = due.at, created_at = due.at - 25 * ?, last_exchange_at = due.at - 25 * ? FROM
         (SELECT id, ? + row_number() OVER (ORDER BY substr(id, 1, 1), rowid) * ? AS at FROM connections) AS due
       WHERE due.id = connections.id`,
    )
    .run(day, day, Date.now(), Math.round(day / connections))
  database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)')
  const { rows } =
    database.prepare('SELECT count(*) AS rows FROM connections WHERE next_due_at IS NOT NULL').get() ?? {}
  if (rows !== connections) throw new Error(`the vault has ${String(rows)} connections`)
}

/** Named `x1`, `x2`, …, behind the real ones in every order. */
function copyRows(database: DatabaseSync, table: string, { like, count }: { like: string; count: number }): void {
  const names = database
    .prepare(`PRAGMA table_info(${table})`)
    .all()
    .map(({ name }) => String(name))
  const values = names.map((name) => (name === like ? `'x' || n.i` : `t.${name}`))
  database
    .prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       INSERT INTO ${table} (${names.join(', ')}) SELECT ${values.join(', ')} FROM n, ${table} t WHERE t.${like} = 'c0'`,
    )
    .run(count)
}
