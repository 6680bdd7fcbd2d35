/** One org, opened: store, keys, settings, endpoints, upkeep; and closed again in the order that loses nothing. */
import { originOf } from '../http/origin.ts'
import type { FastifyInstance } from 'fastify'
import { parseCidrs } from '../ip/cidr.ts'
import { compileRanges } from '../ip/matcher.ts'
import type { OpenOptions } from '../storage/options.ts'
import type { Storage } from '../storage/storage.ts'
import { watchWrites, type Writability } from '../storage/writability.ts'
import { parseStorageUrl } from '../storage/url.ts'
import type { Clock, RandomBytes } from '../values/domain.ts'
import type { Secret } from '../values/secret.ts'
import { numberedId } from '../values/salesforce-id.ts'
import { seconds, type Duration } from '../values/time.ts'
import { openAdminToken, type AdminToken } from './admin-token.ts'
import { openOrgClock, type OrgClock } from './clock.ts'
import type { OrgConfiguration } from './configuration.ts'
import { registerEndpoints } from './endpoints/register.ts'
import { answerToken } from './endpoints/token.ts'
import { openTokenLane } from './endpoints/token-lane.ts'
import { openMetrics } from './metrics.ts'
import { openEpoch } from './epoch.ts'
import { openFailureLimits } from './failure-limits.ts'
import { freshKeyring, openKeyringFile, type HeldKeyring } from './keyring-file.ts'
import { openMonitor } from './monitor.ts'
import type { Log, OrgParts } from './parts.ts'
import { forgetfulRevocationLog, openRevocationLog } from './revocation-log.ts'
import { applyOrgFile, type Applied } from './metadata/apply.ts'
import type { OrgFile } from './metadata/org-file.ts'
import type { ApplyParts } from './metadata/planned.ts'
import { openPasswordChecks } from './password-checks.ts'
import { reapplyRevocations } from './reapply-revocations.ts'
import { openServer } from './server.ts'
import { openSettings } from './settings/source.ts'
import { migrations } from './store/migrations.ts'
import { findOrgWide } from './store/objects.ts'
import { openRecordIds, type RecordIds } from './store/record-ids.ts'
import { findSigningKeys } from './store/signing-keys.ts'
import { openKnownGrants, type KnownGrants } from './store/known-grants.ts'
import { findLastRecordId, findWhetherGrantsExist } from './store/upkeep.ts'
import { writes, type OrgWrites } from './store/writes.ts'
import { openFaults } from './testing/faults.ts'
import type { Keyring } from './tokens/keyring.ts'
import { openLazyPasswords } from './tokens/lazy-passwords.ts'
import { openPasswords } from './tokens/passwords.ts'
import { openSigningKeys } from './tokens/signing-keys.ts'
import { startUpkeep } from './upkeep.ts'

/** What only the composition may reach: clocks, randomness, timers, the engine. */
export type OrgEnvironment = {
  readonly clock: Clock
  readonly monotonic: () => number
  readonly random: RandomBytes
  readonly wait: (length: Duration) => Promise<void>
  readonly log: Log
  readonly openStorage: (options: OpenOptions<OrgWrites>) => Promise<Storage<OrgWrites>>
}

export type OrgOptions = {
  /** `sqlite:FOLDER` or `sqlite::memory:`. */
  readonly storage: string
  readonly configuration: OrgConfiguration
  /** SALLYPORT_ADMIN_TOKEN; left out, one is made and kept beside the store. */
  readonly adminToken?: Secret | undefined
  /** The org file's objects, read and validated; `reapply` overwrites what the admin API changed since. */
  readonly file?: OrgFile | undefined
  readonly reapply?: boolean
  /** Clock and faults on demand: never in production. */
  readonly testing: boolean
  /** Passwords of the file are hashed at their first use instead of at the start: for tests and the demonstration. */
  readonly lazyPasswords?: boolean | undefined
  /** The store can take no further write (P-04); the process should exit. */
  readonly onFault: (cause: Error) => void
}

export type RunningOrg = {
  /** Origin that is listened on. */
  readonly url: string
  readonly adminToken: AdminToken
  /** Of the data; undefined for a store in memory. */
  readonly folder: string | undefined
  readonly parts: OrgParts
  readonly clock: OrgClock
  /** What the org file did, and what it left as the admin API had made it. */
  readonly applied: Applied
  /** Stops listening, lets what was accepted finish, writes what was counted, releases the store. */
  readonly close: () => Promise<void>
}

/** Listening when it resolves. Rejects with a StorageFault, or an Error whose message says what to mend. */
export async function openOrg(environment: OrgEnvironment, options: OrgOptions): Promise<RunningOrg> {
  // a name handed to a thread is not an import, so the compiler does not rewrite it
  const writesModule = new URL(`./store/writes.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)
  const { storage: url, onFault } = options
  const opened = await environment.openStorage({ url, system: 'org', migrations, writes, writesModule, onFault })
  try {
    const { storage, writability } = watchWrites(opened, () => opened.write('tryWrite', {}))
    return await openOn({ ...openKnownGrants(storage), writability }, environment, options)
  } catch (cause) {
    await opened.close() // the lock must not outlive an org that did not open
    throw cause
  }
}

type Store = ReturnType<typeof openKnownGrants> & { readonly writability: Writability }

async function openOn(
  { storage, grants, writability }: Store,
  environment: OrgEnvironment,
  options: OrgOptions,
): Promise<RunningOrg> {
  const folder = folderOf(options.storage)
  const adminToken = await openAdminToken(folder, { random: environment.random, given: options.adminToken })
  const ground = await openGround(storage, environment, folder)
  const passwords = openPasswords(options.configuration.passwordHashing, environment.random)
  const lazyPasswords = openLazyPasswords(passwords)
  const applied = await applyFile(
    {
      ...{ ...ground, passwords, configuration: options.configuration },
      ...(options.lazyPasswords ? { lazyPasswords } : {}),
    },
    options,
  )
  const where: { url: string } = { url: '' }
  const parts = await openParts(ground, environment, { ...options, folder, where, grants, writability })
  await enterRotationMode(parts)
  await reapplyRevocations(parts)
  const metrics = openMetrics()
  const server = openServer(parts, openTokenLane(parts, answerToken(parts, metrics), environment.clock))
  registerEndpoints(server, parts, {
    metrics,
    adminToken: adminToken.token,
    testing: options.testing,
    clock: ground.orgClock,
    passwords,
    heldKeyring: ground.heldKeyring,
    checks: openPasswordChecks(storage, lazyPasswords),
  })
  where.url = await listen(server, options.configuration.listen)
  await keepOrClose(adminToken, server)
  const upkeep = startUpkeep(parts)
  return {
    url: where.url,
    adminToken,
    folder,
    parts,
    clock: ground.orgClock,
    applied,
    async close() {
      await server.close()
      await upkeep.stop()
      await parts.monitor.flush()
      await storage.close()
    },
  }
}

async function keepOrClose(adminToken: AdminToken, server: FastifyInstance): Promise<void> {
  try {
    await adminToken.keep()
  } catch (cause) {
    await server.close() // an org that did not open answers nobody
    throw cause
  }
}

/** Before anyone is answered: what the mode before had left open must be closed by then (P-12). */
async function enterRotationMode({ storage, configuration }: OrgParts): Promise<void> {
  const result = await storage.write('enterRotationMode', { mode: configuration.rotationMode })
  if (result.kind === 'committed') return
  const why = result.kind === 'dropped' ? result.why : result.cause.message
  throw new Error(`the rotation mode could not be stored: ${why}`)
}

/** What everything else stands on, the org file included. */
type Ground = {
  readonly storage: Storage<OrgWrites>
  readonly orgClock: OrgClock
  readonly clock: Clock
  readonly random: RandomBytes
  readonly keyring: Keyring
  readonly heldKeyring: HeldKeyring
  readonly recordIds: RecordIds
}

async function openGround(
  storage: Storage<OrgWrites>,
  { clock, random }: OrgEnvironment,
  folder: string | undefined,
): Promise<Ground> {
  const orgClock = await openOrgClock(clock, storage)
  const storeIsNew = !(await storage.read(() => findWhetherGrantsExist()))
  const heldKeyring =
    folder === undefined ? freshKeyring(random) : await openKeyringFile(folder, { random, storeIsNew })
  const recordIds = openRecordIds(await storage.read(() => findLastRecordId()))
  return { storage, orgClock, clock: orgClock.now, random, keyring: heldKeyring.keyring, heldKeyring, recordIds }
}

/** Without a file, and on a new store, the org is made with an id of its own and nothing in it. */
async function applyFile(parts: ApplyParts, { file, reapply }: OrgOptions): Promise<Applied> {
  const known = await parts.storage.read(() => findOrgWide())
  const isNew = !known.some(({ kind }) => kind === 'organization')
  const organization = { id: freshOrganizationId(parts.random), name: 'Sallyport' }
  const wanted: OrgFile = isNew ? { ...file, organization: { ...organization, ...file?.organization } } : (file ?? {})
  const applied = await applyOrgFile(parts, wanted, { reapply: reapply ?? false })
  if (applied.ok) return applied.value
  throw new Error(`The org file was not applied: ${applied.fault}`)
}

function freshOrganizationId(random: RandomBytes): string {
  const number = Buffer.from(random(6)).readUIntBE(0, 6)
  return numberedId('00D', number)
}

type Opened = OrgOptions & {
  readonly folder: string | undefined
  readonly where: { readonly url: string }
  readonly grants: KnownGrants
  readonly writability: Writability
}

async function openParts(ground: Ground, { monotonic, wait, log }: OrgEnvironment, opened: Opened): Promise<OrgParts> {
  const { configuration, folder, where, grants, writability } = opened
  const { storage, clock, random, keyring, recordIds } = ground
  const publicUrl = (): string => configuration.publicUrl ?? where.url
  const { failureKeys, failureWindowSeconds, clientFailures } = configuration.limits
  return {
    storage,
    knownGrants: grants,
    writability,
    folder,
    clock,
    random,
    keyring,
    recordIds,
    monotonic,
    wait,
    log,
    configuration,
    publicUrl,
    settings: await openSettings({ storage, keyring, clock, random, configuration, publicUrl, log }),
    trustedProxies: trustedProxies(configuration),
    epoch: await openEpoch(storage),
    signingKeys: openSigningKeys({ store: signingKeyStore(storage), keyring, random, clock }),
    revocationLog: folder === undefined ? forgetfulRevocationLog() : openRevocationLog(folder, log),
    monitor: openMonitor({ storage, clock, recordIds }),
    failureLimits: openFailureLimits(clientFailures, { window: seconds(failureWindowSeconds), mostKeys: failureKeys }),
    faults: openFaults(),
  }
}

function signingKeyStore(storage: Storage<OrgWrites>): Parameters<typeof openSigningKeys>[0]['store'] {
  return {
    find: () => storage.read(() => findSigningKeys()),
    async addFirst(key) {
      const result = await storage.write('addFirstSigningKey', key)
      if (result.kind === 'committed') return result.value
      throw new Error(`the signing key could not be stored: ${result.kind}`)
    },
  }
}

function trustedProxies({ trustedProxies: texts }: OrgConfiguration): OrgParts['trustedProxies'] {
  const ranges = parseCidrs(texts)
  if (!ranges.ok) throw new Error(`org.trustedProxies: ${ranges.fault.map(({ message }) => message).join('; ')}`)
  return compileRanges(ranges.value)
}

function folderOf(storageUrl: string): string | undefined {
  const url = parseStorageUrl(storageUrl)
  return url.ok && url.value.kind === 'sqlite-folder' ? url.value.folder : undefined
}

/** The origin as the socket has it, so that port 0 is told as the port that it became. */
async function listen(server: FastifyInstance, at: string): Promise<string> {
  const colon = at.lastIndexOf(':')
  const host = at.slice(0, colon).replace(/^\[|\]$/g, '')
  await server.listen({ host, port: Number(at.slice(colon + 1)) })
  return originOf(server.server.address(), host)
}
