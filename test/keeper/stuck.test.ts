/** What must not stay as it is for ever, and what must not be done again and again. */
import { loopbackHosts } from './transport/kit.ts'
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Keeper, KeeperSettings, Keyring } from '../../src/keeper/keeper-face.ts'
import { openTransport } from '../../src/keeper/transport/transport.ts'
import { secret } from '../../src/values/secret.ts'
import { days, hours, milliseconds, minutes, seconds } from '../../src/values/time.ts'
import { bentTime } from './bent-time.ts'
import { openVault, pretendHost } from './pretend-host.ts'
import { openScene } from './scene.ts'
import { withoutIdToken } from '../kit/without-id-token.ts'

const openBent = async (settings: Partial<KeeperSettings> = {}) => {
  const [time, host] = [bentTime(), pretendHost()]
  const vault = await openVault(host, time.environment, { settings })
  return Object.assign(vault, { time, host })
}
const adoptShared = async (keeper: Keeper, refreshToken: string): Promise<unknown> =>
  await keeper.adopt({ id: 'shared', app: 'nightly', refreshToken: secret(refreshToken), soleHolder: false })

describe('a token in doubt', () => {
  test('P-22: that nobody could be asked about, for the network is down, is asked about when it is back', async () => {
    const time = bentTime()
    const { clock, monotonic } = time.environment
    const real = openTransport({ route: { kind: 'direct' }, hosts: loopbackHosts, clock, monotonic })
    ok(real.ok)
    let isDown = false
    const open: typeof real.value.open = async (wish) =>
      isDown ? { kind: 'not-opened', stage: 'connect', why: 'ENETUNREACH' } : await real.value.open(wish)
    const environment = { ...time.environment, transport: { ...real.value, open } }
    await using scene = await openScene({ environment })
    await adoptShared(scene.keeper, (await scene.org.grant(withoutIdToken)).refresh_token)
    scene.org.faults.add({ kind: 'unavailable' }, { times: 1 })
    await rejects(scene.keeper.accessToken('shared'), { code: 'IN_DOUBT' })
    isDown = true
    for (const passed of [7, 30, 60]) {
      time.ahead(minutes(passed))
      await rejects(scene.keeper.accessToken('shared'), { code: 'IN_DOUBT' })
    }
    isDown = false
    time.ahead(minutes(62))
    equal((await scene.keeper.accessToken('shared')).generation, 2)
  })
})

describe('a due connection', () => {
  test('is not tried in every round while the keyring does not answer, and then is', async () => {
    const [time, host] = [bentTime(), pretendHost()]
    let [isDown, asked] = [false, 0]
    const keyring: Keyring = {
      current: 'kms',
      wrap: async (dataKey) => await Promise.resolve({ key: 'kms', bytes: Uint8Array.from(dataKey) }),
      async unwrap({ bytes }) {
        asked += 1
        if (isDown) throw new Error('the KMS does not answer')
        return await Promise.resolve(Uint8Array.from(bytes))
      },
    }
    await using vault = await openVault(host, time.environment, { keyring })
    await vault.adopt(1)
    time.ahead(days(26))
    isDown = true
    asked = 0
    for (let round = 0; round < 5; round += 1) {
      time.ahead(days(26) + seconds(10 * round))
      await vault.keeper.lookAfter()
    }
    equal(asked, 1)
    isDown = false
    time.ahead(days(26) + minutes(2))
    await vault.keeper.lookAfter()
    equal((await vault.keeper.connection('login-0'))?.generation, 2)
  })

  test('P-26: is exchanged although somebody has deleted the folder of the spool', async () => {
    await using scene = await openBent()
    await scene.adopt(1)
    const spool = join(scene.folder, 'spool')
    await rm(spool, { recursive: true })
    scene.time.ahead(days(26))
    await scene.keeper.lookAfter()
    equal((await scene.keeper.connection('login-0'))?.generation, 2)
  })

  test('of one host waits no longer than a minute for what another host answers slowly', async () => {
    await using scene = await openBent({ limits: { atOnce: 2, perMinute: 6000, downAfter: 5 } })
    await scene.adopt(14, { login: 'slow' })
    let passed = days(26)
    scene.time.ahead(passed)
    scene.host.work = async () => {
      passed = milliseconds(passed + seconds(10))
      scene.time.ahead(passed)
      await new Promise(setImmediate)
    }
    for (let round = 1; round <= 3; round += 1) {
      await scene.keeper.lookAfter()
      ok(passed < days(26) + minutes(1.5) * round, `${passed - days(26)} ms after ${round}`)
    }
    equal(new Set((await scene.keeper.connections()).map(({ generation }) => generation)).size, 1)
  })

  test('L-56: whose time was set while the clock was years ahead is due once it is found', async () => {
    await using scene = await openBent()
    await scene.adopt(2)
    scene.time.ahead(days(3650))
    await scene.keeper.verify('login-0')
    scene.time.ahead(0)
    const again = await scene.again()
    scene.time.ahead(hours(1)) // it prunes
    await again.lookAfter()
    await again.lookAfter()
    const view = await again.connection('login-0')
    equal(view?.generation, 3)
    ok((view.nextDueAt ?? Infinity) < Date.now() + days(30))
    equal((await again.connection('login-1'))?.generation, 1)
  })
})

describe('an access token that is refused', () => {
  test('again and again costs ever fewer exchanges, and one that has served is exchanged at once', async () => {
    await using scene = await openBent()
    await scene.adopt(1)
    const refuse = async (token: string) => await scene.keeper.accessToken('login-0', { refused: token })
    let token = (await scene.keeper.accessToken('login-0')).accessToken.expose()
    for (let second = 0; second < 600; second += 5) {
      scene.time.ahead(seconds(second))
      await refuse(token).then(
        ({ accessToken }) => (token = accessToken.expose()),
        (cause: { readonly code: string; readonly retryAt: number }) => {
          equal(cause.code, 'NOT_SENT')
          ok(cause.retryAt > scene.time.environment.clock())
        },
      )
    }
    deepEqual([...scene.host.sent.keys()].length, 1 + 6)
    scene.time.ahead(hours(1.5))
    const many = await Promise.all(Array.from({ length: 20 }, () => refuse(token)))
    equal(new Set(many.map(({ accessToken }) => accessToken.expose())).size, 1)
    equal(scene.host.sent.size, 1 + 6 + 1)
  })

  test('is not handed out again to who waited, where the exchange came to nothing', async () => {
    await using scene = await openBent()
    await scene.adopt(1)
    const other = await scene.again()
    const refused = (await scene.keeper.accessToken('login-0')).accessToken.expose()
    scene.host.down.add('login.example.com')
    const all = await Promise.allSettled([scene.keeper, other].map((each) => each.accessToken('login-0', { refused })))
    deepEqual(
      all.map(({ status }) => status),
      ['rejected', 'rejected'],
    )
  })
})

describe('more callers than the spool has places', () => {
  test('P-26: all get a token, and none counts as a failure', async () => {
    await using scene = await openBent()
    const hosts = Array.from({ length: 10 }, (_, index) => `org${index}`)
    for (const login of hosts) await scene.adopt(8, { login })
    scene.host.work = async () => await new Promise((resolve) => setTimeout(resolve, 100))
    const ids = (await scene.keeper.connections({ limit: 1000 })).map(({ id }) => id)
    const all = await Promise.allSettled(ids.map((id) => scene.keeper.accessToken(id)))
    equal(all.filter(({ status }) => status === 'rejected').length, 0)
  })
})

describe('a connection whose data key nobody opens any more', () => {
  test('can be removed, and says that nothing was revoked', async () => {
    await using scene = await openBent()
    await scene.adopt(1)
    const database = new DatabaseSync(join(scene.folder, 'keeper.db'))
    database.exec(`UPDATE connections SET wrapped_key = zeroblob(60)`)
    database.close()
    const again = await scene.again()
    await rejects(again.accessToken('login-0'), { code: 'NOT_SENT' })
    deepEqual(await again.remove('login-0'), { revoked: false })
  })
})
