/** One grant that rotates again and again, over HTTP: the room that it takes does not depend on how often it did. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { startOrg } from '../../src/testing.ts'
import { dead, redeemerOf } from './redeem.ts'
import { withoutIdToken } from '../kit/without-id-token.ts'

/** After these, counters and addresses have their usual width. */
const first = 100
/** Bytes by which counters of seven digits are longer than those of three. */
const countersGrow = 32

/** Throws where the grants table has grown, or a redemption was refused. The first token is still known to be spent at the end. */
export async function rotateOneGrant(rotations: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-one-grant-'))
  try {
    const begun = await rotate(folder, { token: undefined, times: first })
    const before = grantsTable(folder)
    const ended = await rotate(folder, { token: begun.current, times: rotations })
    const after = grantsTable(folder)
    deepEqual([after.rows, after.pages], [before.rows, before.pages])
    ok(after.bytes <= before.bytes + countersGrow, `from ${before.bytes} to ${after.bytes} bytes`)
    await replay(folder, { spent: begun.parent, current: ended.current })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Chain = { readonly parent: string; readonly current: string }

async function rotate(
  folder: string,
  { token, times }: { readonly token: string | undefined; readonly times: number },
): Promise<Chain> {
  await using org = await startOrg({ storage: { folder } })
  const client = redeemerOf(org.url, org.client)
  let parent = ''
  let current = token ?? (await org.grant(withoutIdToken)).refresh_token
  for (let nth = 0; nth < times; nth += 1) {
    const { status, body } = await client.redeem(current)
    equal(status, 200, `rotation ${nth}: ${JSON.stringify(body)}`)
    parent = current
    current = body['refresh_token'] ?? ''
  }
  client.close()
  return { parent, current }
}

/** However many generations old: a replay is known without a table of spent tokens. */
async function replay(
  folder: string,
  { spent, current }: { readonly spent: string; readonly current: string },
): Promise<void> {
  await using org = await startOrg({ storage: { folder } })
  const client = redeemerOf(org.url, org.client)
  for (const token of [spent, current]) equal((await client.redeem(token)).body['error_description'], dead)
  client.close()
}

type TableSize = { readonly rows: number; readonly pages: number; readonly bytes: number }

/** With its indexes, while no org has the file open (P-14). */
function grantsTable(folder: string): TableSize {
  using database = new DatabaseSync(join(folder, 'org.db'))
  const count = (sql: string): number => Number(database.prepare(sql).get()?.['count'])
  const pages = `FROM dbstat WHERE name IN (SELECT name FROM sqlite_schema WHERE tbl_name = 'grants')`
  return {
    rows: count('SELECT count(*) AS count FROM grants'),
    pages: count(`SELECT count(*) AS count ${pages}`),
    bytes: count(`SELECT sum(payload) AS count ${pages}`),
  }
}
