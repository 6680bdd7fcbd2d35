/** The settings in force, read from the store and compiled; replaced as a whole, never changed in place. */
import type { Storage } from '../../storage/storage.ts'
import type { Clock, RandomBytes } from '../../values/domain.ts'
import { numberedId } from '../../values/salesforce-id.ts'
import { after, type Instant } from '../../values/time.ts'
import type { OrgConfiguration } from '../configuration.ts'
import type { Log } from '../parts.ts'
import type { AppEntry, Settings, SettingsSource } from '../settings.ts'
import { findApp, findAppVersions, type AppRow } from '../store/apps.ts'
import { findObject, findOrgWide, singletonName, type ObjectRow } from '../store/objects.ts'
import type { OrgWrites } from '../store/writes.ts'
import { unsealConsumerSecret } from '../tokens/consumer-secret.ts'
import type { Keyring } from '../tokens/keyring.ts'
import type { Program } from '../../storage/program.ts'
import { withAllowlist } from '../metadata/app-object.ts'
import { canonicalJson } from '../metadata/merge.ts'
import { compileEntry, compileOrgWide, storedApp, type OrgWide } from './compile.ts'

export type SettingsParts = {
  readonly storage: Storage<OrgWrites>
  readonly keyring: Keyring
  readonly configuration: OrgConfiguration
  readonly clock: Clock
  readonly publicUrl: () => string
  readonly random: RandomBytes
  readonly log: Log
}

/** The list that still applies, and until when (SF-140). */
type Held = { readonly until: Instant; readonly from: AppRow }

/** A new store gets an organization with an id of its own. An app that cannot be compiled is left out, so that its clients are refused,
 *  and the log says why. */
export async function openSettings(parts: SettingsParts): Promise<SettingsSource> {
  await ensureOrganization(parts)
  const compiled = openCompiled(parts)
  let started = 0
  let newest = 0
  const read = async (): Promise<Settings> => {
    started += 1
    const turn = started
    const reading = await parts.storage.read(() => readChanged(compiled.versions()))
    if (turn < newest) return compiled.current() // a later reading is in force already
    newest = turn
    return compiled.take(reading)
  }
  await read()
  return { current: compiled.current, refresh: coalesced(read), holdAllowlist: compiled.holdAllowlist }
}

/** Those who ask while one is at work wait for one more: what runs may have read before the caller's save, so it cannot serve him (P-06). */
function coalesced<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined
  let queued: Promise<T> | undefined
  const begin = (): Promise<T> => {
    const mine = work().finally(() => {
      if (running === mine) running = undefined
    })
    running = mine
    return mine
  }
  return () => {
    if (running === undefined) return begin()
    queued ??= running.then(nothing, nothing).then(() => {
      queued = undefined
      return begin()
    })
    return queued
  }
}

type Entry = { readonly row: AppRow; readonly held: Held | undefined; readonly entry: AppEntry }
type Compiled = Pick<SettingsSource, 'current' | 'holdAllowlist'> & {
  readonly versions: () => ReadonlyMap<string, number>
  readonly take: (reading: Reading) => Settings
}

function openCompiled(parts: SettingsParts): Compiled {
  const held = new Map<string, Held>()
  const rows = new Map<string, AppRow>()
  let entries: ReadonlyMap<string, Entry> = new Map()
  let orgWide: OrgWide | undefined
  let settings: Settings | undefined

  const assemble = (): Settings => {
    if (orgWide === undefined) throw new Error('the settings were never read')
    entries = entriesOf(parts, { rows, held, known: entries, orgWide })
    settings = settingsOf(orgWide, entries)
    return settings
  }
  const letGo = (): void => {
    const now = parts.clock()
    const due = [...held].filter(([, { until }]) => until <= now)
    for (const [name] of due) held.delete(name)
    if (due.length > 0) assemble()
  }
  return {
    versions: () => new Map([...rows].map(([name, row]) => [name, row.version])),
    take(reading) {
      for (const name of rows.keys()) if (!reading.names.has(name)) rows.delete(name)
      for (const row of reading.changed) rows.set(row.name, row)
      orgWide = compileOrgWide(reading.orgWide, parts)
      return assemble()
    },
    current() {
      if (held.size > 0) letGo()
      return settings ?? assemble()
    },
    holdAllowlist(app, length) {
      const from = held.get(app)?.from ?? rows.get(app)
      if (from !== undefined) held.set(app, { until: after(parts.clock(), length), from })
    },
  }
}

type Assembly = {
  readonly rows: ReadonlyMap<string, AppRow>
  readonly held: ReadonlyMap<string, Held>
  readonly known: ReadonlyMap<string, Entry>
  readonly orgWide: OrgWide
}

/** What is known already is compiled anew only where its row or its hold is another: a change of the org's settings raises every version. */
function entriesOf(parts: SettingsParts, { rows, held, known, orgWide }: Assembly): ReadonlyMap<string, Entry> {
  const next = new Map<string, Entry>()
  for (const [name, row] of rows) {
    const hold = held.get(name)
    const before = known.get(name)
    const same = before !== undefined && before.row === row && before.held === hold
    const entry = same ? before.entry : entryOf(parts, hold === undefined ? row : withListOf(row, hold.from), orgWide)
    if (entry !== undefined) next.set(name, { row, held: hold, entry })
  }
  return next
}

function settingsOf(
  { organization, trustedRanges, sessionTimeout }: OrgWide,
  entries: ReadonlyMap<string, Entry>,
): Settings {
  const all = [...entries.values()].map(({ entry }) => entry)
  return {
    organization,
    trustedRanges,
    sessionTimeout,
    appsByName: new Map(all.map((entry) => [entry.app.name, entry])),
    appsByConsumerKey: new Map(all.map((entry) => [entry.app.consumerKey, entry])),
  }
}

/** The id is part of every token and identity URL, so it is made once and kept. */
async function ensureOrganization({ storage, random, clock }: SettingsParts): Promise<void> {
  if ((await storage.read(() => findObject('organization', singletonName))) !== undefined) return
  const id = numberedId('00D', Buffer.from(random(6)).readUIntBE(0, 6))
  const change = { kind: 'object', objectKind: 'organization', name: singletonName, expects: null } as const
  const content = canonicalJson({ id })
  const result = await storage.write('save', { at: clock(), changes: [{ ...change, content, applied: content }] })
  if (result.kind !== 'committed') throw new Error(`the organization could not be stored: ${result.kind}`)
}

const nothing = (): void => undefined

type Reading = {
  readonly orgWide: readonly ObjectRow[]
  readonly names: ReadonlySet<string>
  readonly changed: readonly AppRow[]
}

/** One consistent snapshot; only apps whose version changed are read whole. An app made anew has a version of its own. */
function* readChanged(known: ReadonlyMap<string, number>): Program<Reading> {
  const orgWide = yield* findOrgWide()
  const versions = yield* findAppVersions()
  const changed: AppRow[] = []
  for (const { name, version } of versions) {
    const row = known.get(name) === version ? undefined : yield* findApp(name)
    if (row !== undefined) changed.push(row)
  }
  return { orgWide, names: new Set(versions.map(({ name }) => name)), changed }
}

function entryOf({ keyring, log }: SettingsParts, row: AppRow, orgWide: OrgWide): AppEntry | undefined {
  const secret = row.sealedSecret === null ? undefined : unsealConsumerSecret(row.sealedSecret, row.name, keyring)
  if (row.sealedSecret !== null && secret === undefined) {
    log.error('consumer-secret-not-opened', {
      app: row.name,
      next: 'Put the keyring back that this store was made with.',
    })
    return undefined
  }
  const compiled = compileEntry(storedApp(row.kind, row.content), secret, { ...orgWide, version: row.version })
  if (compiled.ok) return compiled.value
  log.error('app-not-compiled', {
    app: row.name,
    faults: compiled.fault.map(({ at, message }) => `${at.join('.')} ${message}`),
  })
  return undefined
}

/** The new row with the old list: the whole old one applies while the change is under way, never a mixture (SF-140). */
function withListOf(row: AppRow, old: AppRow): AppRow {
  const before = storedApp(old.kind, old.content).object.oauthSecuritySettings
  const { object } = withAllowlist(storedApp(row.kind, row.content), {})
  const { enforceRefreshTokenIpAllowlist: _, tokenIpRanges: __, ...rest } = object.oauthSecuritySettings ?? {}
  const security = {
    ...rest,
    ...(before?.enforceRefreshTokenIpAllowlist === undefined
      ? {}
      : { enforceRefreshTokenIpAllowlist: before.enforceRefreshTokenIpAllowlist }),
    ...(before?.tokenIpRanges === undefined ? {} : { tokenIpRanges: before.tokenIpRanges }),
  }
  return { ...row, content: JSON.stringify({ ...object, oauthSecuritySettings: security }) }
}
