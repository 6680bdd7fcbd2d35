/** The browser side alone, on real sockets and a real store in memory, with settings that a test changes as it goes. */
import { randomBytes } from 'node:crypto'
import fastify from 'fastify'
import { orgConfigurationSchema, type OrgConfiguration } from '../../src/org/configuration.ts'
import { registerBrowser } from '../../src/org/endpoints/browser.ts'
import { openLoginLimits } from '../../src/org/flows/login/limits.ts'
import type { BrowserParts } from '../../src/org/browser/visit.ts'
import { openMonitor } from '../../src/org/monitor.ts'
import type { App } from '../../src/org/rules/app.ts'
import type { Fields } from '../../src/org/rules/fields.ts'
import { policies } from '../../src/org/rules/policies/list.ts'
import type { AppEntry, Settings } from '../../src/org/settings.ts'
import { findHistory, type HistoryRow } from '../../src/org/store/history.ts'
import { findVerificationCode } from '../../src/org/store/verification.ts'
import { migrations } from '../../src/org/store/migrations.ts'
import { openRecordIds } from '../../src/org/store/record-ids.ts'
import { writes, type OrgWrites } from '../../src/org/store/writes.ts'
import { newKeyringDocument, openKeyring } from '../../src/org/tokens/keyring.ts'
import { readVerificationCode } from '../../src/org/flows/login/code.ts'
import { compileRanges } from '../../src/ip/matcher.ts'
import { parseRange } from '../../src/ip/range.ts'
import { emptyAllowlist } from '../../src/ip/allowlist.ts'
import { all, run, type Program } from '../../src/storage/program.ts'
import { openStorage } from '../../src/storage/open.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { defaultsOf, type Overrides } from '../../src/values/defaults.ts'
import { appName, consumerKey, organizationId, settingsVersion } from '../../src/values/domain.ts'
import { hours, instant, type Duration } from '../../src/values/time.ts'

export const callback = 'https://client.example/cb'
export const clientId = '3MVG9flow'
export const user = { id: '005000000000001AAA', username: 'ana@acme.example', password: 'correct horse' }
export const inactive = { id: '005000000000002AAA', username: 'ina@acme.example', password: 'battery staple' }
export const other = { id: '005000000000003AAA', username: 'bob@acme.example', password: 'hunter 2 hunter 2' }

export type FlowOrg = {
  readonly origin: string
  readonly storage: Storage<FlowWrites>
  readonly parts: BrowserParts
  /** Changes the app as a save would. */
  app(change: Partial<App>, fields?: Fields & { readonly orgRequiresPkce?: boolean }): void
  advance(length: Duration): void
  history(): Promise<HistoryRow[]>
  /** As the admin API reads it out. */
  verificationCode(): Promise<string | undefined>
  rows<Row>(sql: string): Promise<Row[]>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

type Seed = {
  readonly users: readonly { id: string; username: string; isActive: number; content: string }[]
}
function* seed({ users }: Seed): Program<void> {
  for (const each of users)
    yield* run(
      'INSERT INTO users (id, username, content, is_active, created_at, changed_at) VALUES (?, ?, ?, ?, 0, 0)',
      each.id,
      each.username,
      each.content,
      each.isActive,
    )
}
function* addGrant(grant: { id: string; scopes: string; ended: string | null }): Program<void> {
  yield* run(
    `INSERT INTO grants (id, app, user_id, flow, scopes, generation, sequence, oldest_key, epoch, authorized_at, last_used_at, not_before,
       uses, addresses, ended) VALUES (?, 'Flow', ?, 'authorization_code', ?, 0, 1, 1, 0, 0, 0, 0, 0, '', ?)`,
    grant.id,
    user.id,
    grant.scopes,
    grant.ended,
  )
}
function* deactivate(id: string): Program<void> {
  yield* run('UPDATE users SET is_active = 0 WHERE id = ?', id)
}
export type FlowWrites = OrgWrites & {
  readonly seed: typeof seed
  readonly addGrant: typeof addGrant
  readonly deactivate: typeof deactivate
}
const flowWrites: FlowWrites = { ...writes, seed, addGrant, deactivate }

const trusted = '127.0.0.1'

export async function openFlowOrg(overrides: Overrides<OrgConfiguration> = {}): Promise<FlowOrg> {
  const configuration = defaultsOf(orgConfigurationSchema, overrides)
  const storage = await openStorage({
    ...{ url: 'sqlite::memory:', system: 'org', migrations, writes: flowWrites, writesModule: import.meta.url },
  })
  await storage.write('seed', { users: [userRow(user, 1), userRow(inactive, 0), userRow(other, 1)] })
  let now = instant('2026-03-01T00:00:00Z')
  let settings = settingsWith(compiled(configuration, {}, {}))
  const where = { origin: '' }
  const parts = partsOf({
    configuration,
    storage,
    clock: () => now,
    settings: () => settings,
    origin: () => where.origin,
  })
  const server = fastify()
  registerBrowser(server, parts)
  where.origin = (await server.listen({ host: '0.0.0.0', port: 0 })).replace('0.0.0.0', trusted)
  const close = async (): Promise<void> => {
    await server.close()
    await storage.close()
  }
  return {
    get origin() {
      return where.origin
    },
    storage,
    parts,
    app: (change, fields = {}) => void (settings = settingsWith(compiled(configuration, change, fields))),
    advance: (length) => void (now = instant(now + length)),
    history: () => storage.read(() => findHistory({ limit: 500 })),
    async verificationCode() {
      const row = await storage.read(() => findVerificationCode(user.id))
      return row && readVerificationCode(user.id, row.sealedCode, parts.keyring)
    },
    rows: <Row>(sql: string) => storage.read(() => all<Row>(sql)),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function userRow({ id, username }: { id: string; username: string }, isActive: number): Seed['users'][number] {
  return { id, username, isActive, content: JSON.stringify({ email: username, firstName: 'Ana', lastName: 'Pereira' }) }
}

type Given = {
  readonly configuration: OrgConfiguration
  readonly storage: Storage<FlowWrites>
  readonly clock: () => ReturnType<typeof instant>
  readonly settings: () => Settings
  readonly origin: () => string
}

function partsOf({ configuration, storage, clock, settings, origin }: Given): BrowserParts {
  const random = (count: number): Uint8Array => randomBytes(count)
  const keyring = openKeyring(newKeyringDocument(random))
  if (!keyring.ok) throw new Error(keyring.fault)
  const recordIds = openRecordIds(0)
  const orgStorage = storage as unknown as Storage<OrgWrites> // the same store, with fewer names for its writes
  const known = new Map([user, inactive, other].map((each) => [each.username, each]))
  const needed = {
    clock,
    random,
    storage: orgStorage,
    settings: { current: settings, refresh: () => Promise.resolve(settings()) },
    keyring: keyring.value,
    configuration,
    trustedProxies: compileRanges([]),
    publicUrl: () => configuration.publicUrl ?? origin(),
    recordIds,
    monitor: openMonitor({ storage: orgStorage, clock, recordIds }),
    log: { info() {}, warn() {}, error() {} },
    loginLimits: openLoginLimits(configuration.limits),
    passwords: {
      verify: (username: string, password: string) => {
        const found = known.get(username.toLowerCase())
        if (found?.password !== password) return Promise.resolve(undefined)
        return Promise.resolve({ id: found.id, username: found.username, isActive: found.id !== inactive.id })
      },
    },
  }
  return needed as unknown as BrowserParts // what only the token endpoint works with is left out
}

function compiled(
  configuration: OrgConfiguration,
  change: Partial<App>,
  { orgRequiresPkce = false, ...fields }: Fields & { readonly orgRequiresPkce?: boolean },
): AppEntry {
  const context = { kind: 'externalClientApp', configuration, orgRequiresPkce } as const
  const bound = policies.map((each) => {
    const policy = each.bind({ isPkceRequired: false, ...fields }, context)
    if (!policy.ok) throw new Error(policy.fault.map(({ means }) => means).join())
    return policy.value
  })
  const app: App = {
    name: appName('Flow'),
    kind: 'externalClientApp',
    label: 'Order Sync',
    contactEmail: 'support@ordersync.example',
    consumerKey: consumerKey(clientId),
    callbacks: [callback, 'https://client.example/second?tenant=7', 'cursor://done'],
    scopes: ['api', 'refresh_token', 'openid'],
    isEnabled: true,
    isConsumerSecretOptional: false,
    isIntrospectAllTokens: false,
    sessionTimeout: hours(2),
    idTokenValidity: hours(1),
    idTokenAudience: [],
    version: settingsVersion(1),
    ...change,
  }
  const none = { secretIs: () => false, sign: undefined, certificate: undefined, allowlist: emptyAllowlist }
  return { app, policies: bound, ...none }
}

function settingsWith(entry: AppEntry): Settings {
  const range = parseRange(trusted, trusted)
  if (!range.ok) throw new Error('not a range')
  return {
    organization: { id: organizationId('00D000000000001EAA'), name: 'Acme', instanceUrl: 'http://127.0.0.1' },
    appsByConsumerKey: new Map([[entry.app.consumerKey, entry]]),
    appsByName: new Map([[entry.app.name, entry]]),
    trustedRanges: compileRanges([range.value]),
    sessionTimeout: hours(2),
  }
}
