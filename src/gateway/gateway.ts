/** The gateway, put together: listener, egresses, metering and admin API over one store. */
import type { Address } from '../ip/address.ts'
import type { OpenOptions } from '../storage/options.ts'
import type { Storage } from '../storage/storage.ts'
import { watchWrites, type Writability } from '../storage/writability.ts'
import { parseStorageUrl } from '../storage/url.ts'
import type { Clock, RandomBytes } from '../values/domain.ts'
import type { Duration } from '../values/time.ts'
import type { Secret } from '../values/secret.ts'
import { openAdmin } from './admin/admin.ts'
import type { AdminToken } from './admin-token.ts'
import { openAdmissions, type ToldAdmissions } from './admissions.ts'
import { openClients, type RunningClients } from './clients.ts'
import type { GatewayConfiguration } from './configuration.ts'
import { openDeclared, type Declared } from './declared.ts'
import { openEcho } from './egress/echo.ts'
import { openPool, type EgressView, type PoolSettings } from './egress/pool.ts'
import { openListener, type Listener } from './listeners/listener.ts'
import { openMeter } from './metering/meter.ts'
import { openMetrics } from './metrics.ts'
import { openOpening, type Opening } from './open.ts'
import { openOwnAddresses } from './own-addresses.ts'
import type { GatewayParts, Log } from './parts.ts'
import { openReach } from './reach.ts'
import { openRecords } from './records.ts'
import { openDeadlineWheel } from './relay/deadline-wheel.ts'
import { drainingRemoved } from './removed-egresses.ts'
import { openReuse } from './reuse.ts'
import { openResolver, type Resolver } from './resolver.ts'
import type { Destination, Host } from './rules/destination/destination.ts'
import { gatewaySettings, type GatewaySettings } from './settings.ts'
import { openStoreKey } from './store-key.ts'
import { migrations } from './store/migrations.ts'
import { writes, type GatewayWrites } from './store/writes.ts'

/** What the gateway takes from the world; a test replaces what it wants to bend. */
export type GatewayEnvironment = {
  readonly clock: Clock
  /** Milliseconds that never go back. */
  readonly monotonic: () => number
  readonly random: RandomBytes
  readonly wait: (length: Duration) => Promise<void>
  readonly log: Log
  readonly openStorage: (options: OpenOptions<GatewayWrites>) => Promise<Storage<GatewayWrites>>
  /** `HOST:PORT`; those of the machine if not said. */
  readonly nameServers?: readonly string[]
}

export type GatewayOptions = {
  readonly configuration: GatewayConfiguration
  /** `sqlite:FOLDER` or `sqlite::memory:`. */
  readonly storage: string
  readonly adminToken?: Secret | undefined
  /** The store can take no further write (P-04); the process should exit. */
  readonly onFault: (cause: Error) => void
}

export type RunningGateway = {
  /** Of the proxy, without credentials: http://127.0.0.1:9293, or https:// with TLS. */
  readonly url: string
  readonly adminUrl: string
  readonly adminToken: AdminToken
  readonly views: () => readonly EgressView[]
  readonly parts: GatewayParts
  /** Takes a changed configuration without dropping a tunnel. Rejects, and changes nothing, where it cannot be used. */
  readonly reload: (configuration: GatewayConfiguration) => Promise<void>
  /** Takes nothing new, lets tunnels end until the drain deadline, then closes. */
  readonly close: () => Promise<void>
}

/** Listening when it resolves. Rejects with a StorageFault, or an Error whose message says what to mend; then nothing stays open. */
export async function openGateway(environment: GatewayEnvironment, options: GatewayOptions): Promise<RunningGateway> {
  const settings = gatewaySettings(options.configuration)
  // a name handed to a thread is not an import, so the compiler does not rewrite it
  const writesModule = new URL(`./store/writes.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)
  const { storage: url, onFault } = options
  const opened: Opened[] = []
  try {
    const store = await environment.openStorage({ url, system: 'gateway', migrations, writes, writesModule, onFault })
    opened.push(() => store.close())
    const { storage, writability } = watchWrites(store, () => store.write('tryWrite', {}))
    return await openOn(storage, writability, { environment, options, settings, opened })
  } catch (cause) {
    for (const each of opened.toReversed()) await each()
    throw cause
  }
}

/** Closes what was opened, in the reverse order. */
type Opened = () => void | Promise<void>
type Ground = {
  readonly environment: GatewayEnvironment
  readonly options: GatewayOptions
  readonly settings: GatewaySettings
  readonly opened: Opened[]
}

async function openOn(
  storage: Storage<GatewayWrites>,
  writability: Writability,
  ground: Ground,
): Promise<RunningGateway> {
  const { options, opened } = ground
  const { clock, random, log } = ground.environment
  const state: State = { settings: ground.settings, draining: false, ports: [] }
  const folder = folderOf(options.storage)
  const { parts, clients, opening } = await openParts(storage, ground, state)
  const { pool } = parts

  // the egresses before the listener: whoever comes first must not be told that none is live
  const key = await openStoreKey(folder, random)
  const own = (): readonly Destination[] => state.settings.own
  const draining = drainingRemoved(parts)
  const declared = await openDeclared({ storage, clock, log, pool: draining, key, own }, state.settings.egresses)
  const admissions = await openAdmissions({ storage, clock, log, pool }, state.settings.admissions)
  const listener = await openListener(parts, { listen: state.settings.listen, tls: state.settings.configuration.tls })
  opened.push(() => listener.destroy())
  state.ports = [listener.address.port]
  const admin = await openAdmin(
    { ...parts, writability, declared, admissions, allow: () => state.settings.configuration.allow },
    { listen: state.settings.adminListen, folder, adminToken: options.adminToken },
  )
  opened.push(() => admin.close())
  state.ports = [listener.address.port, Number(new URL(admin.url).port)]
  return {
    ...{ url: listener.url, adminUrl: admin.url, adminToken: admin.adminToken, parts },
    views: pool.views,
    reload: (configuration) => reload(configuration, { state, clients, listener, declared, admissions }),
    close: once(() => close({ state, parts, opening, listener, opened })),
  }
}

/** What listeners and admin API stand on. */
type Core = { readonly parts: GatewayParts; readonly clients: RunningClients; readonly opening: Opening }

async function openParts(storage: Storage<GatewayWrites>, ground: Ground, state: State): Promise<Core> {
  const { clock, monotonic, random, log } = ground.environment
  const { opened } = ground
  const wheel = openDeadlineWheel({ monotonic })
  opened.push(() => wheel.close())
  const pseudonym = `sallyport-${Buffer.from(random(8)).toString('hex')}`
  const { pool, reach } = await openWays(ground, state, pseudonym)
  const meter = await openMeter(
    { clock, monotonic, random, storage, log, groupOf: reach.groupOf },
    { limits: () => state.settings.configuration, every: () => state.settings.meterEvery },
  )
  opened.push(() => meter.close())
  const metrics = openMetrics({ pool, meter })
  const records = openRecords({ clock, monotonic, log })
  opened.push(() => records.close())
  const draining = (): boolean => state.draining
  const opening = openOpening({ clock, random, meter, reach, pool, metrics, records, draining })
  const clients = openClients({ clients: state.settings.configuration.clients, random, monotonic, log })
  const parts: GatewayParts = {
    ...{ clock, monotonic, random, wheel, storage, log, clients, reach, pool, meter, metrics, draining, pseudonym },
    deadlines: () => state.settings.deadlines,
    proxyProtocolPeers: () => state.settings.proxyProtocolPeers,
    open: opening.open,
    refused: opening.refused,
    mayReuse: openReuse({ meter, reach, pool }),
    ended: opening.ended,
  }
  return { parts, clients, opening }
}

/** From a destination to its addresses, and from an egress to them. */
async function openWays(
  { environment, opened }: Ground,
  state: State,
  pseudonym: string,
): Promise<Pick<GatewayParts, 'pool' | 'reach'>> {
  const { clock, monotonic, random, log, nameServers: servers } = environment
  const echo = await openEcho(state.settings.echo.listen)
  opened.push(() => echo.close())
  const resolver = openResolver({ monotonic, ...(servers === undefined ? {} : { servers }) })
  opened.push(() => resolver.close())
  const pool = openPool({
    ...{ clock, monotonic, random, log, echo, pseudonym },
    deadlines: () => state.settings.deadlines,
    settings: () => poolSettings(state.settings),
    resolve: (host) => addressesOf(resolver, host),
  })
  opened.push(() => pool.close())
  const reach = openReach({
    resolver,
    allow: () => state.settings.allow,
    own: openOwnAddresses({ monotonic, ports: () => state.ports, views: pool.views }),
    echo: () => state.settings.echo.outside ?? echo,
  })
  return { pool, reach }
}

type State = { settings: GatewaySettings; draining: boolean; ports: readonly number[] }

type Reloading = {
  readonly state: State
  readonly clients: RunningClients
  readonly listener: Listener
  readonly declared: Declared
  readonly admissions: ToldAdmissions
}

/** Parsed whole before anything is changed. */
async function reload(configuration: GatewayConfiguration, { state, ...running }: Reloading): Promise<void> {
  const next = gatewaySettings(configuration)
  const { listen, admin, tls } = state.settings.configuration
  for (const [name, before, after] of [
    ['listen', listen, configuration.listen],
    ['admin.listen', admin.listen, configuration.admin.listen],
  ] as const)
    if (before !== after) throw new Error(`gateway.${name} cannot change while the gateway runs: restart it.`)
  if ((tls === undefined) !== (configuration.tls === undefined))
    throw new Error('gateway.tls cannot be switched on or off while the gateway runs: restart it.')
  if (configuration.tls !== undefined) running.listener.replaceTls(configuration.tls)
  state.settings = next
  running.clients.replace(configuration.clients)
  await running.declared.readFile(next.egresses)
  await running.admissions.readFile(next.admissions)
}

type Closing = {
  readonly state: State
  readonly parts: GatewayParts
  readonly opening: Opening
  readonly listener: Listener
  readonly opened: readonly Opened[]
}

async function close({ state, parts, opening, listener, opened }: Closing): Promise<void> {
  state.draining = true
  listener.close()
  for (const tunnel of parts.meter.live()) tunnel.endIfIdle?.()
  const idle = opening.idle()
  const { promise: over, resolve } = Promise.withResolvers<void>()
  const late = parts.wheel.deadline(() => {
    for (const tunnel of parts.meter.live()) tunnel.cut?.('drain-deadline')
    // what is being dialled has nothing to cut, and is not waited for; what was cut gets the time to be counted
    setTimeout(resolve, afterDeadline)
  })
  parts.wheel.set(late, state.settings.deadlines.drain)
  await Promise.race([idle, over])
  parts.wheel.clear(late)
  await new Promise(setImmediate) // the reply to what was refused last is written after it is counted
  for (const each of opened.toReversed()) await each()
}

const afterDeadline = 250 // ms

function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => (running ??= run())
}

function poolSettings({ configuration, probe, echo }: GatewaySettings): PoolSettings {
  return { balance: configuration.balance, healthCheck: probe, echo: { url: echo.url, every: echo.every } }
}

async function addressesOf(resolver: Resolver, host: Host): Promise<readonly Address[]> {
  if (host.kind === 'address') return [host.address]
  const answer = await resolver.resolve(host.name)
  return answer.ok ? answer.value : []
}

function folderOf(storageUrl: string): string | undefined {
  const url = parseStorageUrl(storageUrl)
  return url.ok && url.value.kind === 'sqlite-folder' ? url.value.folder : undefined
}
