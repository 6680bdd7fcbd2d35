/** The keeper's real store with an app and a connection in it, and a clock that the test sets. */
import { equal, ok } from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { ConnectionKey } from '../../src/keeper/connection-key.ts'
import type { Stage } from '../../src/keeper/store/attempt-row.ts'
import type { ToPrepare } from '../../src/keeper/store/attempts.ts'
import type { CreateConnection } from '../../src/keeper/store/connections.ts'
import type { CommitExchange } from '../../src/keeper/store/exchange.ts'
import type { StoredConnection } from '../../src/keeper/store/connection-row.ts'
import { findConnection } from '../../src/keeper/store/connection-row.ts'
import type { LeaseTaken } from '../../src/keeper/store/lease.ts'
import { migrations } from '../../src/keeper/store/migrations.ts'
import type { NewState } from '../../src/keeper/store/state.ts'
import { writes, type KeeperWrites } from '../../src/keeper/store/writes.ts'
import type { Injection } from '../../src/storage/injection.ts'
import { openStorage } from '../../src/storage/open.ts'
import type { InputOf, OutputOf, Storage, WriteResult } from '../../src/storage/storage.ts'

export const start: number = Date.parse('2026-01-10T12:00:00Z')
export const canary: ConnectionKey = { tenant: 'acme', id: 'canary' }
export const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))

export type KeeperStore = {
  readonly storage: Storage<KeeperWrites>
  /** The store's clock. */
  now: number
  /** Throws unless it commits. */
  readonly write: <N extends keyof KeeperWrites>(
    name: N,
    input: InputOf<KeeperWrites, N>,
  ) => Promise<OutputOf<KeeperWrites, N>>
  /** Throws where there is none. */
  readonly connection: (key?: ConnectionKey) => Promise<StoredConnection>
  /** Throws unless it is taken. */
  readonly lease: (holder?: string, forMs?: number) => Promise<LeaseTaken>
}

/** In memory, with the app `billing` of the tenants acme and rival, and no connection. */
export async function openKeeperStore(t: TestContext, inject?: Injection): Promise<KeeperStore> {
  const time = { now: start }
  const storage = await openStorage({
    ...{ url: 'sqlite::memory:', system: 'keeper', migrations, writes },
    writesModule: new URL('../../src/keeper/store/writes.ts', import.meta.url),
    clock: () => time.now,
    ...(inject === undefined ? {} : { inject }),
  })
  t.after(() => storage.close())
  const store: KeeperStore = Object.assign(time, {
    storage,
    write: async (name, input) => committed(await storage.write(name, input)),
    connection: async (key = canary) => {
      const found = await storage.read(() => findConnection(key))
      ok(found, `${key.tenant} has no connection ${key.id}`)
      return found
    },
    async lease(holder = 'a', forMs = 60_000) {
      const outcome = committed(await storage.write('takeLease', { key: canary, holder, forMs }))
      ok(outcome.kind === 'taken', `the lease was ${outcome.kind}`)
      return outcome
    },
  } satisfies Omit<KeeperStore, 'now'>)
  const settings = {
    ...{ loginUrl: 'https://login.example.com', clientId: '3MVG9', redirectUri: null, scopes: null },
    ...{ authentication: 'post' },
    secret: { sealed: bytes('sealed secret'), dataKey: { key: 'k1', bytes: bytes('wrapped app key') } },
  }
  for (const tenant of ['acme', 'rival'])
    await store.write('saveApp', { key: { tenant, name: 'billing' }, expects: 0, settings })
  return store
}

export function committed<T>(result: WriteResult<T>): T {
  ok(result.kind === 'committed', `the write was ${result.kind}: ${'cause' in result ? result.cause.message : ''}`)
  return result.value
}

export const live: NewState = { state: 'live', why: null, nextDueAt: start + 3_600_000 }

export const newConnection = (about: Partial<CreateConnection> = {}): CreateConnection => ({
  ...{ key: canary, app: 'billing', loginUrl: 'https://login.example.com', soleHolder: true, sessionSeconds: null },
  identity: { orgId: '00D000000000001', userId: null, username: 'ada@example.com', instanceUrl: null },
  dataKey: { key: 'k1', bytes: bytes('wrapped key') },
  sealedRefresh: bytes('sealed refresh token 1'),
  access: { sealed: bytes('sealed access token 1'), issuedAt: start, expiresAt: null },
  state: live,
  ...about,
})

/** An attempt under a lease, brought as far as this; throws where a step is refused. */
export async function attemptAt(
  store: KeeperStore,
  { fence, generation = 1 }: { readonly fence: number; readonly generation?: number },
  stage: Stage,
): Promise<ToPrepare & { readonly attempt: number }> {
  const under = { key: canary, fence, generation }
  const prepared = await store.write('prepareAttempt', under)
  ok(prepared.kind === 'prepared', prepared.kind)
  const step = { ...under, attempt: prepared.attempt }
  if (stage === 'prepared') return step
  equal((await store.write('markConnected', { ...step, leftFrom: '192.0.2.1', egress: 'a' })).kind, 'marked')
  if (stage === 'connected') return step
  equal((await store.write('markSent', { ...step, tunnelEndsAt: store.now + 30_000 })).kind, 'marked')
  if (stage === 'sent') return step
  equal((await store.write('appendReceived', { ...step, sealedReply: bytes(`reply ${step.attempt}`) })).kind, 'kept')
  return step
}

export const exchanged = (about: Partial<CommitExchange['next']> = {}): CommitExchange['next'] => ({
  sealedRefresh: bytes('sealed refresh token 2'),
  access: { sealed: bytes('sealed access token 2'), issuedAt: start + 5, expiresAt: start + 7_200_000 },
  identity: { instanceUrl: 'https://acme.my.salesforce.com' },
  ...{ sessionSeconds: 7200, egress: 'a', state: { ...live, nextDueAt: start + 7_000_000 } },
  ...about,
})

/** In the store from `openKeeperStore`, and with a connection. */
export async function openWithConnection(t: TestContext, inject?: Injection): Promise<KeeperStore> {
  const store = await openKeeperStore(t, inject)
  equal((await store.write('createConnection', newConnection())).kind, 'created')
  return store
}
