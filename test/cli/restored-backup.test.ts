/** An older database in the place of the one that was in use, as an operator puts it there: the words of docs/guides/run-the-org.md. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { copyFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { dead, type Answer } from '../rotation/redeem.ts'
import { emptyFolder, sallyport } from './command.ts'
import { listensOf, partnerOf, startUp } from './demonstration.ts'

type Monitoring = { readonly alerts: readonly { readonly kind: string; readonly detail: string }[] }
type History = { readonly entries: readonly { readonly explained: readonly string[] }[] }

const successorOf = ({ status, body }: Answer): string => {
  equal(status, 200, JSON.stringify(body))
  return body['refresh_token'] ?? ''
}
const isDead = ({ status, body }: Answer): void => deepEqual([status, body['error_description']], [400, dead])

test('P-08: a restored older database revokes nobody, brings no revoked grant back, says so, and goes on as the admin decides', async (t) => {
  const cwd = await emptyFolder(t)
  const first = await startUp(t, { cwd })
  const holder = await partnerOf(t, first.up, cwd)
  await first.up.stop()
  const second = await startUp(t, { cwd }) // its grant is another family of the same user
  const thief = await partnerOf(t, second.up, cwd)
  const atBackup = successorOf(await thief.near.redeem(holder.refreshToken))
  const { path } = (await thief.admin('/store/backup', {})) as { readonly path: string }
  const newest = successorOf(await thief.near.redeem(successorOf(await thief.near.redeem(atBackup))))
  const stolen = successorOf(await thief.near.redeem(thief.refreshToken))
  isDead(await thief.near.redeem(thief.refreshToken)) // the replay revokes this family, after the backup
  await second.up.stop()

  await copyFile(path, join(cwd, 'data/org.db'))
  for (const name of ['org.db-wal', 'org.db-shm']) await rm(join(cwd, 'data', name), { force: true })
  const third = await startUp(t, { cwd })
  const { near, admin } = await partnerOf(t, third.up, cwd)
  match(third.up.stderr(), /"level":40.*"event":"store-went-back","grants":1,"next":".*POST \/admin\/v1\/store\/epoch/)
  isDead(await near.redeem(stolen))
  isDead(await near.redeem(thief.refreshToken)) // the generation that the backup has as the current one
  isDead(await near.redeem(newest))
  const { alerts } = (await admin('/ip-monitoring')) as Monitoring
  const alarms = alerts.filter(({ kind }) => kind === 'store-went-back').map(({ detail }) => detail)
  equal(alarms.length, 2, alarms.join('\n'))
  match(alarms.join('\n'), /revoked since had come back/)
  match(alarms.join('\n'), /generation 3 is newer than the store, which knows 1/)
  const { entries } = (await admin('/login-history?limit=1')) as History
  match(entries[0]?.explained.join('\n') ?? '', /restored/)

  await admin('/store/epoch', { olderGrants: 'accept-newer-once' })
  const goesOn = successorOf(await near.redeem(newest))
  successorOf(await near.redeem(goesOn))
  isDead(await near.redeem(stolen))
  equal((await sallyport(['doctor'], { cwd, env: listensOf(third.up) })).code, 0)
  equal((await third.up.stop()).code, 0)
})
