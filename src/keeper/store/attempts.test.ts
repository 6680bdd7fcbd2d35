import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  attemptAt,
  bytes,
  canary,
  exchanged,
  live,
  newConnection,
  openWithConnection,
  start,
  type KeeperStore,
} from '../../../test/keeper/store.ts'
import { findAttempt, findOpenAttempts } from './attempt-row.ts'
import { strandedConnections } from './read-due.ts'

const replacement = {
  key: canary,
  generation: 1,
  sealedRefresh: bytes('adopted'),
  access: null,
  soleHolder: true,
  state: live,
}
const openOf = (store: KeeperStore) => store.storage.read(() => findOpenAttempts(canary))
const stranded = (store: KeeperStore) => store.storage.read(() => strandedConnections({ limit: 10 }))

describe('the journal of an attempt', () => {
  test('holds each step with its time, in the order in which they are taken', async (t) => {
    const store = await openWithConnection(t)
    const { fence } = await store.lease()
    const step = { key: canary, fence, generation: 1, attempt: 1 }
    deepEqual(await store.write('prepareAttempt', step), { kind: 'prepared', attempt: 1, at: start })
    store.now += 1
    await store.write('markConnected', { ...step, leftFrom: '192.0.2.1', egress: 'a' })
    store.now += 1
    await store.write('markSent', { ...step, tunnelEndsAt: start + 30_000 })
    store.now += 1
    await store.write('appendReceived', { ...step, sealedReply: bytes('reply') })
    deepEqual(
      { ...(await store.storage.read(() => findAttempt(canary, 1))) },
      {
        ...{
          attempt: 1,
          generation: 1,
          fence,
          stage: 'received',
          preparedAt: start,
          connectedAt: start + 1,
          sentAt: start + 2,
        },
        ...{ tunnelEndsAt: start + 30_000, receivedAt: start + 3, sealedReply: bytes('reply'), leftFrom: '192.0.2.1' },
        ...{ egress: 'a', outcome: null, ledTo: null, closedAt: null },
      },
    )
  })

  test('counts attempts from 1 and never uses a number again', async (t) => {
    const store = await openWithConnection(t)
    const { fence } = await store.lease()
    for (const attempt of [1, 2, 3]) equal((await attemptAt(store, { fence }, 'prepared')).attempt, attempt)
  })

  test('takes no step twice, and none before the one before it', async (t) => {
    const store = await openWithConnection(t)
    const { fence } = await store.lease()
    const prepared = await attemptAt(store, { fence }, 'prepared')
    deepEqual(await store.write('markSent', { ...prepared, tunnelEndsAt: null }), { kind: 'not-open' })
    const sent = await attemptAt(store, { fence }, 'sent')
    deepEqual(await store.write('markSent', { ...sent, tunnelEndsAt: null }), { kind: 'not-open' })
    deepEqual(await store.write('markConnected', { ...sent, leftFrom: null, egress: null }), { kind: 'not-open' })
  })

  test('takes no step under another lease than the one it was prepared under', async (t) => {
    const store = await openWithConnection(t)
    const connected = await attemptAt(store, await store.lease(), 'connected')
    store.now += 60_000
    const { fence } = await store.lease('b')
    deepEqual(await store.write('markSent', { ...connected, fence, tunnelEndsAt: null }), { kind: 'not-open' })
    const again = { ...connected, fence, leftFrom: null, egress: null }
    deepEqual(await store.write('markConnected', again), { kind: 'not-open' })
  })

  // each is a way in which time passed between a step and the next one, and what must come of the next one
  const meanwhile: Record<string, [kind: string, (store: KeeperStore, fence: number) => Promise<unknown>]> = {
    'P-13: the lease has ended on the clock of the store': ['lease-ended', async (store) => (store.now += 60_000)],
    'L-40: another has taken over': [
      'fenced',
      async (store) => {
        store.now += 60_000
        await store.lease('b')
      },
    ],
    'the lease was released': ['fenced', (store, fence) => store.write('releaseLease', { key: canary, fence })],
    'L-48: another token was adopted': ['stale-generation', (store) => store.write('replaceToken', replacement)],
    'the connection was removed': [
      'fenced',
      (store, fence) => store.write('removeConnection', { key: canary, fence, generation: 1 }),
    ],
    'P-20: a reply to an earlier attempt has arrived': [
      'reply-arrived',
      (store) => store.write('appendReceived', { key: canary, generation: 1, attempt: 1, sealedReply: bytes('late') }),
    ],
  }
  for (const [sentence, [kind, happens]] of Object.entries(meanwhile))
    for (const step of ['prepareAttempt', 'markConnected', 'markSent'] as const)
      test(`${sentence}: ${step} is refused and writes nothing`, async (t) => {
        const store = await openWithConnection(t)
        const earlier = await attemptAt(store, await store.lease('earlier'), 'sent')
        await store.write('releaseLease', earlier)
        const { fence } = await store.lease()
        const about = await attemptAt(store, { fence }, step === 'markSent' ? 'connected' : 'prepared')
        await happens(store, fence)
        const before = await openOf(store)
        const input = { ...about, leftFrom: null, egress: null, tunnelEndsAt: null }
        equal((await store.write(step, input)).kind, kind)
        deepEqual(await openOf(store), before)
      })

  test('a reply to a token that was replaced does not keep the new one from being sent', async (t) => {
    const store = await openWithConnection(t)
    const { fence } = await store.lease()
    const sent = await attemptAt(store, { fence }, 'sent')
    await store.write('replaceToken', replacement)
    const late = { ...sent, sealedReply: bytes('of a replaced family') }
    deepEqual(await store.write('appendReceived', late), { kind: 'kept', generation: 2 })
    equal((await attemptAt(store, { fence, generation: 2 }, 'sent')).attempt, 2)
  })
})

describe('a reply', () => {
  test('P-20: is kept after the lease has ended, was taken by another, and the attempt was closed over it', async (t) => {
    const store = await openWithConnection(t)
    const slept = await attemptAt(store, await store.lease(), 'sent')
    store.now += 60_000
    const { fence } = await store.lease('b')
    const closing = { ...slept, fence, outcome: 'in-doubt', sawReply: false, eraseReply: false }
    equal((await store.write('closeAttempt', closing)).kind, 'closed')
    deepEqual(await openOf(store), [])
    const reply = { ...slept, sealedReply: bytes('the only copy') }
    deepEqual(await store.write('appendReceived', reply), { kind: 'kept', generation: 1 })
    const [found] = await openOf(store)
    deepEqual([found?.stage, found?.outcome, found?.sealedReply], ['received', 'in-doubt', bytes('the only copy')])
  })

  test('P-20: that was kept is found by the next lease and adopted under its fence', async (t) => {
    const store = await openWithConnection(t)
    const slept = await attemptAt(store, await store.lease(), 'received')
    store.now += 60_000
    const { fence, open } = await store.lease('b')
    deepEqual(
      open.map(({ sealedReply }) => sealedReply),
      [bytes('reply 1')],
    )
    const adopting = { ...slept, fence, next: exchanged(), outcome: 'rotated' }
    deepEqual(await store.write('commitExchange', adopting), { kind: 'committed', generation: 2 })
    deepEqual(await openOf(store), [])
  })

  test('counts once: whatever is told again, the first one stays', async (t) => {
    const store = await openWithConnection(t)
    const received = await attemptAt(store, await store.lease(), 'received')
    deepEqual(await store.write('appendReceived', { ...received, sealedReply: bytes('another') }), {
      kind: 'kept-before',
    })
    deepEqual((await openOf(store))[0]?.sealedReply, bytes('reply 1'))
  })

  test('that was adopted already does not open its attempt again', async (t) => {
    const store = await openWithConnection(t)
    for (const stage of ['sent', 'received'] as const) {
      const { generation } = await store.connection()
      const { fence } = await store.lease()
      const step = await attemptAt(store, { fence, generation }, stage)
      equal((await store.write('commitExchange', { ...step, next: exchanged(), outcome: 'rotated' })).kind, 'committed')
      deepEqual(await store.write('appendReceived', { ...step, sealedReply: bytes('again') }), { kind: 'kept-before' })
      await store.write('releaseLease', { key: canary, fence })
    }
    deepEqual(await openOf(store), [])
  })

  const unasked = {
    'of an attempt that was never prepared': { attempt: 9 },
    'of another generation than the attempt sent': { generation: 2 },
    'of another connection': { key: { tenant: 'acme', id: 'other' } },
    'P-28: of the connection of that name of another tenant': { key: { tenant: 'rival', id: 'canary' } },
  }
  for (const [sentence, about] of Object.entries(unasked))
    test(`${sentence} is unknown and kept nowhere`, async (t) => {
      const store = await openWithConnection(t)
      await store.write('createConnection', newConnection({ key: { tenant: 'rival', id: 'canary' } }))
      const sent = await attemptAt(store, await store.lease(), 'sent')
      const before = await openOf(store)
      const outcome = await store.write('appendReceived', { ...sent, sealedReply: bytes('stray'), ...about })
      deepEqual(outcome, { kind: 'unknown' })
      deepEqual(await openOf(store), before)
    })
})

describe('an attempt whose holder died', () => {
  for (const stage of ['prepared', 'connected', 'sent', 'received'] as const)
    test(`is found once its lease has ended, not before (${stage})`, async (t) => {
      const store = await openWithConnection(t)
      await attemptAt(store, await store.lease(), stage)
      deepEqual(await stranded(store), [])
      store.now += 60_000
      deepEqual(
        (await stranded(store)).map(({ key, dueAt }) => ({ key, dueAt })),
        [{ key: canary, dueAt: start }],
      )
    })

  test('is left alone once it has a name, until its reply comes', async (t) => {
    const store = await openWithConnection(t)
    const { fence } = await store.lease()
    const sent = await attemptAt(store, { fence }, 'sent')
    equal((await store.write('judgeAttempt', { ...sent, outcome: 'in-doubt', sawReply: false })).kind, 'judged')
    await store.write('releaseLease', { key: canary, fence })
    deepEqual(await stranded(store), [])
    await store.write('appendReceived', { ...sent, sealedReply: bytes('late') })
    equal((await stranded(store)).length, 1)
  })
})
