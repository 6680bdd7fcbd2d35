import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { attemptAt, canary, newConnection, openWithConnection, start, live } from '../../../test/keeper/store.ts'
import { countFlying, findHost, restingHosts } from './login-hosts.ts'

const loginUrl = 'https://login.example.com'
const turn = { urgency: 'asked', limits: { atOnce: 1, perMinute: 600, downAfter: 2 } } as const
const other = { tenant: 'acme', id: 'other' }

describe('turns at a login host', () => {
  test('one that is under way keeps others waiting, over all connections, until it has ended or its lease has', async (t) => {
    const store = await openWithConnection(t)
    await store.write('createConnection', newConnection({ key: other }))
    const first = await attemptAt(store, await store.lease(), 'sent')
    const flying = () => store.storage.read(() => countFlying(loginUrl, store.now, canary.tenant))
    deepEqual(await flying(), { all: 1, own: 1 })
    const lease = await store.write('takeLease', { key: other, holder: 'b', forMs: 60_000 })
    ok(lease.kind === 'taken')
    const under = { key: other, fence: lease.fence, generation: 1, turn }
    const told = await store.write('prepareAttempt', under)
    ok(told.kind === 'later')
    deepEqual([told.reason, told.loginUrl, told.until > store.now], ['full', loginUrl, true])
    await store.write('judgeAttempt', { ...first, outcome: 'in-doubt', sawReply: false })
    deepEqual(await flying(), { all: 0, own: 0 })
    equal((await store.write('prepareAttempt', under)).kind, 'prepared')
    store.now += 60_001
    deepEqual(await flying(), { all: 0, own: 0 }, 'its process has died')
  })

  test('of a host that counts as down nobody has one, until an exchange shows that it answers', async (t) => {
    const store = await openWithConnection(t)
    const { fence } = await store.lease()
    const fail = async (): Promise<void> => {
      const step = await attemptAt(store, { fence }, 'sent')
      const host = { well: false, jitter: 0, downAfter: 2 } as const
      await store.write('closeAttempt', { ...step, outcome: 'x', sawReply: false, eraseReply: true, host })
    }
    await fail()
    deepEqual(await store.storage.read(() => restingHosts(store.now)), [])
    await fail()
    deepEqual(await store.storage.read(() => restingHosts(store.now)), [loginUrl])
    const told = await store.write('prepareAttempt', { key: canary, fence, generation: 1, turn })
    ok(told.kind === 'later' && told.reason === 'down')
    store.now = told.until
    deepEqual(await store.storage.read(() => restingHosts(store.now)), [])
    const step = await attemptAt(store, { fence }, 'sent')
    await store.write('closeAttempt', {
      ...step,
      outcome: 'x',
      sawReply: false,
      eraseReply: true,
      host: { well: true },
    })
    const host = await store.storage.read(() => findHost(loginUrl))
    deepEqual([host?.failures, host?.restsUntil], [0, 0])
  })
})

describe('what is due', () => {
  test('is put off where nobody has changed it since it was read', async (t) => {
    const store = await openWithConnection(t)
    const { version, nextDueAt } = await store.connection()
    ok(nextDueAt !== null)
    const off = { key: canary, version, dueAt: nextDueAt, until: start + 9 }
    const all = [{ ...off, version: version + 1 }, { ...off, dueAt: 1 }, off]
    equal(await store.write('putOff', { all }), 1)
    const after = await store.connection()
    deepEqual([after.nextDueAt, after.version], [start + 9, version])
  })
})

describe('the length of sessions', () => {
  test('is learned of the access token that is stored, and of many who learn it at once by one', async (t) => {
    const store = await openWithConnection(t)
    const learned = { key: canary, generation: 1, attempt: 0, knew: 0, seconds: 900, refusals: 1 }
    const all = [{ ...learned, attempt: 7 }, learned, learned]
    deepEqual(await Promise.all(all.map((each) => store.write('learnSession', each))), [false, true, false])
    const { sessionSeconds, sessionRefusals, version } = await store.connection()
    deepEqual([sessionSeconds, sessionRefusals, version], [900, 1, 1])
  })
})

describe('failures', () => {
  test('are counted in a row, and cleared by what goes well', async (t) => {
    const store = await openWithConnection(t)
    const counted: number[] = []
    for (const failures of ['add', 'add', undefined, 'clear'] as const) {
      const guard = { version: (await store.connection()).version }
      await store.write('setState', { key: canary, guard, generation: 1, next: { ...live, failures } })
      counted.push((await store.connection()).failures)
    }
    deepEqual(counted, [1, 2, 2, 0])
  })
})
