import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { newConnection, openKeeperStore, start, type KeeperStore } from '../../../test/keeper/store.ts'
import type { Claimed } from './deliveries.ts'
import { findPending, findWebhook, findWebhooksWithWork, webhookHasWork } from './webhooks.ts'

const key = { tenant: 'acme', name: 'pager' }
const kinds = ['connection.recovered', 'webhook.gave_up', 'webhook.disabled']

/** A webhook that was there first, and a connection with so many events. */
async function openTold(t: TestContext, events: number): Promise<KeeperStore> {
  const store = await openKeeperStore(t)
  await store.write('saveWebhook', { key, urlDigest: 'one', fromStart: false })
  const each = { kind: 'connection.recovered', data: '{}' }
  await store.write('createConnection', newConnection({ events: Array.from({ length: events }, () => each) }))
  return store
}

const claim = async (store: KeeperStore, holder = 'a'): Promise<Claimed> =>
  await store.write('claimDelivery', { key, holder, forMs: 30_000, kinds, lot: 0.5 })

async function claimed(store: KeeperStore, holder = 'a'): Promise<Claimed & { readonly kind: 'claimed' }> {
  const got = await claim(store, holder)
  ok(got.kind === 'claimed', got.kind)
  return got
}

const pruning = { eventsBefore: 0, attemptsBefore: 0, introspectionsBefore: 0, removedBefore: 0, most: 100 }

describe('a delivery', () => {
  test('is one holder’s until it has settled or its lease has ended, and then whose it was writes nothing', async (t) => {
    const store = await openTold(t, 2)
    const first = await claimed(store)
    deepEqual(await claim(store, 'b'), { kind: 'held', now: start, until: start + 30_000 })
    equal(await store.storage.read(() => webhookHasWork(key)), false)
    store.now += 30_000
    const second = await claimed(store, 'b')
    deepEqual([second.delivery.sequence, second.delivery.attempts, second.fence], [1, 2, 2])
    const settle = { key, sequence: 1, end: { kind: 'taken' } } as const
    deepEqual(await store.write('settleDelivery', { ...settle, fence: first.fence }), { kind: 'fenced' })
    deepEqual(await store.write('settleDelivery', { ...settle, fence: second.fence }), { kind: 'settled' })
    deepEqual(await store.write('settleDelivery', { ...settle, fence: second.fence }), { kind: 'fenced' })
    equal((await claimed(store)).delivery.sequence, 2)
  })

  test('L-56: does not wait for a lease that was given before the clock was set back', async (t) => {
    const store = await openTold(t, 2)
    const first = await claimed(store)
    equal(first.delivery.sequence, 1)
    store.now -= 86_400_000
    const idle = await claim(store, 'b')
    ok(idle.kind === 'idle', 'nobody holds it; what was begun is due when it was to be')
    store.now += 86_400_000 + 31_000
    equal((await claimed(store, 'b')).delivery.sequence, 1)
  })

  test('of what was pruned before is none, and how many those were is kept', async (t) => {
    const store = await openTold(t, 5)
    await store.write('pruneKeeper', { ...pruning, keepEvents: 2 })
    equal((await claimed(store)).delivery.sequence, 4)
    equal((await store.storage.read(() => findWebhook(key)))?.missed, 3)
  })

  test('under way is not lost when its event is pruned', async (t) => {
    const store = await openTold(t, 1)
    const { fence } = await claimed(store)
    const end = { kind: 'failed', why: 'it answered 500' } as const
    await store.write('settleDelivery', { key, fence, sequence: 1, end })
    await store.write('pruneKeeper', { ...pruning, eventsBefore: start + 1, keepEvents: 0 })
    store.now += 10_000
    equal((await claimed(store)).delivery.kind, 'connection.recovered')
  })
})

describe('a webhook', () => {
  test('that was disabled is enabled again by another URL, and not by the same', async (t) => {
    const store = await openTold(t, 1)
    const { fence } = await claimed(store)
    const gone = { kind: 'gone', why: 'it answered 410' } as const
    deepEqual(await store.write('settleDelivery', { key, fence, sequence: 1, end: gone }), { kind: 'disabled' })
    equal(await store.write('saveWebhook', { key, urlDigest: 'one', fromStart: false }), 'kept')
    equal((await claim(store)).kind, 'disabled')
    deepEqual(await store.storage.read(findWebhooksWithWork), [])
    equal(await store.write('saveWebhook', { key, urlDigest: 'two', fromStart: false }), 'moved')
    equal((await claimed(store)).delivery.sequence, 1)
  })

  test('has work while events are new or deliveries are due, and counts what is pending', async (t) => {
    const store = await openTold(t, 3)
    const work = async (): Promise<readonly [number, number]> => [
      (await store.storage.read(findWebhooksWithWork)).length,
      (await store.storage.read(() => findPending(key, kinds))).count,
    ]
    deepEqual(await work(), [1, 3])
    for (let left = 3; left > 0; left -= 1) {
      const { fence, delivery } = await claimed(store)
      await store.write('settleDelivery', { key, fence, sequence: delivery.sequence, end: { kind: 'taken' } })
      deepEqual((await work())[1], left - 1)
    }
    deepEqual(await work(), [0, 0])
    equal((await claim(store)).kind, 'idle')
  })

  test('that nobody has made is unknown', async (t) => {
    const store = await openKeeperStore(t)
    equal((await claim(store)).kind, 'unknown')
    deepEqual(await store.storage.read(() => findPending(key, kinds)), { count: 0, oldestAt: null })
    equal(await store.write('resumeWebhook', key), false)
  })
})
