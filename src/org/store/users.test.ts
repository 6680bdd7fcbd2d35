import { match } from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { migrations } from './migrations.ts'
import { findUsernamesFromFile } from './users.ts'

function planOf(sql: string): unknown[] {
  using database = new DatabaseSync(':memory:')
  for (const migration of migrations) database.exec(migration.sql)
  const steps = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()
  return steps.map(({ detail }) => detail)
}

describe('users', () => {
  test('those of the org file are read from an index of their own: each start asks for them, among very many others', () => {
    const { value: statement } = findUsernamesFromFile().next()
    const sql = statement !== undefined && 'sql' in statement ? statement.sql : ''
    match(planOf(sql).join(), /^SCAN users USING (?:COVERING )?INDEX users_from_file$/)
  })
})
