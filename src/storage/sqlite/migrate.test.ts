import { deepEqual, equal, match, throws } from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { StorageFault, type Migration, type StorageFaultCode } from '../storage.ts'
import { migrate } from './migrate.ts'

const first: Migration = { id: 1, name: 'apps', sql: 'CREATE TABLE apps (name TEXT PRIMARY KEY)' }
const second: Migration = {
  id: 2,
  name: 'grants',
  sql: 'CREATE TABLE grants (id TEXT, app TEXT REFERENCES apps (name))',
}

describe('migrations', () => {
  test('are applied once each, in order, however often the database is opened', () => {
    const database = new DatabaseSync(':memory:')
    migrate(database, [first], 'org.db')
    migrate(database, [first, second], 'org.db')
    migrate(database, [first, second], 'org.db')
    deepEqual(appliedTo(database), [1, 2])
  })

  test('a database from a newer version is refused and left as it is', () => {
    const database = new DatabaseSync(':memory:')
    migrate(database, [first, second], 'org.db')
    throws(
      () => migrate(database, [first], 'org.db'),
      fault('STORAGE_FROM_A_NEWER_VERSION', /has schema 2 \(grants\).*knows 1/),
    )
    deepEqual(appliedTo(database), [1, 2])
  })

  test('a step that was changed after it was applied is refused by its name', () => {
    const database = new DatabaseSync(':memory:')
    migrate(database, [first], 'org.db')
    const changed = { ...first, sql: `${first.sql} STRICT` }
    throws(() => migrate(database, [changed], 'org.db'), fault('MIGRATION_FAILED', /Migration 1 \(apps\)/))
  })

  const broken = {
    'a step with a mistake': [/syntax error/, 'CREATE TABLE half (id TEXT); CREATE TABEL other (id TEXT)'],
    'a step that ends its own transaction': [/ended its own transaction/, 'CREATE TABLE half (id TEXT); COMMIT'],
    'a step that leaves a row pointing at nothing': [
      /missing/,
      "CREATE TABLE half (id TEXT); INSERT INTO grants VALUES ('g', 'none')",
    ],
  } as const
  for (const [sentence, [means, sql]] of Object.entries(broken))
    test(`${sentence} fails, and the steps before it stay`, () => {
      const database = new DatabaseSync(':memory:')
      const steps = [first, second, { id: 3, name: 'broken', sql }]
      throws(() => migrate(database, steps, 'org.db'), fault('MIGRATION_FAILED', means))
      deepEqual(appliedTo(database), [1, 2])
      migrate(database, [first, second, { id: 3, name: 'mended', sql: 'CREATE TABLE whole (id TEXT)' }], 'org.db')
      deepEqual(appliedTo(database), [1, 2, 3])
    })

  test('a table that others point at can be rebuilt, which foreign keys would forbid', () => {
    const database = new DatabaseSync(':memory:')
    migrate(database, [first, second], 'org.db')
    database.exec("INSERT INTO apps VALUES ('a'); INSERT INTO grants VALUES ('g', 'a')")
    const rebuild = `CREATE TABLE apps_new (name TEXT PRIMARY KEY, label TEXT);
      INSERT INTO apps_new (name) SELECT name FROM apps; DROP TABLE apps; ALTER TABLE apps_new RENAME TO apps`
    migrate(database, [first, second, { id: 3, name: 'labels', sql: rebuild }], 'org.db')
    equal(database.prepare('SELECT count(*) AS n FROM grants').get()?.n, 1)
    throws(() => database.exec("INSERT INTO grants VALUES ('h', 'none')"), /FOREIGN KEY/)
  })

  test("someone else's database is refused and left as it is", () => {
    const database = new DatabaseSync(':memory:')
    database.exec('CREATE TABLE photos (id INTEGER)')
    throws(() => migrate(database, [first], 'org.db'), fault('STORAGE_NOT_A_DATABASE', /org\.db/))
    equal(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n, 1)
  })

  test('a gap in the numbering is a mistake of ours', () =>
    throws(() => migrate(new DatabaseSync(':memory:'), [second], 'org.db'), /has id 2 and stands in place 1/))
})

function appliedTo(database: DatabaseSync): unknown[] {
  const rows = database.prepare('SELECT id FROM sallyport_migrations ORDER BY id').all()
  return rows.map((row) => row.id)
}

function fault(code: StorageFaultCode, means: RegExp): (cause: unknown) => boolean {
  return (cause) => {
    match(String(cause), means)
    return cause instanceof StorageFault && cause.code === code && cause.next.length > 0
  }
}
