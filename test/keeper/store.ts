/** The keeper's real store with an app and a connection in it, and a clock that the test sets. */
import { ok } from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { ConnectionKey } from '../../src/keeper/connection-key.ts'
import type { CreateConnection } from '../../src/keeper/store/connections.ts'
import type { StoredConnection } from '../../src/keeper/store/connection-row.ts'
import { findConnection } from '../../src/keeper/store/connection-row.ts'
import type { LeaseTaken } from '../../src/keeper/store/lease.ts'
import { migrations } from '../../src/keeper/store/migrations.ts'
import type { NewState } from '../../src/keeper/store/state.ts'
import { writes, type KeeperWrites } from '../../src/keeper/store/writes.ts'
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
  readonly write: <N extends keyof KeeperWrites & string>(
    name: N,
    input: InputOf<KeeperWrites, N>,
  ) => Promise<OutputOf<KeeperWrites, N>>
  /** Throws where there is none. */
  readonly connection: (key?: ConnectionKey) => Promise<StoredConnection>
  /** Throws unless it is taken. */
  readonly lease: (holder?: string, forMs?: number) => Promise<LeaseTaken>
}

/** In memory, with the app `billing` of the tenants acme and rival, and no connection. */
export async function openKeeperStore(t: TestContext): Promise<KeeperStore> {
  let store: KeeperStore | undefined
  const storage = await openStorage({
    ...{ url: 'sqlite::memory:', system: 'keeper', migrations, writes },
    writesModule: new URL('../../src/keeper/store/writes.ts', import.meta.url),
    clock: () => store?.now ?? start,
  })
  t.after(() => storage.close())
  store = {
    storage,
    now: start,
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
  }
  const settings = {
    ...{ loginUrl: 'https://login.example.com', clientId: '3MVG9', redirectUri: null, scopes: null },
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
