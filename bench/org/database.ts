/** What the bench reads and prepares in the org's own file, only while no org runs on it (P-14). */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'

export type TableSize = {
  readonly rows: number
  /** Of the table and its indexes. */
  readonly pages: number
  /** Of the pages' content, without their free room. */
  readonly payloadBytes: number
  /** Of the whole file, log included: history is in there as well. */
  readonly fileBytes: number
}

/** The grants table as it is after a checkpoint. */
export function grantsSize(folder: string): TableSize {
  using db = openStopped(folder)
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  const size = `SELECT count(*) AS pages, sum(payload) AS payload FROM dbstat
    WHERE name IN (SELECT name FROM sqlite_schema WHERE tbl_name = 'grants')`
  const { pages, payload } = db.prepare(size).get() ?? {}
  const { rows } = db.prepare('SELECT count(*) AS rows FROM grants').get() ?? {}
  const { size: fileBytes } = statSync(join(folder, 'org.db'))
  return { rows: Number(rows), pages: Number(pages), payloadBytes: Number(payload), fileBytes }
}

/** Copies the newest grant until there are `total`, each for a user of its own, who is a copy as well: one user has at most five (SF-209).
 *  Ids and tokens' hashes are fresh, so none of the copies can be redeemed. */
export function fillGrants(folder: string, total: number): void {
  using db = openStopped(folder)
  const { rows } = db.prepare('SELECT count(*) AS rows FROM grants').get() ?? {}
  if (Number(rows) === 0) throw new Error('there is no grant to copy')
  const random = 'lower(hex(randomblob(16)))'
  copy(
    db,
    {
      table: 'users',
      newest: 'created_at',
      fresh: { id: userId, username: `'idle' || i || '@bench.example'`, applied: 'NULL' },
    },
    total - Number(rows),
  )
  copy(
    db,
    { table: 'grants', newest: 'authorized_at', fresh: { id: random, token_hash: random, user_id: userId } },
    total - Number(rows),
  )
}

const userId = `'005B' || substr('00000000000' || i, -11) || 'AAA'`

type Copied = { readonly table: string; readonly newest: string; readonly fresh: Readonly<Record<string, string>> }

function copy(db: DatabaseSync, { table, newest, fresh }: Copied, count: number): void {
  const names = columns(db, table)
  db.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
     INSERT INTO ${table} (${names.join(', ')})
     SELECT ${names.map((name) => fresh[name] ?? name).join(', ')} FROM n, (SELECT * FROM ${table} ORDER BY ${newest} DESC LIMIT 1)`,
  ).run(count)
}

function columns(db: DatabaseSync, table: string): readonly string[] {
  const rows: readonly Record<string, SQLOutputValue>[] = db.prepare(`PRAGMA table_info(${table})`).all()
  return rows.map((row) => String(row['name']))
}

function openStopped(folder: string): DatabaseSync {
  return new DatabaseSync(join(folder, 'org.db'))
}
