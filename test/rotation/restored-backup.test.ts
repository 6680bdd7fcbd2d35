/** A store that was restored from a backup, end to end: what its customers hold, what was revoked since, and what the admin decides. */
import { deepEqual, equal, notEqual, ok } from 'node:assert/strict'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { openStorage } from '../../src/storage/open.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { startBentOrg } from '../kit/bent-org.ts'
import type { Tokens } from '../../src/testing.ts'
import { manyUsers, userNamed } from './many-users.ts'
import { call, type Reply } from '../admin/call.ts'
import { dead, redeemerOf, type Answer } from './redeem.ts'
import { withoutIdToken } from '../kit/without-id-token.ts'

type Backup = Pick<Storage<never>, 'backup'>

async function openAt(folder: string) {
  let storage: Backup | undefined
  const org = await startBentOrg({
    storage: { folder },
    users: manyUsers(8),
    environment: {
      openStorage: async (options) => {
        const opened = await openStorage(options)
        storage = opened
        return opened
      },
    },
  })
  const client = redeemerOf(org.url, org.client)
  return {
    org,
    redeem: client.redeem,
    back: (to: string) => storage?.backup(to),
    alerts: async (kind: string): Promise<number> => {
      const { body }: Reply = await call(org, '/ip-monitoring')
      return body.alerts.filter((alert: { kind: string }) => alert.kind === kind).length
    },
    grants: async (): Promise<Map<string, { ended: string | null; generation: number }>> => {
      const { body }: Reply = await call(org, '/oauth-usage?ended=true')
      return new Map(body.grants.map((grant: { user: string }) => [grant.user, grant]))
    },
    live: async (accessToken: string): Promise<boolean> => {
      const authorization = `Bearer ${accessToken}`
      return (await fetch(`${org.url}/services/oauth2/userinfo`, { headers: { authorization } })).status === 200
    },
    async close() {
      client.close()
      await org.close()
    },
  }
}
type Opened = Awaited<ReturnType<typeof openAt>>

const tokenOf = (answer: Answer): string => {
  equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body['refresh_token'] ?? ''
}
const isDead = (answer: Answer): void =>
  deepEqual([answer.status, answer.body['error'], answer.body['error_description']], [400, 'invalid_grant', dead])

async function rotated(opened: Opened, token: string, times: number): Promise<string> {
  let current = token
  for (let nth = 0; nth < times; nth += 1) current = tokenOf(await opened.redeem(current))
  return current
}

/** Families by what becomes of them after the backup is taken. */
const families = ['rotates', 'rests', 'revokedByToken', 'revokedByAdmin', 'replayed'] as const
type Family = (typeof families)[number]

/** Everyone is at generation 3 in the backup; afterwards one rotates on to 5, one rests, three are revoked, each in another way. */
async function restore(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-restore-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const copy = join(folder, 'copy-of-org.db')
  const before = await openAt(folder)
  const atBackup = new Map<Family, string>()
  const first = new Map<Family, Tokens>()
  for (const [nth, family] of families.entries()) {
    const grant = await before.org.grant({ ...withoutIdToken, username: userNamed(nth) })
    first.set(family, grant)
    atBackup.set(family, await rotated(before, grant.refresh_token, 3))
  }
  await before.back(copy)
  const of = (family: Family): string => atBackup.get(family) ?? ''
  const newest = await rotated(before, of('rotates'), 2)
  const path = `${before.org.url}/services/oauth2/revoke`
  equal((await fetch(path, { method: 'POST', body: new URLSearchParams({ token: of('revokedByToken') }) })).status, 200)
  const user = userNamed(families.indexOf('revokedByAdmin'))
  equal((await call(before.org, '/oauth-usage/revoke', { body: { user } })).body.revoked, 1)
  tokenOf(await before.redeem(of('replayed')))
  isDead(await before.redeem(of('replayed')))
  await before.close()

  await Promise.all(['org.db-wal', 'org.db-shm'].map((name) => rm(join(folder, name), { force: true })))
  await copyFile(copy, join(folder, 'org.db'))
  const opened = await openAt(folder)
  t.after(() => opened.close())
  const named = async (family: Family) => (await opened.grants()).get(userNamed(families.indexOf(family)))
  return { opened, of, newest, first, named, reopen: () => openAt(folder) }
}

describe('a restored backup', () => {
  test('P-08: a token newer than the store is refused, revokes nothing and raises an alarm', async (t) => {
    const { opened, newest, named } = await restore(t)
    const alarms = await opened.alerts('store-went-back')
    isDead(await opened.redeem(newest))
    equal(await opened.alerts('store-went-back'), alarms + 1)
    deepEqual(await named('rotates').then((grant) => [grant?.ended, grant?.generation]), [null, 3])
  })

  test('P-08: what was revoked after the backup stays dead, its access tokens too, before anyone decides anything', async (t) => {
    const { opened, of, first, named } = await restore(t)
    for (const family of ['revokedByToken', 'revokedByAdmin', 'replayed'] as const) {
      isDead(await opened.redeem(of(family)))
      equal(await opened.live(first.get(family)?.access_token ?? ''), false, family)
      notEqual((await named(family))?.ended, null, family)
    }
    ok((await opened.alerts('store-went-back')) >= 1, 'nobody is told that the store is an old one')
  })

  test('P-08: who rested since the backup goes on', async (t) => {
    const { opened, of, first } = await restore(t)
    equal(await opened.live(first.get('rests')?.access_token ?? ''), true)
    await rotated(opened, of('rests'), 2)
  })

  test('P-08: `refuse` ends every grant of the epoch before and nothing that is granted after it', async (t) => {
    const { opened, of, newest, first } = await restore(t)
    const { status, body } = await call(opened.org, '/store/epoch', { body: { olderGrants: 'refuse' } })
    deepEqual([status, body], [200, { current: 1, olderGrants: 'refuse' }])
    for (const token of [newest, of('rotates'), of('rests')]) isDead(await opened.redeem(token))
    equal(await opened.live(first.get('rests')?.access_token ?? ''), false)
    await rotated(opened, (await opened.org.grant({ ...withoutIdToken, username: userNamed(1) })).refresh_token, 3)
  })

  test('P-08: `accept-newer-once` takes a newer token once, and the family goes on from it', async (t) => {
    const { opened, of, newest, named } = await restore(t)
    await call(opened.org, '/store/epoch', { body: { olderGrants: 'accept-newer-once' } })
    const next = await rotated(opened, newest, 1)
    equal((await named('rotates'))?.generation, 6)
    await rotated(opened, of('rests'), 2)
    isDead(await opened.redeem(of('revokedByToken')))
    isDead(await opened.redeem(newest)) // it was taken once: now it is a spent one, and two hold it
    equal((await named('rotates'))?.ended, 'replayed')
    isDead(await opened.redeem(next))
  })

  test('P-08: in the new epoch a spent token of before the backup is a replay again', async (t) => {
    const { opened, of, newest, named } = await restore(t)
    await call(opened.org, '/store/epoch', { body: { olderGrants: 'accept-newer-once' } })
    await rotated(opened, newest, 1)
    isDead(await opened.redeem(of('rotates')))
    equal((await named('rotates'))?.ended, 'replayed')
  })

  test('P-08: a second start finds nothing to revoke again and raises no second alarm', async (t) => {
    const { opened, of, reopen } = await restore(t)
    const alarms = await opened.alerts('store-went-back')
    await opened.close()
    const again = await reopen()
    t.after(() => again.close())
    equal(await again.alerts('store-went-back'), alarms)
    isDead(await again.redeem(of('revokedByToken')))
    await rotated(again, of('rests'), 1)
  })
})
