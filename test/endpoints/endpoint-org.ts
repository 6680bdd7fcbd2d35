/** The endpoints on real sockets and a real store in memory, with two apps, three users, and a clock that the test moves. */
import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { emptyAllowlist } from '../../src/ip/allowlist.ts'
import { compileRanges } from '../../src/ip/matcher.ts'
import { orgConfigurationSchema, type OrgConfiguration } from '../../src/org/configuration.ts'
import { registerData } from '../../src/org/endpoints/data.ts'
import { registerDiscovery } from '../../src/org/endpoints/discovery.ts'
import { registerHealth } from '../../src/org/endpoints/health.ts'
import { registerIdentity } from '../../src/org/endpoints/identity.ts'
import { registerIntrospect } from '../../src/org/endpoints/introspect.ts'
import { registerKeys } from '../../src/org/endpoints/keys.ts'
import { registerOauthUsageRest } from '../../src/org/endpoints/oauth-usage-rest.ts'
import { registerRevoke } from '../../src/org/endpoints/revoke.ts'
import { registerToken } from '../../src/org/endpoints/token.ts'
import { registerUserinfo } from '../../src/org/endpoints/userinfo.ts'
import { openFailureLimits } from '../../src/org/failure-limits.ts'
import { openMetrics, type Metrics } from '../../src/org/metrics.ts'
import { openMonitor } from '../../src/org/monitor.ts'
import type { OrgParts, Revocation } from '../../src/org/parts.ts'
import type { App } from '../../src/org/rules/app.ts'
import type { Fields } from '../../src/org/rules/fields.ts'
import { policies } from '../../src/org/rules/policies/list.ts'
import { openServer } from '../../src/org/server.ts'
import type { AppEntry, Settings } from '../../src/org/settings.ts'
import { findHistory, type HistoryRow } from '../../src/org/store/history.ts'
import { migrations } from '../../src/org/store/migrations.ts'
import { openKnownGrants, type KnownGrants } from '../../src/org/store/known-grants.ts'
import { openRecordIds } from '../../src/org/store/record-ids.ts'
import { findSigningKeys } from '../../src/org/store/signing-keys.ts'
import { writes, type OrgWrites } from '../../src/org/store/writes.ts'
import { openFaults } from '../../src/org/testing/faults.ts'
import { issueGrant } from '../../src/org/testing/issue-grant.ts'
import type { GrantWish } from '../../src/testing.ts'
import { newKeyringDocument, openKeyring } from '../../src/org/tokens/keyring.ts'
import { openSigningKeys, type StoredSigningKey } from '../../src/org/tokens/signing-keys.ts'
import { openStorage } from '../../src/storage/open.ts'
import { all, run, type Program } from '../../src/storage/program.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { defaultsOf, type Overrides } from '../../src/values/defaults.ts'
import { appName, consumerKey, organizationId, settingsVersion } from '../../src/values/domain.ts'
import { hours, instant, minutes, type Duration } from '../../src/values/time.ts'

export const organization = '00D000000000001EAA'
export const ada = { id: '005000000000001AAA', username: 'ada@demo.example' }
export const ben = { id: '005000000000002AAA', username: 'ben@demo.example' }
export const sync = { name: 'Sync', key: '3MVG9sync', secret: 'S3CR3T' }
export const other = { name: 'Other', key: '3MVG9other', secret: '0TH3R' }

export type Tokens = { readonly access: string; readonly refresh: string; readonly identity: string }
export type EndpointOrg = {
  readonly origin: string
  readonly parts: OrgParts
  readonly metrics: Metrics
  /** What was appended to the revocation log. */
  readonly revocations: readonly Revocation[]
  /** Tokens of Ada for Sync, unless said otherwise. */
  grant(wish?: Partial<GrantWish>): Promise<Tokens>
  refresh(token: string): Promise<{ readonly status: number; readonly body: Record<string, string> }>
  get(path: string, token?: string, headers?: Record<string, string>): Promise<Answer>
  post(path: string, form: Record<string, string>, headers?: Record<string, string>): Promise<Answer>
  send(method: string, path: string, token?: string): Promise<Answer>
  /** Changes Sync as a save would. */
  app(change: Partial<App>, fields?: Fields): void
  advance(length: Duration): void
  execute(sql: string): Promise<void>
  rows<Row>(sql: string): Promise<Row[]>
  history(): Promise<HistoryRow[]>
  [Symbol.asyncDispose](): Promise<void>
}
export type Answer = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON. */
  // oxlint-disable-next-line typescript/no-explicit-any -- a reply has the form that the test claims, or the test fails
  readonly json: any
}

function* execute(sql: string): Program<void> {
  yield* run(sql)
}
type TestWrites = OrgWrites & { readonly execute: typeof execute }

const base: App = {
  name: appName(sync.name),
  kind: 'externalClientApp',
  label: 'Order Sync',
  contactEmail: 'owner@demo.example',
  consumerKey: consumerKey(sync.key),
  callbacks: ['https://client.example/cb'],
  scopes: ['api', 'refresh_token', 'openid'],
  isEnabled: true,
  isConsumerSecretOptional: false,
  isIntrospectAllTokens: false,
  sessionTimeout: hours(2),
  idTokenValidity: minutes(2),
  idTokenAudience: [],
  version: settingsVersion(1),
}

const seed = `
INSERT INTO apps (name, kind, consumer_key, version) VALUES ('Sync', 'externalClientApp', '${sync.key}', 1);
INSERT INTO apps (name, kind, consumer_key, version) VALUES ('Other', 'externalClientApp', '${other.key}', 1);
INSERT INTO users (id, username, content, is_active, created_at, changed_at) VALUES ('${ada.id}', '${ada.username}',
  '{"profile":"System Administrator","firstName":"Ada","lastName":"Lovelace","email":"ada@mail.example","alias":"ada","timeZoneSidKey":"America/Los_Angeles"}', 1,
  1767225600000, 1767229200000);
INSERT INTO users (id, username, content, is_active, created_at, changed_at) VALUES ('${ben.id}', '${ben.username}',
  '{"lastName":"O<&>Neil"}', 1, 1767225600000, 1767225600000)`

export async function openEndpointOrg(overrides: Overrides<OrgConfiguration> = {}): Promise<EndpointOrg> {
  const configuration = defaultsOf(orgConfigurationSchema, overrides)
  const testWrites: TestWrites = { ...writes, execute }
  const opened = await openStorage<TestWrites>({
    ...{ url: 'sqlite::memory:', system: 'org', migrations, writes: testWrites, writesModule: import.meta.url },
  })
  // the same store, with fewer names for its writes
  const watched = openKnownGrants(opened)
  const storage = watched.storage as unknown as Storage<TestWrites>
  for (const statement of seed.split(';')) await storage.write('execute', statement)
  let now = instant('2026-01-02T00:00:00Z')
  let settings = settingsWith(configuration, {}, {})
  const where = { origin: '' }
  const revocations: Revocation[] = []
  const parts = partsOf({
    ...{ configuration, storage, knownGrants: watched.grants, revocations, clock: () => now },
    settings: () => settings,
    origin: () => where.origin,
  })
  const metrics = openMetrics()
  const server = serverOf(parts, metrics)
  where.origin = await server.listen({ host: '127.0.0.1', port: 0 })
  const call = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(where.origin + path, { redirect: 'manual', ...init })
    const text = await response.text()
    return {
      ...{ status: response.status, headers: response.headers, text },
      get json() {
        return JSON.parse(text)
      },
    }
  }
  const bearer = (token: string | undefined) => (token === undefined ? {} : { authorization: `Bearer ${token}` })
  const post: EndpointOrg['post'] = (path, form, headers = {}) =>
    call(path, { method: 'POST', body: new URLSearchParams(form), headers })
  return {
    ...{ origin: where.origin, parts, metrics, revocations, post },
    async grant(wish = {}) {
      const fields = await issueGrant(parts, { app: sync.name, username: ada.username, ...wish })
      return {
        access: fields['access_token'] ?? '',
        refresh: fields['refresh_token'] ?? '',
        identity: fields['id'] ?? '',
      }
    },
    async refresh(token) {
      const client = { client_id: sync.key, client_secret: sync.secret }
      const answer = await post('/services/oauth2/token', {
        grant_type: 'refresh_token',
        refresh_token: token,
        ...client,
      })
      return { status: answer.status, body: answer.json }
    },
    get: (path, token, headers = {}) => call(path, { headers: { ...bearer(token), ...headers } }),
    send: (method, path, token) => call(path, { method, headers: bearer(token) }),
    app: (change, fields = {}) => void (settings = settingsWith(configuration, change, fields)),
    advance: (length) => void (now = instant(now + length)),
    async execute(sql) {
      const result = await storage.write('execute', sql)
      if (result.kind !== 'committed') throw new Error(result.kind)
    },
    rows: async <Row>(sql: string) => (await storage.read(() => all<Row>(sql))).map((row) => ({ ...row })),
    history: () => storage.read(() => findHistory({ limit: 100 })),
    async [Symbol.asyncDispose]() {
      await server.close()
      await storage.close()
    },
  }
}

function serverOf(parts: OrgParts, metrics: Metrics): FastifyInstance {
  const server = openServer(parts)
  registerToken(server, parts, openMetrics())
  registerRevoke(server, parts)
  registerIntrospect(server, parts)
  registerUserinfo(server, parts)
  registerIdentity(server, parts)
  registerKeys(server, parts)
  registerDiscovery(server, parts)
  registerData(server, parts)
  registerOauthUsageRest(server, parts)
  registerHealth(server, parts, metrics)
  return server
}

type Given = {
  readonly configuration: OrgConfiguration
  readonly storage: Storage<TestWrites>
  readonly knownGrants: KnownGrants
  readonly revocations: Revocation[]
  readonly clock: OrgParts['clock']
  readonly settings: () => Settings
  readonly origin: () => string
}

function partsOf({ configuration, storage, knownGrants, revocations, clock, settings, origin }: Given): OrgParts {
  const random = (count: number): Uint8Array => randomBytes(count)
  const keyring = openKeyring(newKeyringDocument(random))
  if (!keyring.ok) throw new Error(keyring.fault)
  const recordIds = openRecordIds(0)
  const orgStorage = storage as unknown as Storage<OrgWrites>
  const epoch = { current: 0, olderGrants: 'refuse' } as const
  return {
    ...{
      folder: undefined,
      knownGrants,
      writability: { trouble: () => Promise.resolve(undefined) },
      clock,
      random,
      configuration,
      recordIds,
      storage: orgStorage,
      keyring: keyring.value,
    },
    monotonic: () => performance.now(),
    wait: () => Promise.resolve(),
    settings: {
      ...{ current: settings, refresh: () => Promise.resolve(settings()) },
      holdAllowlist: () => undefined,
    },
    trustedProxies: compileRanges([]),
    publicUrl: () => configuration.publicUrl ?? origin(),
    epoch: Object.assign(() => epoch, { refresh: () => Promise.resolve() }),
    signingKeys: openSigningKeys({
      ...{ keyring: keyring.value, random, clock },
      store: {
        find: () => storage.read(() => findSigningKeys()),
        async addFirst(key: StoredSigningKey) {
          const result = await storage.write('addFirstSigningKey', key)
          if (result.kind !== 'committed') throw new Error(result.kind)
          return result.value
        },
      },
    }),
    revocationLog: {
      append: (added) => Promise.resolve(void revocations.push(...added)),
      readAll: () => Promise.resolve({ revocations, since: 0 }),
      forget: () => Promise.resolve(),
    },
    monitor: openMonitor({ storage: orgStorage, clock, recordIds }),
    failureLimits: openFailureLimits(50, { window: minutes(15), mostKeys: 1000 }),
    faults: openFaults(),
    log: { info() {}, warn() {}, error() {} },
  }
}

function settingsWith(configuration: OrgConfiguration, change: Partial<App>, fields: Fields): Settings {
  const entries = [
    entryOf(configuration, { ...base, ...change }, { secret: sync.secret, fields }),
    entryOf(
      configuration,
      { ...base, name: appName(other.name), consumerKey: consumerKey(other.key), label: 'Other' },
      { secret: other.secret, fields: {} },
    ),
  ]
  return {
    organization: { id: organizationId(organization), name: 'Demo', instanceUrl: 'https://demo.my.example' },
    appsByConsumerKey: new Map(entries.map((entry) => [entry.app.consumerKey, entry])),
    appsByName: new Map(entries.map((entry) => [entry.app.name, entry])),
    trustedRanges: compileRanges([]),
    sessionTimeout: hours(2),
  }
}

function entryOf(
  configuration: OrgConfiguration,
  app: App,
  { secret, fields }: { readonly secret: string; readonly fields: Fields },
): AppEntry {
  const context = { kind: 'externalClientApp', configuration, orgRequiresPkce: false } as const
  const bound = policies.map((each) => {
    const policy = each.bind({ isPkceRequired: false, ...fields }, context)
    if (!policy.ok) throw new Error(policy.fault.map(({ means }) => means).join())
    return policy.value
  })
  const rest = { sign: undefined, certificate: undefined, allowlist: emptyAllowlist }
  return { app, policies: bound, secretIs: (sent) => sent === secret, ...rest }
}
