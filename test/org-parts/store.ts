/** The org's real store, in memory, with an app and a user in it; for the tests of its programs and of the flows over them. */
import { ok } from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { migrations } from '../../src/org/store/migrations.ts'
import type { HistoryEntry } from '../../src/org/store/history.ts'
import type { NewGrant } from '../../src/org/store/exchange.ts'
import { openKnownGrants, type KnownGrants } from '../../src/org/store/known-grants.ts'
import { pruneMonitoring } from '../../src/org/store/monitoring.ts'
import { writes as orgWrites, type OrgWrites } from '../../src/org/store/writes.ts'
import { openStorage } from '../../src/storage/open.ts'
import { all, one, run, type Program, type SqlValue } from '../../src/storage/program.ts'
import type { Storage, WriteResult } from '../../src/storage/storage.ts'

export type Sql = { readonly text: string; readonly params?: readonly SqlValue[] }
export type TestWrites = OrgWrites & {
  readonly sql: (statement: Sql) => Program<number>
  readonly prune: typeof pruneMonitoring
}
const writes: TestWrites = {
  ...orgWrites,
  prune: pruneMonitoring,
  *sql({ text, params = [] }: Sql): Program<number> {
    return yield* run(text, ...params)
  },
}

export const start: number = Date.parse('2026-01-10T12:00:00Z')
export const ada = '005000000000001AAA'
export const sampleGrantId = '0123456789abcdef0123456789abcdef'

export type OrgStore = {
  readonly storage: Storage<TestWrites>
  readonly grants: KnownGrants
  /** A statement of the test's own; throws unless it commits. */
  readonly sql: (text: string, ...params: SqlValue[]) => Promise<number>
  readonly row: (text: string, ...params: SqlValue[]) => Promise<Record<string, SqlValue> | undefined>
  readonly rows: (text: string, ...params: SqlValue[]) => Promise<Record<string, SqlValue>[]>
}

/** The app Billing at settings version 1, the user ada@example.com, and nothing granted. */
export async function openOrgStore(t: TestContext): Promise<OrgStore> {
  const opened = await openStorage({
    url: 'sqlite::memory:',
    system: 'org',
    migrations,
    writes,
    writesModule: new URL('../../src/org/store/writes.ts', import.meta.url),
  })
  // the org's memory of grants hears of the tests' statements as of everyone's
  const watched = openKnownGrants(opened)
  const storage = watched.storage as Storage<TestWrites>
  t.after(() => storage.close())
  const store: OrgStore = {
    storage,
    grants: watched.grants,
    sql: async (text, ...params) => committed(await storage.write('sql', { text, params })),
    async row(text, ...params) {
      const found = await storage.read(() => one<Record<string, SqlValue>>(text, ...params))
      return found && { ...found } // plain, since SQLite's rows have no prototype and compare unequal
    },
    rows: async (text, ...params) =>
      (await storage.read(() => all<Record<string, SqlValue>>(text, ...params))).map((each) => ({ ...each })),
  }
  const apps = 'INSERT INTO apps (name, kind, consumer_key, version) VALUES (?, ?, ?, 1)'
  await store.sql(apps, 'Billing', 'externalClientApp', '3MVG9billing')
  await store.sql(apps, 'Other', 'externalClientApp', '3MVG9other')
  await store.sql(
    `INSERT INTO users (id, username, content, is_active, created_at, changed_at) VALUES (?, ?, '{}', 1, 0, 0)`,
    ada,
    'ada@example.com',
  )
  return store
}

export function committed<T>(result: WriteResult<T>): T {
  ok(result.kind === 'committed', `the write was ${result.kind}`)
  return result.value
}

export const record = (id: number, about: Partial<HistoryEntry> = {}): HistoryEntry => ({
  id,
  at: start,
  loginType: 'Remote Access 2.0',
  subType: 'refresh_token',
  app: 'Billing',
  userId: ada,
  grantId: sampleGrantId,
  sourceIp: '192.0.2.1',
  forwardedFor: null,
  userAgent: null,
  status: 'Success',
  decision: 'allowed',
  trace: null,
  ...about,
})

export const newGrant = (about: Partial<NewGrant> = {}): NewGrant => ({
  id: sampleGrantId,
  app: 'Billing',
  userId: ada,
  flow: 'authorization_code',
  scopes: 'api refresh_token id',
  tokenHash: 'hash of generation 0',
  keyId: 1,
  epoch: 0,
  at: start,
  address: '192.0.2.1',
  ...about,
})

/** A code for Billing, exchanged at once for this grant. */
export async function establish(store: OrgStore, grant: NewGrant = newGrant()): Promise<void> {
  const codeHash = `code of ${grant.id}`
  await issue(store, codeHash, grant.app)
  const [won, lost] = [record(nextId(), { grantId: grant.id }), record(nextId())]
  const plan = {
    codeHash,
    settingsVersion: 1,
    grant,
    approvalsKept: 100,
    droppedBecause: 'approval-dropped',
    won,
    lost,
  } as const
  const outcome = committed(await store.storage.write('exchange', plan))
  ok(outcome.kind === 'won')
}

export async function issue(store: OrgStore, hash: string, app = 'Billing'): Promise<void> {
  const code = {
    ...{ hash, app, userId: ada, redirectUri: 'https://app.example.com/callback', scopes: 'api refresh_token id' },
    ...{ challenge: null, challengeMethod: null, nonce: null, issuedAt: start, authenticatedAt: start },
  }
  committed(await store.storage.write('issueCode', { code, history: record(nextId(), { subType: 'browser' }) }))
}

let id = 0
/** Ids of records, far enough from each other for those that belong to one decision. */
export const nextId = (): number => (id += 8)
