import { deepEqual } from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { migrations } from '../../src/org/store/migrations.ts'
import { rotationStatements } from './statements.ts'

const rotation = { grant: 'g', generation: 0, at: 1, historyId: 8, hash: 'h1' }

function changes(db: DatabaseSync, of: typeof rotation): readonly (number | bigint)[] {
  return rotationStatements(of).map(({ sql, params }) => db.prepare(sql).run(...params).changes)
}

function databaseWithGrant(): DatabaseSync {
  const db = new DatabaseSync(':memory:')
  for (const { sql } of migrations) db.exec(sql)
  db.exec(`INSERT INTO apps (name, kind, consumer_key, version) VALUES ('Bench', 'externalClientApp', '3MVG9bench', 1);
    INSERT INTO grants (id, app, user_id, flow, scopes, generation, sequence, token_hash, oldest_key, epoch, authorized_at, last_used_at, not_before, uses, addresses)
    VALUES ('g', 'Bench', '005', 'web_server', 'api', 0, 0, 'h0', 1, 1, 0, 0, 0, 0, '[]')`)
  return db
}

describe('the statements of a rotation', () => {
  test('change the grant and add a row of history', () => {
    using db = databaseWithGrant()
    deepEqual(changes(db, rotation), [1, 1])
    const row = db.prepare('SELECT generation, sequence, token_hash, uses FROM grants').get()
    deepEqual({ ...row }, { generation: 1, sequence: 1, token_hash: 'h1', uses: 1 })
  })

  test('change no grant whose generation is past', () => {
    using db = databaseWithGrant()
    changes(db, rotation)
    deepEqual(changes(db, { ...rotation, historyId: 16 })[0], 0)
  })
})
