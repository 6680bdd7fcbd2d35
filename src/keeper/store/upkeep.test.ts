import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  attemptAt,
  bytes,
  canary,
  live,
  newConnection,
  openKeeperStore,
  openWithConnection,
  start,
  type KeeperStore,
} from '../../../test/keeper/store.ts'
import { findApp, findApps } from './apps.ts'
import { findAttempts } from './attempt-row.ts'
import { findEvents, findEventSpan } from './events.ts'
import { findIntrospections } from './introspections.ts'
import { findLease } from './lease.ts'
import { countKeyUses, findWrappedApps, findWrappedConnections } from './rewrap.ts'

const uses = async (store: KeeperStore) =>
  Object.fromEntries((await store.storage.read(countKeyUses)).map(({ key, count }) => [key, count]))

describe('an app', () => {
  const settings = {
    loginUrl: 'https://test.example.com',
    clientId: 'id',
    redirectUri: null,
    scopes: 'api',
    ...{ authentication: 'post', secret: null },
  }
  const key = { tenant: 'acme', name: 'billing' }

  test('is changed by whoever saw its version, and keeps when it was made', async (t) => {
    const store = await openKeeperStore(t)
    store.now += 5
    deepEqual(await store.write('saveApp', { key, expects: 0, settings }), { kind: 'stale-version', version: 1 })
    deepEqual(await store.write('saveApp', { key, expects: 1, settings }), { kind: 'saved', version: 2 })
    deepEqual(await store.storage.read(() => findApp(key)), { ...settings, key, createdAt: start, version: 2 })
    deepEqual((await store.storage.read(() => findApp({ ...key, tenant: 'rival' })))?.clientId, '3MVG9')
  })

  test('stays while a connection uses it', async (t) => {
    const store = await openWithConnection(t)
    deepEqual(await store.write('removeApp', key), { kind: 'in-use' })
    const { fence } = await store.lease()
    await store.write('removeConnection', { key: canary, fence, generation: 1 })
    deepEqual(
      [await store.write('removeApp', key), await store.write('removeApp', key)],
      [{ kind: 'removed' }, { kind: 'unknown' }],
    )
    deepEqual(await store.storage.read(() => findApps({ tenant: 'acme', limit: 10 })), [])
    equal((await store.storage.read(() => findApps({ tenant: 'rival', limit: 10 }))).length, 1)
  })
})

describe('re-wrapping', () => {
  const from = { key: 'k1', bytes: bytes('wrapped key') }
  const wrapped = { key: 'k2', bytes: bytes('wrapped anew') }

  test('can stop anywhere and go on, until nothing is wrapped under the old key', async (t) => {
    const store = await openKeeperStore(t)
    for (const id of ['a', 'b', 'c'])
      await store.write('createConnection', newConnection({ key: { tenant: 'acme', id } }))
    deepEqual(await uses(store), { k1: 5 })
    const first = await store.storage.read(() => findWrappedConnections('k1', 2))
    deepEqual(
      first.map(({ key }) => key.id),
      ['a', 'b'],
    )
    for (const { key, wrapped: old } of first) equal(await store.write('rewrapKey', { key, from: old, wrapped }), true)
    for (const { key, wrapped: old } of await store.storage.read(() => findWrappedConnections('k1', 2)))
      equal(await store.write('rewrapKey', { key, from: old, wrapped }), true)
    for (const { key, wrapped: old } of await store.storage.read(() => findWrappedApps('k1', 10)))
      equal(await store.write('rewrapAppKey', { key, from: old, wrapped }), true)
    deepEqual(await uses(store), { k2: 5 })
    deepEqual((await store.storage.read(() => findApp({ tenant: 'acme', name: 'billing' })))?.secret?.dataKey, wrapped)
  })

  test('twice is once, and leaves the version as it is', async (t) => {
    const store = await openWithConnection(t)
    const rewrap = () => store.write('rewrapKey', { key: canary, from, wrapped })
    deepEqual([await rewrap(), await rewrap()], [true, false])
    const { dataKey, version } = await store.connection()
    deepEqual({ dataKey, version }, { dataKey: wrapped, version: 1 })
  })

  test('does not overwrite a data key that came in the meantime under the same name', async (t) => {
    const store = await openWithConnection(t)
    const dataKey = { key: 'k1', bytes: bytes('of an adopted token') }
    const adopted = { sealedRefresh: bytes('adopted'), access: null, soleHolder: true, state: live, dataKey }
    await store.write('replaceToken', { key: canary, generation: 1, ...adopted })
    equal(await store.write('rewrapKey', { key: canary, from, wrapped }), false)
    deepEqual((await store.connection()).dataKey, dataKey)
  })
})

describe('introspections', () => {
  test('are kept in their order, with the time of asking on the clock of the store', async (t) => {
    const store = await openWithConnection(t)
    const { fence } = await store.lease()
    const note = (said: string, tookMs: number) =>
      store.write('noteIntrospection', { key: canary, fence, generation: 1, said, askedOf: 'login', tookMs })
    deepEqual(await note('active', 10.2), { kind: 'noted', at: start - 11, endedAt: start })
    await note('cannot-tell', 0)
    store.now += 5
    await note('inactive', 1)
    const found = await store.storage.read(() => findIntrospections(canary, 10))
    deepEqual(
      found.map(({ said, endedAt }) => [said, endedAt - start]),
      [
        ['inactive', 5],
        ['cannot-tell', 0],
        ['active', 0],
      ],
    )
  })

  test('of another generation are refused', async (t) => {
    const store = await openWithConnection(t)
    const { fence } = await store.lease()
    const note = { key: canary, fence, generation: 2, said: 'active', askedOf: 'x', tookMs: 0 }
    deepEqual(await store.write('noteIntrospection', note), { kind: 'stale-generation', generation: 1 })
  })
})

const event = (n: number) => ({ kind: 'x', data: JSON.stringify(n) })
const tell = async (store: KeeperStore, key: typeof canary, count: number) => {
  const plan = { ...newConnection({ key }), events: Array.from({ length: count }, (_, n) => event(n)) }
  await store.write('createConnection', plan)
}

describe('events', () => {
  test('P-28: are numbered by tenant, without gaps, and read by tenant', async (t) => {
    const store = await openKeeperStore(t)
    await tell(store, canary, 3)
    await tell(store, { tenant: 'rival', id: 'canary' }, 2)
    await tell(store, { tenant: 'acme', id: 'other' }, 2)
    const numbers = async (tenant: string, about: object = {}) =>
      (await store.storage.read(() => findEvents({ tenant, after: 0, limit: 100, ...about }))).map(
        ({ sequence }) => sequence,
      )
    deepEqual(await numbers('acme'), [1, 2, 3, 4, 5])
    deepEqual(await numbers('rival'), [1, 2])
    deepEqual(await numbers('acme', { after: 2, limit: 2 }), [3, 4])
    deepEqual(await numbers('acme', { connection: 'other' }), [4, 5])
    deepEqual(await store.storage.read(() => findEventSpan('acme')), { first: 1, last: 5 })
    deepEqual(await store.storage.read(() => findEventSpan('nobody')), { first: 0, last: 0 })
  })
})

describe('pruning', () => {
  const nothing = {
    eventsBefore: 0,
    attemptsBefore: 0,
    introspectionsBefore: 0,
    removedBefore: 0,
    keepEvents: 1000,
    most: 100,
  }

  test('takes nothing that is young and within the bounds', async (t) => {
    const store = await openWithConnection(t)
    await attemptAt(store, await store.lease(), 'sent')
    equal(await store.write('pruneKeeper', nothing), 0)
  })

  test('takes events by age and by number, in steps, and a reader can tell that some are gone', async (t) => {
    const store = await openKeeperStore(t)
    await tell(store, canary, 10)
    await tell(store, { tenant: 'rival', id: 'canary' }, 3)
    const prune = (about: object) => store.write('pruneKeeper', { ...nothing, ...about })
    deepEqual(
      [
        await prune({ keepEvents: 4, most: 5 }),
        await prune({ keepEvents: 4, most: 5 }),
        await prune({ keepEvents: 4 }),
      ],
      [5, 1, 0],
    )
    deepEqual(await store.storage.read(() => findEventSpan('acme')), { first: 7, last: 10 })
    deepEqual(await store.storage.read(() => findEventSpan('rival')), { first: 1, last: 3 })
    equal(await prune({ eventsBefore: start + 1 }), 7)
    deepEqual(await store.storage.read(() => findEventSpan('acme')), { first: 11, last: 10 })
  })

  test('takes attempts that were closed long ago, never open ones, and their numbers are not used again', async (t) => {
    const store = await openWithConnection(t)
    const { fence } = await store.lease()
    const closed = await attemptAt(store, { fence }, 'received')
    await store.write('closeAttempt', { ...closed, outcome: 'x', sawReply: true, eraseReply: true })
    const open = await attemptAt(store, { fence }, 'sent')
    equal(await store.write('pruneKeeper', { ...nothing, attemptsBefore: start + 1 }), 1)
    deepEqual(
      (await store.storage.read(() => findAttempts(canary, 10))).map(({ attempt }) => attempt),
      [open.attempt],
    )
    equal((await attemptAt(store, { fence }, 'prepared')).attempt, 3)
  })

  test('takes old introspections, and the counters of connections that are long gone', async (t) => {
    const store = await openWithConnection(t)
    const { fence } = await store.lease()
    await store.write('noteIntrospection', {
      key: canary,
      fence,
      generation: 1,
      said: 'active',
      askedOf: 'x',
      tookMs: 0,
    })
    equal(
      await store.write('pruneKeeper', { ...nothing, introspectionsBefore: start + 1, removedBefore: start + 1 }),
      1,
    )
    await store.write('removeConnection', { key: canary, fence, generation: 1 })
    equal(await store.write('pruneKeeper', { ...nothing, removedBefore: start }), 0)
    equal(await store.write('pruneKeeper', { ...nothing, removedBefore: start + 1 }), 1)
    equal(await store.storage.read(() => findLease(canary)), undefined)
  })

  test('P-28: holds logins of all tenants within a bound, and takes the next one when one has ended', async (t) => {
    const store = await openWithConnection(t)
    const most = { ofOne: 3, ofAll: 12 }
    const begin = async (tenant: string, number: number) =>
      await store.write('beginAuthorization', {
        ...{ number, key: { tenant, id: `c-${number}` }, app: 'billing', loginUrl: 'https://login.example.com' },
        ...{ redirectUri: 'http://localhost/', stateHash: `${number}`, browserHash: null, ticketHash: null },
        ...{ startHash: null, sealedStart: null, otherUser: false, sealedVerifier: bytes('v'), forMs: 600_000 },
        ...{ dataKey: { key: 'k7', bytes: bytes('wrapped') }, most },
      })
    for (let n = 0; n < most.ofAll; n += 1) {
      if (n % most.ofOne === 0) store.now += 1
      equal((await begin(`tenant-${Math.floor(n / most.ofOne)}`, n)).kind, 'begun')
    }
    deepEqual(await begin('another', 10_001), { kind: 'too-many', of: 'all', until: start + 1 + 600_000 })
    equal((await begin('tenant-0', 10_002)).kind, 'too-many')
    await store.write('takeAuthorization', { number: 0 })
    equal((await begin('another', 10_003)).kind, 'begun')
    store.now += 700_000
    equal((await begin('another', 10_004)).kind, 'begun', 'those whose time is over count no more')
  })

  test('takes logins and links that are over for a day, but not one whose reply is kept: its key is in use', async (t) => {
    const store = await openWithConnection(t)
    const login = {
      ...{ key: canary, app: 'billing', loginUrl: 'https://login.example.com', redirectUri: 'http://localhost/' },
      ...{
        browserHash: null,
        ticketHash: null,
        startHash: null,
        sealedStart: null,
        otherUser: false,
        sealedVerifier: bytes('verifier'),
        forMs: 600_000,
      },
      dataKey: { key: 'k7', bytes: bytes('wrapped') },
    }
    for (const number of [1, 2]) await store.write('beginAuthorization', { ...login, number, stateHash: `${number}` })
    await store.write('makeTicket', { hash: 'ticket', key: canary, forMs: 600_000 })
    await store.write('takeAuthorization', { number: 2 })
    await store.write('keepAuthorizationReply', { number: 2, sealedReply: bytes('reply') })
    equal(await store.write('pruneKeeper', nothing), 0)
    store.now += 2 * 86_400_000
    equal(await store.write('pruneKeeper', nothing), 2)
    equal((await uses(store))['k7'], 1)
    await store.write('closeAuthorization', { number: 2, error: null })
    equal((await uses(store))['k7'], undefined)
    equal(await store.write('pruneKeeper', nothing), 1)
  })
})
