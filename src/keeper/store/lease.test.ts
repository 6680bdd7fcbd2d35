import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { canary, newConnection, openWithConnection as opened, start } from '../../../test/keeper/store.ts'
import { findLease } from './lease.ts'
import { dueConnections } from './read-due.ts'

describe('the lease of a connection', () => {
  test('is given to one of fifty who ask at once, and the others are told who has it and until when', async (t) => {
    const store = await opened(t)
    const ask = (i: number) => store.write('takeLease', { key: canary, holder: `process ${i}`, forMs: 60_000 })
    const outcomes = await Promise.all(Array.from({ length: 50 }, (_, i) => ask(i)))
    equal(outcomes.filter(({ kind }) => kind === 'taken').length, 1)
    deepEqual(outcomes[49], { kind: 'held', holder: 'process 0', now: start, until: start + 60_000 })
  })

  test('brings the connection as it is now, and what is open of it (L-38)', async (t) => {
    const store = await opened(t)
    const first = await store.lease()
    deepEqual(first.connection, await store.connection())
    deepEqual(first.open, [])
    await store.write('prepareAttempt', { key: canary, fence: first.fence, generation: 1 })
    store.now += 60_000
    deepEqual(
      (await store.lease('b')).open.map(({ attempt, stage, fence }) => ({ attempt, stage, fence })),
      [{ attempt: 1, stage: 'prepared', fence: 1 }],
    )
  })

  test('P-13: ends on the clock of the store, at its last millisecond', async (t) => {
    const store = await opened(t)
    await store.lease()
    store.now += 59_999
    equal((await store.write('takeLease', { key: canary, holder: 'b', forMs: 1 })).kind, 'held')
    store.now += 1
    equal((await store.lease('b')).fence, 2)
  })

  test('has a fence that grows with each taking, through releases as well', async (t) => {
    const store = await opened(t)
    const fences: number[] = []
    for (let i = 0; i < 5; i += 1) {
      const { fence } = await store.lease()
      fences.push(fence)
      await store.write('releaseLease', { key: canary, fence })
    }
    deepEqual(fences, [1, 2, 3, 4, 5])
  })

  test('L-37: is neither released nor renewed by whoever had it before', async (t) => {
    const store = await opened(t)
    const old = await store.lease('a')
    store.now += 60_000
    const current = await store.lease('b')
    deepEqual(await store.write('releaseLease', { key: canary, fence: old.fence }), { kind: 'fenced' })
    deepEqual(await store.write('renewLease', { key: canary, fence: old.fence, forMs: 9 }), { kind: 'fenced' })
    deepEqual(await store.storage.read(() => findLease(canary)), {
      ...{ holder: 'b', fence: current.fence, until: current.until, forMs: 60_000, lastAttempt: 0 },
    })
  })

  test('is renewed while it lives, never shortened, and not revived', async (t) => {
    const store = await opened(t)
    const { fence, until } = await store.lease()
    store.now += 30_000
    const renew = (forMs: number) => store.write('renewLease', { key: canary, fence, forMs })
    deepEqual(await renew(1), { kind: 'renewed', now: store.now, until })
    deepEqual(await renew(60_000), { kind: 'renewed', now: store.now, until: store.now + 60_000 })
    store.now += 60_000
    deepEqual(await renew(60_000), { kind: 'lease-ended', now: store.now, until: store.now })
  })

  test('is released even after its end, once', async (t) => {
    const store = await opened(t)
    const { fence } = await store.lease()
    store.now += 60_000
    const release = () => store.write('releaseLease', { key: canary, fence })
    deepEqual([await release(), await release()], [{ kind: 'released' }, { kind: 'fenced' }])
  })

  for (const [sentence, back] of Object.entries({
    'does not stand still for as long as the clock was set back': 12 * 3_600_000,
    'holds when the clock is set back by less than its length': 59_000,
  }))
    test(`L-56: ${sentence}`, async (t) => {
      const store = await opened(t)
      await store.lease()
      store.now -= back
      const outcome = await store.write('takeLease', { key: canary, holder: 'b', forMs: 60_000 })
      equal(outcome.kind, back > 60_000 ? 'taken' : 'held')
    })

  test('L-56: leaves the holder whose clock was set back nothing to spend with', async (t) => {
    const store = await opened(t)
    const { fence } = await store.lease()
    store.now -= 12 * 3_600_000
    equal((await store.write('prepareAttempt', { key: canary, fence, generation: 1 })).kind, 'lease-ended')
  })

  test('of an unknown connection, or of another tenant, is unknown', async (t) => {
    const store = await opened(t)
    for (const key of [
      { tenant: 'acme', id: 'none' },
      { tenant: 'rival', id: 'canary' },
    ])
      deepEqual(await store.write('takeLease', { key, holder: 'a', forMs: 1 }), { kind: 'unknown' })
  })

  for (const forMs of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
    test(`of ${forMs} ms is a mistake of ours`, async (t) => {
      const store = await opened(t)
      equal((await store.storage.write('takeLease', { key: canary, holder: 'a', forMs })).kind, 'failed')
    })

  test('keeps a connection off the list of what is due', async (t) => {
    const store = await opened(t)
    const due = async () => store.storage.read(() => dueConnections({ now: start + 3_600_000, limit: 10 }))
    equal((await due()).length, 1)
    await store.lease()
    deepEqual(await due(), [])
    store.now += 60_000
    equal((await due()).length, 1)
  })

  test('and numbers of attempts count on for a later connection of the same name', async (t) => {
    const store = await opened(t)
    const slept = await store.lease()
    await store.write('prepareAttempt', { key: canary, fence: slept.fence, generation: 1 })
    store.now += 60_000
    const { fence } = await store.lease('b')
    equal((await store.write('removeConnection', { key: canary, fence, generation: 1 })).kind, 'removed')
    equal((await store.write('createConnection', newConnection())).kind, 'created')
    const fresh = await store.lease('c')
    equal(fresh.fence, 3)
    const prepared = await store.write('prepareAttempt', { key: canary, fence: fresh.fence, generation: 1 })
    equal('attempt' in prepared && prepared.attempt, 2)
    const late = { key: canary, generation: 1, attempt: 1, sealedReply: new Uint8Array(1) }
    deepEqual(await store.write('appendReceived', late), { kind: 'unknown' })
  })
})
