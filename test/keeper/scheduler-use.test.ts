/** Connections of which somebody asks again and again, and what their access tokens teach. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Keeper } from '../../src/keeper/keeper-face.ts'
import { days, hours, minutes } from '../../src/values/time.ts'
import { bentTime, type BentTime } from './bent-time.ts'
import { openVault, pretendHost, type PretendHost, type Vault } from './pretend-host.ts'

type Scene = Vault & { readonly time: BentTime; readonly host: PretendHost }

async function openBent(): Promise<Scene> {
  const [time, host] = [bentTime(), pretendHost()]
  const vault = await openVault(host, time.environment)
  await vault.adopt(1)
  return Object.assign(vault, { time, host })
}

const dueIn = async ({ keeper, time }: Scene, since: number): Promise<number> => {
  const due = (await keeper.connection('login-0'))?.nextDueAt
  ok(due !== undefined)
  return (due - time.environment.clock() + since) / minutes(1)
}

/** Until what nobody waits for is written: a write comes after those before it. */
const written = async (keeper: Keeper): Promise<void> =>
  await keeper.saveApp({ name: 'another', loginUrl: 'https://login.example.com', clientId: 'client' })

describe('a connection that is in use', () => {
  test('is exchanged before its access token ends, by whoever looks after it, and nobody waits', async () => {
    await using scene = await openBent()
    const { keeper, time, host } = scene
    equal((await keeper.accessToken('login-0')).generation, 2)
    time.ahead(minutes(70))
    equal((await keeper.accessToken('login-0')).generation, 2)
    await written(keeper)
    const due = await dueIn(scene, minutes(70))
    ok(due >= 109 && due <= 113, `due after ${due} minutes`)
    const other = await scene.again()
    time.ahead(minutes(109))
    equal(await other.lookAfter(), 0)
    time.ahead(minutes(114))
    equal(await other.lookAfter(), 1)
    equal((await keeper.accessToken('login-0')).generation, 3)
    equal(host.opened, 2)
  })

  test('and is not any more is left to its heartbeat', async () => {
    await using scene = await openBent()
    const { keeper, time, host } = scene
    await keeper.accessToken('login-0')
    for (const passed of [114, 200, 60 * 24]) {
      time.ahead(minutes(passed))
      equal(await keeper.lookAfter(), 0)
    }
    equal(host.opened, 1)
    ok((await dueIn(scene, 0)) > days(22) / minutes(1))
  })

  test('L-56: whose access token ended in a standstill is not exchanged at once, but when somebody asks', async () => {
    await using scene = await openBent()
    const { keeper, time, host } = scene
    await keeper.accessToken('login-0')
    time.ahead(minutes(70))
    await keeper.accessToken('login-0')
    await written(keeper)
    time.ahead(minutes(70) + hours(24))
    equal(await keeper.lookAfter(), 0)
    equal(host.opened, 1)
    ok((await dueIn(scene, 0)) > days(22) / minutes(1))
    equal((await keeper.accessToken('login-0')).generation, 3)
  })
})

describe('the length of a session', () => {
  test('is learned from a 401, stored, and kept to from then on by every process', async () => {
    await using scene = await openBent()
    const { keeper, time } = scene
    const first = await keeper.accessToken('login-0')
    time.ahead(minutes(15))
    const second = await keeper.accessToken('login-0', { refused: first.accessToken.expose() })
    equal(second.generation, 3)
    const passes = (second.expiresAt - time.environment.clock()) / minutes(1)
    ok(passes > 14.9 && passes <= 15, `serves ${passes} minutes`)
    const other = await scene.again()
    time.ahead(minutes(15 + 10))
    equal((await other.accessToken('login-0')).generation, 3)
    await written(other)
    time.ahead(minutes(15 + 13.4))
    equal(await other.lookAfter(), 1, 'it is in use, and exchanged before its end')
    equal((await other.accessToken('login-0')).generation, 4)
  })

  test('grows again when tokens serve for all of it', async () => {
    await using scene = await openBent()
    const { keeper, time } = scene
    let [token, passed] = [await keeper.accessToken('login-0'), 10]
    time.ahead(minutes(passed))
    token = await keeper.accessToken('login-0', { refused: token.accessToken.expose() })
    const lengths: number[] = []
    for (let round = 0; round < 5; round += 1) {
      const length = (token.expiresAt - time.environment.clock()) / minutes(1)
      lengths.push(Math.round(length))
      passed += length * 0.95
      time.ahead(minutes(passed))
      token = await keeper.accessToken('login-0')
    }
    deepEqual(lengths, [10, 10, 15, 15, 22])
  })

  test('is not learned from a 401 that comes at once, nor twice from one token', async () => {
    await using scene = await openBent()
    const { keeper, time } = scene
    const first = await keeper.accessToken('login-0')
    const again = await keeper.accessToken('login-0', { refused: first.accessToken.expose() })
    ok(again.expiresAt - time.environment.clock() > hours(1.9))
    time.ahead(minutes(30))
    const refused = again.accessToken.expose()
    const all = await Promise.all([1, 2, 3, 4].map(() => keeper.accessToken('login-0', { refused })))
    deepEqual(new Set(all.map(({ generation }) => generation)), new Set([4]))
    equal(Math.round((all[0]?.expiresAt ?? 0) - time.environment.clock()) <= minutes(30), true)
  })
})

describe('a login host that does not answer', () => {
  test('costs no caller more than the answer that it is down, and what still serves is handed out', async () => {
    await using scene = await openBent()
    const { keeper, time, host } = scene
    const live = await keeper.accessToken('login-0')
    host.down.add('login.example.com')
    time.ahead(minutes(116))
    for (let i = 0; i < 20; i += 1) equal((await keeper.accessToken('login-0')).generation, live.generation)
    equal(host.opened, 1 + 5, 'five failures, and it rests')
    time.ahead(minutes(121))
    await rejects(keeper.accessToken('login-0'), { code: 'NOT_SENT' })
    host.down.clear()
    equal((await keeper.verify('login-0')).generation, live.generation + 1, 'somebody says that it was mended')
  })
})
