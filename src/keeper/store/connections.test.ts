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
import { findConnection } from './connection-row.ts'
import { findEvents } from './events.ts'
import { findIntrospections } from './introspections.ts'
import { countStates, findAccess, findConnections } from './read-connections.ts'
import { dueConnections, nextDueAt } from './read-due.ts'

const rival = { tenant: 'rival', id: 'canary' }
const eventsOf = (store: KeeperStore, tenant = 'acme') =>
  store.storage.read(() => findEvents({ tenant, after: 0, limit: 100 }))

describe('creating a connection', () => {
  test('stores all of it at generation 1, sealed to attempt 0', async (t) => {
    const store = await openKeeperStore(t)
    const plan = newConnection({ events: [{ kind: 'adopted', data: '{"by":"ada"}' }] })
    deepEqual(await store.write('createConnection', plan), { kind: 'created', at: start })
    deepEqual(await store.connection(), {
      ...{ key: canary, app: 'billing', loginUrl: 'https://login.example.com', ...plan.identity },
      ...{ state: 'live', stateSince: start, why: null, generation: 1, soleHolder: true, dataKey: plan.dataKey },
      ...{ sealedRefresh: bytes('sealed refresh token 1'), refreshAttempt: 0 },
      access: { sealed: bytes('sealed access token 1'), generation: 1, attempt: 0, issuedAt: start, expiresAt: null },
      ...{ sessionSeconds: null, sessionRefusals: 0, sessionServed: 0, failures: 0 },
      ...{ lastExchangeAt: null, lastEgress: null, nextDueAt: start + 3_600_000 },
      ...{ signature: null, handedOverAt: null, handedOverIn: null, createdAt: start, version: 1 },
    })
    deepEqual(
      (await eventsOf(store)).map((event) => ({ ...event })),
      [{ sequence: 1, connection: 'canary', at: start, kind: 'adopted', data: '{"by":"ada"}' }],
    )
  })

  test('without an access token stores none', async (t) => {
    const store = await openKeeperStore(t)
    await store.write('createConnection', newConnection({ access: null }))
    equal((await store.connection()).access, null)
    equal((await store.storage.read(() => findAccess(canary)))?.access, null)
  })

  test('of one that exists changes nothing, and tells its generation', async (t) => {
    const store = await openWithConnection(t)
    const before = await store.connection()
    const again = newConnection({ sealedRefresh: bytes('an old copy') })
    deepEqual(await store.write('createConnection', again), { kind: 'exists', generation: 1 })
    deepEqual(await store.connection(), before)
  })

  test('needs an app of the same tenant', async (t) => {
    const store = await openKeeperStore(t)
    await store.write('removeApp', { tenant: 'rival', name: 'billing' })
    for (const about of [{ app: 'none' }, { key: rival }])
      deepEqual(await store.write('createConnection', newConnection(about)), { kind: 'unknown-app' })
    equal(await store.storage.read(() => findConnection(rival)), undefined)
  })
})

describe('adopting another token', () => {
  const plan = {
    ...{ key: canary, generation: 1, sealedRefresh: bytes('adopted'), soleHolder: false, identity: { userId: '005' } },
    access: { sealed: bytes('its access token'), issuedAt: start, expiresAt: null },
    state: { ...live, state: 'recovered', onChange: [{ kind: 'recovered', data: '{}' }] },
  }

  test('stores it at the next generation and returns what it has replaced (L-57)', async (t) => {
    const store = await openWithConnection(t)
    const before = await store.connection()
    const outcome = await store.write('replaceToken', plan)
    deepEqual(outcome, { kind: 'replaced', generation: 2, replaced: before })
    deepEqual(await store.connection(), {
      ...before,
      ...{ generation: 2, sealedRefresh: bytes('adopted'), soleHolder: false, userId: '005', state: 'recovered' },
      ...{ access: { ...plan.access, generation: 2, attempt: 0 }, version: 2 },
    })
    deepEqual(
      (await eventsOf(store)).map(({ kind }) => kind),
      ['recovered'],
    )
  })

  test('without an access token leaves none: the former belongs to another family', async (t) => {
    const store = await openWithConnection(t)
    await store.write('replaceToken', { ...plan, access: null })
    equal((await store.storage.read(() => findAccess(canary)))?.access, null)
  })

  test('may bring its own data key', async (t) => {
    const store = await openWithConnection(t)
    const dataKey = { key: 'k2', bytes: bytes('another wrapped key') }
    await store.write('replaceToken', { ...plan, dataKey })
    deepEqual((await store.connection()).dataKey, dataKey)
  })

  test('L-48: on an older generation is refused, and tells the newer one', async (t) => {
    const store = await openWithConnection(t)
    await store.write('replaceToken', plan)
    const before = await store.connection()
    deepEqual(await store.write('replaceToken', plan), { kind: 'stale-generation', generation: 2 })
    deepEqual(await store.connection(), before)
  })

  test('of fifty at once that saw the same, one wins', async (t) => {
    const store = await openWithConnection(t)
    const kinds = (await Promise.all(Array.from({ length: 50 }, () => store.write('replaceToken', plan)))).map(
      ({ kind }) => kind,
    )
    equal(kinds.filter((kind) => kind === 'replaced').length, 1)
    equal((await store.connection()).generation, 2)
  })

  test('into a connection that is not there is unknown', async (t) => {
    const store = await openKeeperStore(t)
    deepEqual(await store.write('replaceToken', plan), { kind: 'unknown' })
  })
})

describe('removing a connection', () => {
  test('takes its journal and its tokens with it, and returns what was open', async (t) => {
    const store = await openWithConnection(t)
    const { fence } = await store.lease()
    const sent = await attemptAt(store, { fence }, 'received')
    await store.write('noteIntrospection', { ...sent, said: 'active', askedOf: 'x', tookMs: 1 })
    const connection = await store.connection()
    const events = [{ kind: 'removed', data: '{}' }]
    const outcome = await store.write('removeConnection', { key: canary, fence, generation: 1, events })
    deepEqual(outcome.kind === 'removed' && [outcome.connection, outcome.open.length], [connection, 1])
    equal(await store.storage.read(() => findConnection(canary)), undefined)
    deepEqual(await store.storage.read(() => findIntrospections(canary, 10)), [])
    deepEqual(
      (await eventsOf(store)).map(({ kind }) => kind),
      ['removed'],
    )
    deepEqual(await store.write('removeConnection', { key: canary, fence, generation: 1 }), { kind: 'unknown' })
  })

  test('decided on a token that was replaced meanwhile is refused: that one would not be revoked', async (t) => {
    const store = await openWithConnection(t)
    const { fence } = await store.lease()
    const adopted = { sealedRefresh: bytes('adopted'), access: null, soleHolder: true, state: live }
    await store.write('replaceToken', { key: canary, generation: 1, ...adopted })
    const outcome = await store.write('removeConnection', { key: canary, fence, generation: 1 })
    deepEqual(outcome, { kind: 'stale-generation', generation: 2 })
  })
})

describe('the state of a connection', () => {
  const refused = { state: 'refused', why: 'blocked', nextDueAt: null }

  test('is set by the holder of the lease, or by whoever decided on its version', async (t) => {
    const store = await openWithConnection(t)
    const { fence } = await store.lease()
    deepEqual(await store.write('setState', { key: canary, guard: { fence }, generation: 1, next: refused }), {
      kind: 'set',
    })
    const stale = { key: canary, guard: { version: 1 }, generation: 1, next: live }
    deepEqual(await store.write('setState', stale), { kind: 'stale-version', version: 2 })
    deepEqual(await store.write('setState', { ...stale, guard: { version: 2 } }), { kind: 'set' })
    equal((await store.connection()).state, 'live')
  })

  test('L-50: is not touched by a verdict on another generation', async (t) => {
    const store = await openWithConnection(t)
    const verdict = { key: canary, guard: { version: 1 }, generation: 2, next: refused }
    deepEqual(await store.write('setState', verdict), { kind: 'stale-generation', generation: 1 })
    equal((await store.connection()).state, 'live')
  })

  test('of a connection that is not there is unknown', async (t) => {
    const store = await openKeeperStore(t)
    const setting = { key: canary, guard: { version: 1 }, generation: 1, next: live }
    deepEqual(await store.write('setState', setting), { kind: 'unknown' })
  })
})

describe('what is due', () => {
  test('is found in the order of its time, up to a number, over all tenants', async (t) => {
    const store = await openKeeperStore(t)
    for (const [tenant, id, at] of [
      ['acme', 'c', 30],
      ['rival', 'b', 20],
      ['acme', 'a', 10],
      ['acme', 'd', 40],
    ] as const)
      await store.write(
        'createConnection',
        newConnection({ key: { tenant, id }, state: { ...live, nextDueAt: start + at } }),
      )
    await store.write(
      'createConnection',
      newConnection({ key: { tenant: 'acme', id: 'never' }, state: { ...live, nextDueAt: null } }),
    )
    const due = async (at: number, limit: number) =>
      (await store.storage.read(() => dueConnections({ now: start + at, limit }))).map(({ key, dueAt }) => [
        key.id,
        dueAt - start,
      ])
    deepEqual(await due(30, 10), [
      ['a', 10],
      ['b', 20],
      ['c', 30],
    ])
    deepEqual(await due(100, 2), [
      ['a', 10],
      ['b', 20],
    ])
    deepEqual(await due(9, 10), [])
    equal(await store.storage.read(nextDueAt), start + 10)
  })

  test('is brought forward, never put off, for the same generation only, and nothing that rests is woken', async (t) => {
    const store = await openWithConnection(t)
    const due = (at: number, generation = 1) => store.write('makeDue', { key: canary, state: 'live', generation, at })
    deepEqual([await due(start + 1, 2), await due(start + 1), await due(start + 2)], [false, true, false])
    equal((await store.connection()).nextDueAt, start + 1)
    await store.write('setState', {
      key: canary,
      guard: { version: 1 },
      generation: 1,
      next: { ...live, nextDueAt: null },
    })
    equal(await due(start), false)
  })
})

describe('lists', () => {
  test('show one tenant its own, page by page, by app and by state', async (t) => {
    const store = await openKeeperStore(t)
    for (const id of ['a', 'b', 'c'])
      await store.write(
        'createConnection',
        newConnection({ key: { tenant: 'acme', id }, state: { ...live, state: id === 'b' ? 'refused' : 'live' } }),
      )
    await store.write('createConnection', newConnection({ key: { tenant: 'rival', id: 'd' } }))
    const ids = async (about: object) =>
      (await store.storage.read(() => findConnections({ tenant: 'acme', limit: 2, ...about }))).map(({ key }) => key.id)
    deepEqual(await ids({}), ['a', 'b'])
    deepEqual(await ids({ above: 'b' }), ['c'])
    deepEqual(await ids({ state: 'refused' }), ['b'])
    deepEqual(await ids({ app: 'none' }), [])
    const counts = async (tenant: string | null) =>
      (await store.storage.read(() => countStates(tenant))).map((each) => ({ ...each }))
    deepEqual(await counts('acme'), [
      { state: 'live', count: 2 },
      { state: 'refused', count: 1 },
    ])
    deepEqual((await counts(null))[0], { state: 'live', count: 3 })
  })
})

describe('P-28: a tenant', () => {
  test('reaches nothing of another through any write, whatever it names', async (t) => {
    const store = await openWithConnection(t)
    await store.write('createConnection', newConnection({ key: rival, sealedRefresh: bytes('of the rival') }))
    const { fence } = await store.lease()
    await attemptAt(store, { fence }, 'sent')
    const before = await store.connection()
    const step = { key: rival, fence, generation: 1, attempt: 1 }
    const next = {
      access: { sealed: bytes('x'), issuedAt: 0, expiresAt: null },
      sealedRefresh: bytes('x'),
      state: live,
    }
    const more = {
      next,
      outcome: 'x',
      sawReply: true,
      eraseReply: true,
      sealedReply: bytes('x'),
      said: 'active',
      askedOf: 'x',
    }
    const input = { ...step, ...more, tookMs: 1, leftFrom: null, egress: null, tunnelEndsAt: null, forMs: 1 }
    const kinds: string[] = []
    for (const write of [
      'renewLease',
      'releaseLease',
      'prepareAttempt',
      'markConnected',
      'markSent',
      'commitExchange',
      'closeAttempt',
      'judgeAttempt',
      'noteIntrospection',
      'removeConnection',
      'appendReceived',
    ] as const)
      kinds.push((await store.write(write, input)).kind)
    deepEqual(new Set(kinds), new Set(['fenced', 'unknown']))
    deepEqual(await store.connection(), before)
    deepEqual((await store.connection(rival)).sealedRefresh, bytes('of the rival'))
  })
})
