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

/** Copies the newest grant until there are `total`; each copy differs in its id and its token's hash, so none of them can be redeemed. */
export function fillGrants(folder: string, total: number): void {
  using db = openStopped(folder)
  const { rows } = db.prepare('SELECT count(*) AS rows FROM grants').get() ?? {}
  if (Number(rows) === 0) throw new Error('there is no grant to copy')
  const copied = columns(db).map((name) => (freshColumns.has(name) ? 'lower(hex(randomblob(16)))' : name))
  db.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
     INSERT INTO grants (${columns(db).join(', ')})
     SELECT ${copied.join(', ')} FROM n, (SELECT * FROM grants ORDER BY authorized_at DESC LIMIT 1)`,
  ).run(total - Number(rows))
}

const freshColumns = new Set(['id', 'token_hash'])

function columns(db: DatabaseSync): readonly string[] {
  const rows: readonly Record<string, SQLOutputValue>[] = db.prepare('PRAGMA table_info(grants)').all()
  return rows.map((row) => String(row['name']))
}

function openStopped(folder: string): DatabaseSync {
  return new DatabaseSync(join(folder, 'org.db'))
}
