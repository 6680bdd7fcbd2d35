/** The parts of an org for tests of its flows: real store, real rules, real tokens; time, randomness and trouble are the test's. */
import { readFileSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { parseAddress } from '../../src/ip/address.ts'
import { emptyAllowlist } from '../../src/ip/allowlist.ts'
import { compileRanges } from '../../src/ip/matcher.ts'
import { orgConfigurationSchema, type OrgConfiguration } from '../../src/org/configuration.ts'
import { openFailureLimits } from '../../src/org/failure-limits.ts'
import { openMonitor } from '../../src/org/monitor.ts'
import type { Caller, OrgParts, Revocation } from '../../src/org/parts.ts'
import type { App } from '../../src/org/rules/app.ts'
import type { Fields } from '../../src/org/rules/fields.ts'
import type { Epoch } from '../../src/org/rules/judge-token.ts'
import { policies } from '../../src/org/rules/policies/list.ts'
import { contextOf, sampleApp } from '../../src/org/rules/questions-for-tests.ts'
import type { AppEntry, Settings } from '../../src/org/settings.ts'
import { openRecordIds } from '../../src/org/store/record-ids.ts'
import { openFaults } from '../../src/org/testing/faults.ts'
import { newKeyringDocument, openKeyring } from '../../src/org/tokens/keyring.ts'
import { macWith, sameSecret } from '../../src/org/tokens/mac.ts'
import { appName, consumerKey, organizationId, settingsVersion } from '../../src/values/domain.ts'
import { defaultsOf, type Overrides } from '../../src/values/defaults.ts'
import { hours, instant, minutes } from '../../src/values/time.ts'
import { openOrgStore, start, type OrgStore } from './store.ts'

export const secretOf = (name: string): string => `secret of ${name}`
const fixture = (name: string): string => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8')
export const assertionKey: string = fixture('client-assertion-key.pem')
export const assertionCertificate: string = fixture('client-assertion-certificate.pem')

export type TestParts = {
  readonly parts: OrgParts
  readonly store: OrgStore
  readonly revocations: Revocation[]
  readonly errors: string[]
  /** Moves the clock. */
  readonly pass: (milliseconds: number) => void
  /** Saves other fields for Billing: in the store at once, here from the next refresh of the settings on. */
  readonly saveElsewhere: (fields: Fields) => Promise<void>
  /** Signs nothing any more. */
  readonly loseSigningKey: () => void
}
export type Wish = {
  readonly fields?: Fields
  readonly configuration?: Overrides<OrgConfiguration>
  readonly app?: Partial<App>
  readonly certificate?: string
}

/** Billing with these fields, and Other without any, at settings version 1; the user is ada@example.com. */
export async function openTestParts(t: TestContext, wish: Wish = {}): Promise<TestParts> {
  const store = await openOrgStore(t)
  const configuration = defaultsOf(orgConfigurationSchema, wish.configuration)
  const state = { now: start, signs: true }
  const clock = () => instant(state.now)
  const recordIds = openRecordIds(0)
  const { storage, grants: knownGrants } = store
  const revocations: Revocation[] = []
  const errors: string[] = []
  const settingsWith = (fields: Fields, version: number): Settings =>
    settingsOf([
      entryOf({ ...sampleApp, ...wish.app, version: settingsVersion(version) }, fields, wish.certificate),
      entryOf({ ...sampleApp, name: appName('Other'), consumerKey: consumerKey('3MVG9other') }, {}, undefined),
    ])
  let settings = settingsWith(wish.fields ?? {}, 1)
  let saved = settings
  const epoch = (): Epoch => ({ current: 0, olderGrants: 'refuse' })
  const parts: OrgParts = {
    ...{ clock, storage, knownGrants, configuration, recordIds, random, folder: undefined },
    writability: { trouble: () => Promise.resolve(undefined) },
    monotonic: () => performance.now(),
    wait: () => Promise.resolve(),
    settings: {
      current: () => settings,
      refresh: () => Promise.resolve((settings = saved)),
      holdAllowlist: () => undefined,
    },
    keyring: keyring(),
    trustedProxies: compileRanges([]),
    publicUrl: () => 'https://login.example.com',
    epoch: Object.assign(epoch, { refresh: () => Promise.resolve() }),
    signingKeys: {
      sign: () => (state.signs ? Promise.resolve('a.signed.token') : Promise.reject(new Error('no signing key'))),
      publicKeys: () => Promise.resolve([]),
    },
    revocationLog: {
      append: (more) => Promise.resolve(void revocations.push(...more)),
      readAll: () => Promise.resolve({ revocations, since: 0 }),
      forget: () => Promise.resolve(),
    },
    monitor: openMonitor({ storage, clock, recordIds }),
    failureLimits: openFailureLimits(configuration.limits.clientFailures, { window: minutes(15), mostKeys: 100 }),
    faults: openFaults(),
    log: { info: () => undefined, warn: () => undefined, error: (event) => void errors.push(event) },
  }
  const pass = (milliseconds: number) => void (state.now += milliseconds)
  const saveElsewhere = async (fields: Fields): Promise<void> => {
    const version = Number((await store.row(`SELECT version FROM apps WHERE name = 'Billing'`))?.['version']) + 1
    await store.sql(`UPDATE apps SET version = ? WHERE name = 'Billing'`, version)
    saved = settingsWith(fields, version)
  }
  return { parts, store, revocations, errors, pass, saveElsewhere, loseSigningKey: () => void (state.signs = false) }
}

export function callerFrom(address: string): Caller {
  const parsed = parseAddress(address)
  if (!parsed.ok) throw new Error(`no address: ${address}`)
  return {
    from: { address: parsed.value, via: 'peer', peer: parsed.value },
    userAgent: 'test',
    listening: () => true,
  }
}

function settingsOf(entries: readonly AppEntry[]): Settings {
  return {
    organization: {
      id: organizationId('00D000000000001EAA'),
      name: 'Test',
      instanceUrl: 'https://test.my.example.com',
    },
    appsByConsumerKey: new Map(entries.map((entry) => [entry.app.consumerKey, entry])),
    appsByName: new Map(entries.map((entry) => [entry.app.name, entry])),
    trustedRanges: compileRanges([]),
    sessionTimeout: hours(2),
  }
}

function entryOf(app: App, fields: Fields, certificate: string | undefined): AppEntry {
  const secret = secretOf(app.name)
  const bound = policies.map(({ bind }) => {
    const result = bind(fields, contextOf(app.kind))
    if (!result.ok) throw new Error(JSON.stringify(result.fault))
    return result.value
  })
  return {
    ...{ app, certificate, policies: bound, allowlist: emptyAllowlist },
    secretIs: (sent) => sameSecret(sent, secret),
    sign: macWith(Buffer.from(secret)),
  }
}

function keyring(): OrgParts['keyring'] {
  const opened = openKeyring(newKeyringDocument(random))
  if (!opened.ok) throw new Error(opened.fault)
  return opened.value
}

let drawn = 0
/** Different at each call, the same in each run. */
function random(count: number): Uint8Array {
  return new Uint8Array(count).map(() => (drawn = (drawn * 75 + 74) % 65_537) & 255)
}
