/** The settings in force, read from the store and compiled; replaced as a whole, never changed in place. */
import type { Storage } from '../../storage/storage.ts'
import type { Clock, RandomBytes } from '../../values/domain.ts'
import { numberedId } from '../../values/salesforce-id.ts'
import { after, type Duration, type Instant } from '../../values/time.ts'
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
  const held = new Map<string, Held>()
  const rows = new Map<string, AppRow>()
  let current: Settings | undefined
  let newest = 0
  let started = 0
  let running: Promise<Settings> | undefined
  let queued: Promise<Settings> | undefined

  const load = async (): Promise<Settings> => {
    started += 1
    const turn = started
    const read = await parts.storage.read(() =>
      readChanged(new Map([...rows].map(([name, row]) => [name, row.version]))),
    )
    if (turn < newest && current !== undefined) return current // a later reading is in force already
    newest = turn
    for (const name of rows.keys()) if (!read.names.has(name)) rows.delete(name)
    for (const row of read.changed) rows.set(row.name, row)
    current = compile(read.orgWide)
    return current
  }
  let entries = new Map<string, { readonly row: AppRow; readonly held: Held | undefined; readonly entry: AppEntry }>()
  let lastOrgWide: OrgWide | undefined

  const compile = (orgRows: readonly ObjectRow[]): Settings => {
    lastOrgWide = compileOrgWide(orgRows, parts)
    return assemble(lastOrgWide)
  }
  const assemble = (orgWide: OrgWide): Settings => {
    const next: typeof entries = new Map()
    for (const [name, row] of rows) {
      const hold = held.get(name)
      const known = entries.get(name)
      const entry =
        known !== undefined && known.row === row && known.held === hold
          ? known.entry
          : entryOf(parts, hold === undefined ? row : withListOf(row, hold.from), orgWide)
      if (entry !== undefined) next.set(name, { row, held: hold, entry })
    }
    entries = next
    const all = [...entries.values()].map(({ entry }) => entry)
    return {
      organization: orgWide.organization,
      trustedRanges: orgWide.trustedRanges,
      sessionTimeout: orgWide.sessionTimeout,
      appsByName: new Map(all.map((entry) => [entry.app.name, entry])),
      appsByConsumerKey: new Map(all.map((entry) => [entry.app.consumerKey, entry])),
    }
  }
  const begin = (): Promise<Settings> => {
    const mine = load().finally(() => {
      if (running === mine) running = undefined
    })
    running = mine
    return mine
  }
  const letGo = (): void => {
    const now = parts.clock()
    const due = [...held].filter(([, { until }]) => until <= now)
    for (const [name] of due) held.delete(name)
    if (due.length > 0 && lastOrgWide !== undefined) current = assemble(lastOrgWide)
  }

  await ensureOrganization(parts)
  await begin()
  return {
    current() {
      if (held.size > 0) letGo()
      if (current === undefined) throw new Error('the settings were never read')
      return current
    },
    refresh() {
      if (running === undefined) return begin()
      // what runs may have read before the caller's save, so it cannot serve the caller: one more reading serves all who wait (P-06)
      queued ??= running.then(nothing, nothing).then(() => {
        queued = undefined
        return begin()
      })
      return queued
    },
    holdAllowlist(app, length: Duration) {
      const from = held.get(app)?.from ?? rows.get(app)
      if (from !== undefined) held.set(app, { until: after(parts.clock(), length), from })
    },
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
