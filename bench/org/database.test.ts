import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { migrations } from '../../src/org/store/migrations.ts'
import { fillGrants, grantsSize } from './database.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  using db = new DatabaseSync(join(folder, 'org.db'))
  for (const { sql } of migrations) db.exec(sql)
})
afterEach(() => rmSync(folder, { recursive: true }))

function change(sql: string): void {
  using db = new DatabaseSync(join(folder, 'org.db'))
  db.exec(sql)
}
const addGrant = (): void =>
  change(`INSERT INTO grants (id, app, user_id, flow, scopes, generation, sequence, token_hash, oldest_key, epoch, authorized_at, last_used_at, not_before, uses, addresses)
    VALUES ('a', 'Bench', '005', 'web_server', 'api', 0, 0, 'h', 1, 1, 0, 0, 0, 0, '[]')`)

describe('the grants table', () => {
  test('is filled up to the number asked for, every id another', () => {
    addGrant()
    fillGrants(folder, 5000)
    equal(grantsSize(folder).rows, 5000)
  })

  test('an empty one has nothing to fill it with', () => throws(() => fillGrants(folder, 10), /no grant to copy/))

  test('more rows take more pages and bytes', () => {
    addGrant()
    const one = grantsSize(folder)
    fillGrants(folder, 5000)
    const many = grantsSize(folder)
    ok(many.pages > one.pages && many.payloadBytes > 1000 * one.payloadBytes && many.fileBytes > one.fileBytes)
  })

  test('rows of another table do not count', () => {
    addGrant()
    const { fileBytes: _, ...size } = grantsSize(folder)
    change(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO facts SELECT 'name' || i, 'value' FROM n`,
    )
    const { fileBytes: __, ...after } = grantsSize(folder)
    deepEqual(after, size)
  })
})
