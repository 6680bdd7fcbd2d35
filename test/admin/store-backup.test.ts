import { equal, match, ok } from 'node:assert/strict'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { startOrg } from '../../src/testing.ts'

describe('a backup of the running store', () => {
  test('P-14: is one whole file for its owner alone, with every grant in it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-backup-'))
    const org = await startOrg({ storage: { folder } })
    try {
      await org.grant()
      const answer = await org.admin('/store/backup', { method: 'POST' })
      equal(answer.status, 200, await answer.clone().text())
      const { path }: { path: string } = JSON.parse(await answer.text())
      ok(path.startsWith(join(folder, 'backups', 'org-')))
      equal((await stat(path)).mode & 0o777, 0o600)
      using copy = new DatabaseSync(path, { readOnly: true })
      equal(copy.prepare('SELECT count(*) AS grants FROM grants').get()?.['grants'], 1)
    } finally {
      await org.close()
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('of a store in memory is refused in words', async () => {
    const org = await startOrg()
    const answer = await org.admin('/store/backup', { method: 'POST' })
    equal(answer.status, 503)
    match(await answer.text(), /in memory/)
    await org.close()
  })
})
