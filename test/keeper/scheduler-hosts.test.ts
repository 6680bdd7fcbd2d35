/** Many connections and few login hosts: turns, rests, and no herd. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { KeeperSettings } from '../../src/keeper/keeper-face.ts'
import { days, hours, milliseconds, minutes, seconds } from '../../src/values/time.ts'
import { bentTime, type BentTime } from './bent-time.ts'
import { openVault, pretendHost, type PretendHost, type Vault } from './pretend-host.ts'

type Scene = Vault & { readonly time: BentTime; readonly host: PretendHost }

async function openBent(settings: Partial<KeeperSettings> = {}): Promise<Scene> {
  const [time, host] = [bentTime(), pretendHost()]
  const vault = await openVault(host, time.environment, { settings })
  return Object.assign(vault, { time, host })
}

const generations = async ({ keeper }: Scene): Promise<readonly number[]> =>
  (await keeper.connections({ limit: 1000 })).map(({ generation }) => generation)
const mostSent = ({ host }: Scene): number => Math.max(0, ...host.sent.values())

describe('one login host', () => {
  test('gets no more at a time and a minute than it may, over all processes, and in the end all that was due', async () => {
    const [time, host, sentAt] = [bentTime(), pretendHost(), new Array<number>()]
    let passed = days(26)
    // whoever waits moves the time
    const wait = async (length: number): Promise<void> => {
      passed = milliseconds(passed + length)
      time.ahead(passed)
      await new Promise(setImmediate)
    }
    const limits = { atOnce: 4, perMinute: 24, downAfter: 5 }
    await using vault = await openVault(host, { ...time.environment, wait }, { settings: { limits } })
    await vault.adopt(40)
    const all = [vault.keeper, await vault.again(), await vault.again()]
    host.work = async () => {
      sentAt.push(time.environment.clock())
      await new Promise(setImmediate)
    }
    for (let round = 0; host.sent.size < 40 && round < 40; round += 1) {
      await wait(seconds(10))
      await Promise.all(all.map((keeper) => keeper.lookAfter()))
    }
    for (const at of sentAt) ok(sentAt.filter((each) => each >= at && each < at + 60_000).length <= 24)
    ok(host.mostFlying <= 4, `${host.mostFlying} at once`)
    deepEqual([host.sent.size, Math.max(...host.sent.values())], [40, 1])
  })

  test('leaves turns to those who ask, and who has patience waits for one', async () => {
    await using scene = await openBent({ limits: { atOnce: 1, perMinute: 6000, downAfter: 5 } })
    await scene.adopt(8)
    scene.host.work = async () => await new Promise(setImmediate)
    const ids = Array.from({ length: 8 }, (_, index) => `login-${index}`)
    const tokens = await Promise.all(ids.map((id) => scene.keeper.accessToken(id)))
    equal(new Set(tokens.map(({ accessToken }) => accessToken.expose())).size, 8)
    equal(scene.host.mostFlying, 1)
  })
})

describe('P-28: of one login host', () => {
  const limits = { atOnce: 4, perMinute: 6000, downAfter: 5 }
  /** Verifies all of its connections again and again, side by side, until it is told to stop. */
  function hammer(keeper: Scene['keeper'], ids: readonly string[]): () => Promise<void> {
    const over = new AbortController()
    const one = async (id: string): Promise<void> => {
      while (!over.signal.aborted) await keeper.verify({ tenant: 'loud', id }).catch(() => undefined)
    }
    const all = ids.map(one)
    return async () => {
      over.abort()
      await Promise.all(all)
    }
  }

  test('one tenant that verifies all the time has no more turns than another one that waits', async () => {
    await using scene = await openBent({ limits })
    const { host, keeper } = scene
    await scene.adopt(4)
    const loud = await scene.adopt(20, { tenant: 'loud' })
    host.work = async () => void (await new Promise((done) => setTimeout(done, 5)))
    const stop = hammer(keeper, loud)
    while (host.flying < 4) await new Promise(setImmediate)
    const turns: number[] = []
    for (const id of ['login-0', 'login-1', 'login-2', 'login-3']) {
      const before = host.answered
      await keeper.accessToken(id)
      turns.push(host.answered - before)
    }
    await stop()
    ok(Math.max(...turns) <= 4 + 2 + 4, `a token after ${turns.join()} turns`)
    ok(host.mostFlying <= 4, `${host.mostFlying} at once`)
  })

  test('what is due of one tenant is exchanged while another one asks all the time', async () => {
    await using scene = await openBent({ limits })
    const { host, keeper, time } = scene
    await scene.adopt(6)
    time.ahead(days(26))
    const loud = await scene.adopt(20, { tenant: 'loud' })
    host.work = async () => void (await new Promise((done) => setTimeout(done, 5)))
    const stop = hammer(keeper, loud)
    while (host.flying < 4) await new Promise(setImmediate)
    await keeper.lookAfter()
    await stop()
    deepEqual(await generations(scene), [2, 2, 2, 2, 2, 2])
  })

  test('what is due of one tenant is exchanged though another one takes every turn that there is', async () => {
    const [time, host] = [bentTime(), pretendHost()]
    const flown = { ms: Number(days(26)) }
    const over = new AbortController()
    const flow = async (): Promise<void> => {
      while (!over.signal.aborted) {
        flown.ms += 100
        time.ahead(milliseconds(flown.ms))
        await new Promise(setImmediate)
      }
    }
    const wait = async (length: number): Promise<void> => {
      const until = flown.ms + length
      while (flown.ms < until) await new Promise(setImmediate)
    }
    const few = { atOnce: 4, perMinute: 60, downAfter: 5 }
    await using vault = await openVault(host, { ...time.environment, wait }, { settings: { limits: few } })
    await vault.adopt(4)
    time.ahead(milliseconds(flown.ms))
    const loud = await vault.adopt(12, { tenant: 'loud' })
    const flowing = flow()
    const stop = hammer(vault.keeper, loud)
    await wait(seconds(20)) // what may come in one go is used up
    for (let round = 0; round < 3; round += 1) {
      await vault.keeper.lookAfter()
      await wait(seconds(10))
    }
    const now = (await vault.keeper.connections({ limit: 10 })).map(({ generation }) => generation)
    await stop()
    over.abort()
    await flowing
    deepEqual(now, [2, 2, 2, 2])
  })
})

describe('a login host that is down', () => {
  test('L-53: is asked by a handful, then by one probe at a time, and holds up no other', async () => {
    await using scene = await openBent()
    const { time, host } = scene
    await scene.adopt(30)
    await scene.adopt(5, { login: 'other' })
    host.down.add('login.example.com')
    time.ahead(days(26))
    for (let round = 0; round < 12; round += 1) {
      time.ahead(days(26) + minutes(round * 5))
      await scene.keeper.lookAfter()
    }
    const asked = host.opened - 5
    deepEqual([...host.sent.keys()].filter((token) => token.startsWith('other')).length, 5)
    ok(asked <= 8 + 12, `${asked} connections in an hour`)
    host.down.clear()
    for (let round = 0; round < 4; round += 1) {
      time.ahead(days(26) + hours(3) + minutes(round))
      await scene.keeper.lookAfter()
    }
    deepEqual([host.sent.size, mostSent(scene)], [35, 1])
  })

  test('one connection that fails again and again is tried more and more slowly', async () => {
    await using scene = await openBent({ limits: { atOnce: 10, perMinute: 600, downAfter: 1000 } })
    await scene.adopt(1)
    scene.host.down.add('login.example.com')
    let tried = 0
    for (let minute = 0; minute < 24 * 60; minute += 8) {
      scene.time.ahead(days(26) + minutes(minute))
      tried += await scene.keeper.lookAfter()
    }
    ok(tried >= 20 && tried <= 34, `${tried} times in a day`)
    scene.host.down.clear()
    scene.time.ahead(days(27) + hours(2))
    await scene.keeper.lookAfter()
    deepEqual(await generations(scene), [2])
  })
})

describe('no herd', () => {
  for (const [sentence, jump] of Object.entries({ forward: hours(12), back: -1 * hours(12) }))
    test(`L-56: a clock that jumps ${sentence} by twelve hours makes each connection send at most once`, async () => {
      await using scene = await openBent()
      const { time, host } = scene
      const start = days(1)
      time.ahead(start)
      await scene.adopt(30)
      const other = await scene.again()
      const all = [scene.keeper, other]
      for (const id of ['login-0', 'login-1', 'login-2']) await scene.keeper.accessToken(id)
      time.ahead(start + days(24) + hours(6))
      await Promise.all(all.map((keeper) => keeper.lookAfter()))
      for (let round = 0; round < 4; round += 1) {
        time.ahead(start + days(24) + hours(6) + jump + seconds(10 * round))
        await Promise.all(all.map((keeper) => keeper.lookAfter()))
      }
      equal(mostSent(scene), 1)
      const exchanged = await generations(scene)
      ok(exchanged.every((generation, index) => generation <= (index < 3 ? 3 : 2)))
      // half of the day over which they are spread has passed, or a quarter of it
      ok(jump > 0 ? host.sent.size >= 15 : host.sent.size < 20, `${host.sent.size} exchanged`)
    })
})

describe('the vault', () => {
  test('is pruned of what is over, in rounds, and keeps what is not', async () => {
    await using scene = await openBent({
      retention: {
        ...{ events: days(10), mostEvents: 100, attempts: days(10), introspections: days(10), removed: days(10) },
      },
    })
    await scene.adopt(3)
    await scene.keeper.remove('login-2')
    equal((await scene.keeper.events()).length, 3)
    scene.time.ahead(minutes(20))
    await scene.keeper.lookAfter()
    equal((await scene.keeper.events()).length, 3, 'they are not old')
    scene.time.ahead(days(11))
    await scene.keeper.lookAfter()
    deepEqual(await scene.keeper.events(), [])
    ok(scene.logged.some((line) => /keeper\.pruned .*"removed":\d/.test(line)))
    equal((await scene.keeper.connections()).length, 2)
  })
})
