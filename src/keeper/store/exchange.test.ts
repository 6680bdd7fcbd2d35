import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  attemptAt,
  bytes,
  canary,
  exchanged,
  live,
  openWithConnection,
  start,
  type KeeperStore,
} from '../../../test/keeper/store.ts'
import { findAttempt, findOpenAttempts } from './attempt-row.ts'
import { findEvents } from './events.ts'

const attemptOf = (store: KeeperStore, attempt = 1) => store.storage.read(() => findAttempt(canary, attempt))
const kindsOf = async (store: KeeperStore) =>
  (await store.storage.read(() => findEvents({ tenant: 'acme', after: 0, limit: 100 }))).map(({ kind }) => kind)

describe('committing an exchange', () => {
  test('L-47: stores refresh token, access token and all that was learned in one go, and closes the attempt', async (t) => {
    const store = await openWithConnection(t)
    const before = await store.connection()
    const { fence } = await store.lease()
    const step = await attemptAt(store, { fence }, 'received')
    store.now += 10
    const outcome = await store.write('commitExchange', { ...step, next: exchanged(), outcome: 'rotated' })
    deepEqual(outcome, { kind: 'committed', generation: 2 })
    deepEqual(await store.connection(), {
      ...before,
      ...{ generation: 2, sealedRefresh: bytes('sealed refresh token 2'), refreshAttempt: 1, version: 3 },
      access: { ...exchanged().access, generation: 2, attempt: 1 },
      ...{ instanceUrl: 'https://acme.my.salesforce.com', sessionSeconds: 7200, lastEgress: 'a' },
      ...{ lastExchangeAt: start + 10, nextDueAt: start + 7_000_000 },
    })
    const { outcome: named, ledTo, closedAt, sealedReply } = (await attemptOf(store)) ?? {}
    deepEqual(
      { named, ledTo, closedAt, sealedReply },
      { named: 'rotated', ledTo: 2, closedAt: start + 10, sealedReply: null },
    )
  })

  test('L-32: without a refresh token keeps the old one, its generation and what it is sealed to', async (t) => {
    const store = await openWithConnection(t)
    const step = await attemptAt(store, await store.lease(), 'received')
    const next = exchanged({ sealedRefresh: undefined })
    deepEqual(await store.write('commitExchange', { ...step, next, outcome: 'unchanged' }), {
      kind: 'committed',
      generation: 1,
    })
    const { generation, sealedRefresh, refreshAttempt, access } = await store.connection()
    deepEqual(
      { generation, sealedRefresh, refreshAttempt, sealedTo: [access?.generation, access?.attempt] },
      { generation: 1, sealedRefresh: bytes('sealed refresh token 1'), refreshAttempt: 0, sealedTo: [1, 1] },
    )
  })

  test('told again, as after a commit whose fate was unknown, answers the same and changes nothing', async (t) => {
    const store = await openWithConnection(t)
    const { fence } = await store.lease()
    const step = { ...(await attemptAt(store, { fence }, 'received')), next: exchanged(), outcome: 'rotated' }
    const first = await store.write('commitExchange', step)
    const stored = await store.connection()
    await store.write('releaseLease', { key: canary, fence })
    deepEqual(await store.write('commitExchange', step), first)
    deepEqual(await store.connection(), stored)
  })

  test('goes through after the end of the lease as long as nobody has taken it', async (t) => {
    const store = await openWithConnection(t)
    const step = await attemptAt(store, await store.lease(), 'received')
    store.now += 3_600_000
    equal((await store.write('commitExchange', { ...step, next: exchanged(), outcome: 'rotated' })).kind, 'committed')
  })

  test('L-40: is refused to a stale fence at every step, and its reply stays for whoever holds the lease', async (t) => {
    for (const stage of ['prepared', 'connected', 'sent', 'received'] as const) {
      const store = await openWithConnection(t)
      const step = await attemptAt(store, await store.lease(), stage)
      store.now += 60_000
      await store.lease('b')
      const [connection, open] = [await store.connection(), await store.storage.read(() => findOpenAttempts(canary))]
      const plans = { next: exchanged(), outcome: 'x', sawReply: true, eraseReply: true, state: live }
      for (const write of ['commitExchange', 'closeAttempt', 'judgeAttempt'] as const)
        equal((await store.write(write, { ...step, ...plans })).kind, 'fenced')
      const guard = { fence: step.fence }
      equal((await store.write('setState', { key: canary, guard, generation: 1, next: live })).kind, 'fenced')
      const noting = { ...step, said: 'active', askedOf: 'x', tookMs: 1 }
      equal((await store.write('noteIntrospection', noting)).kind, 'fenced')
      equal((await store.write('removeConnection', step)).kind, 'fenced')
      deepEqual(
        [await store.connection(), await store.storage.read(() => findOpenAttempts(canary))],
        [connection, open],
      )
    }
  })

  test('of a token that was replaced meanwhile is refused, and its reply stays open', async (t) => {
    const store = await openWithConnection(t)
    const step = await attemptAt(store, await store.lease(), 'received')
    const adopted = { sealedRefresh: bytes('adopted'), access: null, soleHolder: true, state: live }
    await store.write('replaceToken', { key: canary, generation: 1, ...adopted })
    const outcome = await store.write('commitExchange', { ...step, next: exchanged(), outcome: 'rotated' })
    deepEqual(outcome, { kind: 'stale-generation', generation: 2 })
    deepEqual((await store.connection()).sealedRefresh, bytes('adopted'))
    equal((await store.storage.read(() => findOpenAttempts(canary))).length, 1)
  })

  test('L-46: makes attempts needless that sent the same token unanswered, and no others', async (t) => {
    const store = await openWithConnection(t)
    const { fence } = await store.lease()
    const [silent, answered] = [await attemptAt(store, { fence }, 'sent'), await attemptAt(store, { fence }, 'sent')]
    await store.write('appendReceived', { ...answered, sealedReply: bytes('also answered') })
    // adopting one reply does not throw away another
    const other = { ...silent, sealedReply: bytes('late') }
    await store.write('appendReceived', other)
    equal(
      (await store.write('commitExchange', { ...answered, next: exchanged(), outcome: 'rotated' })).kind,
      'committed',
    )
    deepEqual((await attemptOf(store, silent.attempt))?.closedAt, null)
    const third = await attemptAt(store, { fence, generation: 2 }, 'sent')
    const fourth = await attemptAt(store, { fence, generation: 2 }, 'sent')
    equal((await store.write('commitExchange', { ...fourth, next: exchanged(), outcome: 'rotated' })).kind, 'committed')
    deepEqual((await attemptOf(store, third.attempt))?.outcome, 'overtaken')
    deepEqual(
      (await store.storage.read(() => findOpenAttempts(canary))).map(({ attempt }) => attempt),
      [silent.attempt],
    )
  })

  test('is all or nothing, whichever of its statements fails', async (t) => {
    let failAt = 0
    let seen = 0
    const store = await openWithConnection(t, ({ op }) => {
      if (op !== 'statement' || failAt === 0) return
      seen += 1
      if (seen === failAt) throw new Error('the disk is full')
    })
    const step = await attemptAt(store, await store.lease(), 'received')
    const before = [await store.connection(), await attemptOf(store)]
    const plan = { ...step, next: exchanged(), outcome: 'rotated', events: [{ kind: 'x', data: '{}' }] }
    let failures = 0
    for (failAt = 1; ; failAt += 1) {
      seen = 0
      const result = await store.storage.write('commitExchange', plan)
      if (result.kind === 'committed') break
      equal(result.kind, 'failed')
      failures += 1
      deepEqual([await store.connection(), await attemptOf(store), await kindsOf(store)], [...before, []])
    }
    equal(failures > 8, true, `only ${failures} points`)
    deepEqual(await kindsOf(store), ['x'])
  })
})

describe('closing an attempt', () => {
  const closing = { outcome: 'ip-refused', sawReply: true, eraseReply: true }
  const refused = { state: 'ip-refused', why: 'blocked', nextDueAt: null, onChange: [{ kind: 'refused', data: '{}' }] }

  test('names the outcome and enters the state with its event in one go', async (t) => {
    const store = await openWithConnection(t)
    const step = await attemptAt(store, await store.lease(), 'received')
    const outcome = await store.write('closeAttempt', { ...step, ...closing, state: refused })
    deepEqual(outcome, { kind: 'closed', stateEntered: true })
    const { state, why, nextDueAt, stateSince } = await store.connection()
    deepEqual(
      { state, why, nextDueAt, stateSince },
      { state: 'ip-refused', why: 'blocked', nextDueAt: null, stateSince: start },
    )
    deepEqual(await kindsOf(store), ['refused'])
  })

  test('L-58: one incident gives one event until it is resolved', async (t) => {
    const store = await openWithConnection(t)
    const { fence } = await store.lease()
    const meet = async (state: typeof live) => {
      const step = await attemptAt(store, { fence }, 'received')
      await store.write('closeAttempt', { ...step, ...closing, state })
      store.now += 1
    }
    const doubted = { ...refused, state: 'in-doubt', onChange: [{ kind: 'doubted', data: '{}' }] }
    for (const state of [refused, refused, doubted, refused, doubted]) await meet(state)
    deepEqual(await kindsOf(store), ['refused', 'doubted'])
    for (const state of [{ ...live, resolves: true }, refused]) await meet(state)
    deepEqual(await kindsOf(store), ['refused', 'doubted', 'refused'])
    equal((await store.connection()).stateSince, start + 6)
  })

  test('L-50: of an older generation leaves the state of the connection alone', async (t) => {
    const store = await openWithConnection(t)
    const step = await attemptAt(store, await store.lease(), 'received')
    const adopted = { sealedRefresh: bytes('adopted'), access: null, soleHolder: true, state: live }
    await store.write('replaceToken', { key: canary, generation: 1, ...adopted })
    const outcome = await store.write('closeAttempt', { ...step, ...closing, state: refused })
    deepEqual(outcome, { kind: 'closed', stateEntered: false })
    equal((await store.connection()).state, 'live')
    deepEqual(await kindsOf(store), [])
  })

  for (const write of ['closeAttempt', 'judgeAttempt'] as const)
    test(`P-20: ${write} never passes over a reply that arrived after the decision`, async (t) => {
      const store = await openWithConnection(t)
      const step = await attemptAt(store, await store.lease(), 'received')
      const outcome = await store.write(write, { ...step, outcome: 'in-doubt', sawReply: false, eraseReply: false })
      equal(outcome.kind, 'reply-arrived')
      deepEqual('attempt' in outcome && outcome.attempt.sealedReply, bytes('reply 1'))
      equal((await attemptOf(store))?.outcome, null)
    })

  test('keeps or erases the reply, as it is told', async (t) => {
    const store = await openWithConnection(t)
    const { fence } = await store.lease()
    for (const eraseReply of [false, true]) {
      const step = await attemptAt(store, { fence }, 'received')
      await store.write('closeAttempt', { ...step, ...closing, eraseReply })
      const kept = (await attemptOf(store, step.attempt))?.sealedReply
      deepEqual(kept, eraseReply ? null : bytes(`reply ${step.attempt}`))
    }
  })

  test('twice is refused, and closes nothing else', async (t) => {
    const store = await openWithConnection(t)
    const step = await attemptAt(store, await store.lease(), 'received')
    await store.write('closeAttempt', { ...step, ...closing })
    deepEqual(await store.write('closeAttempt', { ...step, ...closing }), { kind: 'not-open' })
    deepEqual(await store.write('commitExchange', { ...step, next: exchanged(), outcome: 'x' }), { kind: 'not-open' })
  })
})
