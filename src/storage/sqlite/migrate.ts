/** Bringing a database to the schema that this version of the program knows: forward only, one transaction a step. */
import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { StorageFault, type Migration } from '../storage.ts'
import { isBusy, notADatabaseFault, openingFault, resultCode, words } from './errors.ts'

type Applied = { readonly id: number; readonly name: string; readonly checksum: string }

const ownTables = `
  CREATE TABLE IF NOT EXISTS sallyport_migrations (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS sallyport_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS sallyport_writers (writer TEXT PRIMARY KEY, number INTEGER NOT NULL, at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS sallyport_batch (id INTEGER PRIMARY KEY CHECK (id = 1), number INTEGER NOT NULL);
  INSERT INTO sallyport_batch (id, number) VALUES (1, 0) ON CONFLICT (id) DO NOTHING;`

/** Throws a StorageFault; the steps before the one that failed stay applied. `file` is for the messages. */
export function migrate(database: DatabaseSync, migrations: readonly Migration[], file: string): void {
  assertNumbered(migrations)
  const applied = isNew(database, file) ? [] : readApplied(database)
  refuseNewer(applied, migrations, file)
  for (const step of applied) refuseChanged(step, migrations[step.id - 1], file)
  if (applied.length === 0) inTransaction(database, () => database.exec(ownTables), { what: file, file })
  for (const migration of migrations.slice(applied.length)) apply(database, migration, file)
}

/** The same where others may be at it too: each step is chosen and applied under the lock, and a lock that is taken is thrown as SQLite's own error,
 *  after which the caller comes again. */
export function migrateTogether(database: DatabaseSync, migrations: readonly Migration[], file: string): void {
  assertNumbered(migrations)
  while (!isUpToDate(database, migrations, file)) stepTogether(database, migrations, file)
}

/** Takes no lock for what is up to date. */
function isUpToDate(database: DatabaseSync, migrations: readonly Migration[], file: string): boolean {
  if (isNew(database, file)) return false
  const applied = readApplied(database)
  refuseNewer(applied, migrations, file)
  for (const step of applied) refuseChanged(step, migrations[step.id - 1], file)
  return applied.length === migrations.length
}

function stepTogether(database: DatabaseSync, migrations: readonly Migration[], file: string): void {
  let what = file
  try {
    database.exec('PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE')
    // under the lock the answers of before count for nothing
    if (isNew(database, file)) database.exec(ownTables)
    const next = isUpToDate(database, migrations, file) ? undefined : migrations[readApplied(database).length]
    if (next !== undefined) {
      what = nameOf(next, file)
      applyStep(database, next)
    }
    database.exec('COMMIT')
  } catch (cause) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw isBusy(cause) || cause instanceof StorageFault ? cause : migrationFault(cause, what, file)
  } finally {
    database.exec('PRAGMA foreign_keys = ON')
  }
}

function assertNumbered(migrations: readonly Migration[]): void {
  migrations.forEach(({ id, name }, i) => {
    if (id !== i + 1) throw new Error(`migration ${name} has id ${id} and stands in place ${i + 1}`)
  })
}

/** A database of someone else's is never touched. */
function isNew(database: DatabaseSync, file: string): boolean {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
  if (tables.length > 0 && !tables.some((table) => table.name === 'sallyport_migrations')) throw notADatabaseFault(file)
  return tables.length === 0
}

function readApplied(database: DatabaseSync): Applied[] {
  const rows = database.prepare('SELECT id, name, checksum FROM sallyport_migrations ORDER BY id').all()
  return rows.map((row) => ({ id: Number(row.id), name: String(row.name), checksum: String(row.checksum) }))
}

function refuseNewer(applied: readonly Applied[], migrations: readonly Migration[], file: string): void {
  const newest = applied.at(-1)
  if (newest === undefined || newest.id <= migrations.length) return
  const means = `${file} has schema ${newest.id} (${newest.name}); this version of Sallyport knows ${migrations.length}.`
  const next = [
    'Start the newer version of Sallyport again.',
    'Or restore the backup that was made before the upgrade.',
  ]
  throw new StorageFault('STORAGE_FROM_A_NEWER_VERSION', means, next)
}

function refuseChanged(applied: Applied, known: Migration | undefined, file: string): void {
  if (known !== undefined && checksumOf(known) === applied.checksum) return
  const means = `Migration ${applied.id} (${applied.name}) of ${file} is not the one that this version of Sallyport ships.`
  const next = ['Start the version of Sallyport that made the database.', 'Or restore a backup that this version made.']
  throw new StorageFault('MIGRATION_FAILED', means, next)
}

function apply(database: DatabaseSync, migration: Migration, file: string): void {
  inTransaction(database, () => applyStep(database, migration), { what: nameOf(migration, file), file })
}

const nameOf = ({ id, name }: Migration, file: string): string => `${file}: migration ${id} (${name})`

function applyStep(database: DatabaseSync, migration: Migration): void {
  const { id, name, sql } = migration
  database.exec(sql.replaceAll(clustered, 'WITHOUT ROWID'))
  if (!database.isTransaction) throw new Error('it ended its own transaction')
  refuseDangling(database)
  const insert = 'INSERT INTO sallyport_migrations (id, name, checksum, applied_at) VALUES (?, ?, ?, ?)'
  database.prepare(insert).run(id, name, checksumOf(migration), Date.now())
}

/** `what` is for a person; `file` is what can be typed behind a command. */
type Place = { readonly what: string; readonly file: string }

/** Foreign keys rest meanwhile, because SQLite's way of changing a table is to drop and rebuild it; they are checked before the commit. */
function inTransaction(database: DatabaseSync, work: () => void, { what, file }: Place): void {
  try {
    database.exec('PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE')
    work()
    database.exec('COMMIT')
  } catch (cause) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw migrationFault(cause, what, file)
  } finally {
    database.exec('PRAGMA foreign_keys = ON')
  }
}

function refuseDangling(database: DatabaseSync): void {
  const dangling = database.prepare('PRAGMA foreign_key_check').get()
  if (dangling !== undefined)
    throw new Error(`a row of ${String(dangling.table)} points at a row of ${String(dangling.parent)} that is missing`)
}

/** SQLITE_ERROR and SQLITE_CONSTRAINT are about the statements; everything else is about the disk. */
function migrationFault(cause: unknown, what: string, file: string): Error {
  const code = (resultCode(cause) ?? 1) & 0xff
  if (code !== 1 && code !== 19) return openingFault(cause, file)
  const next = ['Nothing of this step was applied. Start the earlier version again.', 'Report the message above.']
  return new StorageFault('MIGRATION_FAILED', `${what} failed: ${words(cause)}.`, next, { cause })
}

/** A fact of this engine: a table can lie in the order of its key, so that a lookup goes down one tree instead of two. Elsewhere the words are a
 *  comment and mean nothing. */
const clustered = '/* clustered */'

function checksumOf({ sql }: Migration): string {
  return createHash('sha256').update(sql).digest('hex')
}
