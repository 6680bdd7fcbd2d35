/** The keeper, put together: connections that survive rotation, over one vault and one way out. */
import type { OpenOptions } from '../storage/options.ts'
import type { Storage } from '../storage/storage.ts'
import { watchWrites } from '../storage/writability.ts'
import type { Clock, RandomBytes } from '../values/domain.ts'
import { Secret } from '../values/secret.ts'
import { days, hours, milliseconds, minutes, type Duration } from '../values/time.ts'
import { openAccess } from './access.ts'
import { openConnect, type Connect } from './connect/connect.ts'
import { openApps } from './apps.ts'
import { checkId, openConnections } from './connections.ts'
import { withBell } from './bell.ts'
import { onlyTenant, type ConnectionKey } from './connection-key.ts'
import { openEvents, type Events } from './events.ts'
import { openFigures, type Figures } from './figures.ts'
import { KeeperError } from './keeper-error.ts'
import type { ConnectionName, Keeper, KeeperOptions, KeeperSettings } from './keeper-face.ts'
import type { Log } from './log.ts'
import type { ExchangeParts } from './refresh/parts.ts'
import { openReplies } from './refresh/replies.ts'
import { openUnderWay, type UnderWay } from './refresh/under-way.ts'
import { faultOfHeartbeat } from './rules/due.ts'
import { faultOfTerms, usualTerms } from './rules/lease-terms.ts'
import { openScheduler, type Scheduler } from './scheduler.ts'
import { fetchAs } from './fetch/fetch.ts'
import { findEvents } from './store/events.ts'
import { migrations } from './store/migrations.ts'
import { writes, type KeeperWrites } from './store/writes.ts'
import type { Route } from './rules/route.ts'
import { openTransport, openTrust, type Transport } from './transport/transport.ts'
import { openEnvelope } from './vault/envelope.ts'
import { openSpool } from './vault/spool.ts'
import { openVaultCare } from './vault-care.ts'
import { openVaultKeyring, type VaultKeyring } from './vault-keyring.ts'
import type { Webhooks } from './webhook-face.ts'
import { resolveBySystem, type Resolve } from './webhooks/post.ts'
import type { TellerTerms } from './webhooks/teller.ts'
import { openWebhooks, type WebhookParts } from './webhooks/webhooks.ts'

/** What the keeper takes from the world; a test replaces what it wants to bend. */
export type KeeperEnvironment = {
  readonly clock: Clock
  /** Milliseconds that never go back. */
  readonly monotonic: () => number
  readonly random: RandomBytes
  /** Rejects when it is broken off. */
  readonly wait: (length: Duration, brokenOff?: AbortSignal) => Promise<void>
  readonly log: Log
  readonly openStorage: (options: OpenOptions<KeeperWrites>) => Promise<Storage<KeeperWrites>>
  /** In the place of the one that the options describe. */
  readonly transport?: Transport
  /** Of the hosts of webhooks, in the place of the system's. */
  readonly resolve?: Resolve
  readonly webhookTerms?: Partial<WebhookTerms>
}

/** `attempt`: milliseconds for one delivery, from the resolution of its name to the head of the answer. */
export type WebhookTerms = TellerTerms & Pick<WebhookParts, 'poll'> & { readonly attempt: number }

const usualRounds = 10_000 // ms
const usualWebhookTerms: WebhookTerms = { attempt: 15_000, lease: 30_000, grace: 2_000, poll: 1_000 }

export const usualSettings: Omit<KeeperSettings, 'holder'> = {
  terms: usualTerms,
  settle: minutes(5),
  askEvery: minutes(1),
  heartbeat: { every: days(25), spread: days(1), blackouts: [] },
  backOff: { refused: hours(6), trouble: minutes(1) },
  limits: { atOnce: 10, perMinute: 600, downAfter: 5 },
  retention: {
    ...{ events: days(90), mostEvents: 100_000 },
    ...{ attempts: days(60), introspections: days(60), removed: days(30) },
  },
}

/** Ready when it resolves. Rejects with a StorageFault, a VaultFault, or an Error that says what to mend; then nothing stays open. */
export async function openKeeper(environment: KeeperEnvironment, options: KeeperOptions): Promise<Keeper> {
  const { clock, monotonic, random, wait, log } = environment
  const settings: KeeperSettings = {
    ...{ ...usualSettings, ...options.settings },
    holder: options.settings?.holder ?? `${process.pid}-${Buffer.from(random(3)).toString('hex')}`,
  }
  const fault = faultOfTerms(settings.terms) ?? faultOfHeartbeat(settings.heartbeat)
  if (fault !== undefined) throw new Error(`The keeper cannot run with this: ${fault}.`)
  const transport = environment.transport ?? transportOf(environment, options)
  const underWay = openUnderWay()
  const store = await openStore(environment, options, underWay)
  const watched = watchWrites(store, () => store.write('tryWrite', {}))
  const { writability } = watched
  const { storage, bell } = withBell(watched.storage)
  const opened: (() => void | Promise<void>)[] = [() => storage.close()]
  try {
    const vaultKeyring = await openVaultKeyring({ storage, clock, random, log }, options)
    const { keyring } = vaultKeyring
    const envelope = openEnvelope({ keyring, random, monotonic })
    opened.push(() => envelope.forget())
    const spool = await openSpool({ folder: options.spool, random })
    opened.push(() => spool.close())
    const replies = openReplies({ storage, spool, wait, log })
    opened.push(() => replies.close())
    await replies.adoptLeftovers()
    const apps = openApps({ storage, envelope, clock, random })
    const figures = openFigures({ storage, spool })
    const parts: ExchangeParts = {
      ...{ storage, envelope, transport, spool, replies, clock, monotonic, wait, random, log, settings },
      ...{ underWay, credentialsOf: apps.credentialsOf, countOutcome: figures.countOutcome },
    }
    opened.push(() => underWay.none())
    const events = openEvents({ storage, bell })
    opened.push(() => events.close())
    const { attempt, poll, ...terms } = webhookTermsOf(environment, options)
    const webhooks = await openWebhooks(
      {
        ...{ storage, clock, random, log, bell, poll, terms, holder: settings.holder },
        post: {
          resolve: environment.resolve ?? resolveBySystem,
          trust: openTrust(options.ca ?? []),
          monotonic,
          deadlineMs: attempt,
        },
      },
      options.webhooks ?? [],
    )
    opened.push(() => webhooks.close())
    const scheduler = openScheduler(parts, { every: options.rounds ?? usualRounds })
    opened.push(() => scheduler.close())
    const close = async (): Promise<void> => {
      underWay.close()
      await closeAll(opened)
    }
    return faceOf(parts, {
      apps,
      vaultKeyring,
      scheduler,
      figures,
      events,
      webhooks: webhooks.face,
      storeTrouble: writability.trouble,
      close,
    })
  } catch (cause) {
    await closeAll(opened)
    throw cause
  }
}

function webhookTermsOf({ webhookTerms }: KeeperEnvironment, { rounds }: KeeperOptions): WebhookTerms {
  return { ...usualWebhookTerms, ...(rounds === 'off' ? { poll: 'off' } : {}), ...webhookTerms }
}

async function closeAll(opened: readonly (() => void | Promise<void>)[]): Promise<void> {
  for (const each of opened.toReversed()) await each()
}

function transportOf({ clock, monotonic }: KeeperEnvironment, { proxy, ca = [] }: KeeperOptions): Transport {
  if (proxy !== 'direct' && !(proxy instanceof Secret))
    throw new Error("The keeper needs a proxy: the URL of the gateway as a secret, or 'direct' in so many letters.")
  const route: Route = proxy === 'direct' ? { kind: 'direct' } : { kind: 'proxy', url: proxy }
  const transport = openTransport({ route, clock, monotonic, tls: { ca } })
  if (!transport.ok) throw new Error(transport.fault)
  return transport.value
}

/** A store that has given up ends the process, and every reply that is on its way or in memory is to be safe by then (P-20, P-26). */
async function openStore(
  { openStorage, log }: KeeperEnvironment,
  { storage: url, onFault = thrown }: KeeperOptions,
  underWay: UnderWay,
): Promise<Storage<KeeperWrites>> {
  // a name handed to a thread is not an import, so the compiler does not rewrite it
  const writesModule = new URL(`./store/writes.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)
  return await openStorage({
    ...{ url, system: 'keeper', migrations, writes, writesModule, sharing: 'several-processes' },
    onFault(cause) {
      log.error('keeper.store-gave-up', { cause: String(cause) })
      underWay.close()
      void underWay.none().then(() => onFault(cause))
    },
  })
}

/** Where nobody listens for it: going on would mean to refuse everything. */
function thrown(cause: Error): void {
  queueMicrotask(() => {
    throw cause
  })
}

type Face = {
  readonly apps: ReturnType<typeof openApps>
  readonly vaultKeyring: VaultKeyring
  readonly scheduler: Scheduler
  readonly figures: Figures
  readonly events: Events
  readonly webhooks: Webhooks
  readonly storeTrouble: () => Promise<string | undefined>
  readonly close: () => Promise<void>
}

function faceOf(
  parts: ExchangeParts,
  { apps, vaultKeyring, scheduler, figures, events, webhooks, storeTrouble, close }: Face,
): Keeper {
  const { storage, transport } = parts
  const access = openAccess(parts)
  const connections = openConnections(parts, access)
  const connect = openConnect(parts, { access, find: connections.find, checkKey: checkId })
  let closed = false
  const keyOf = (name: ConnectionName): ConnectionKey => {
    if (closed) throw new KeeperError('CLOSED', 'This keeper is closed.')
    return typeof name === 'string' ? { tenant: onlyTenant, id: name } : name
  }
  return {
    saveApp: apps.save,
    apps: async ({ tenant = onlyTenant, after, limit = 100 } = {}) => await apps.list({ tenant, above: after, limit }),
    app: async ({ tenant = onlyTenant, name }) => await apps.view({ tenant, name }),
    removeApp: async ({ tenant = onlyTenant, name }) => await apps.remove({ tenant, name }),
    adopt: async (wish) => await connections.adopt(wish),
    ...loginsOf(connect, keyOf),
    fetch: async (of, pathOrUrl, init = {}) =>
      await fetchAs({ storage, transport, access }, keyOf(of), { pathOrUrl: String(pathOrUrl), init }),
    accessToken: async (of, asking = {}) => await access.get(keyOf(of), asking),
    verify: async (of, verifying = {}) => await access.exchange(keyOf(of), verifying),
    remove: async (of) => await connections.remove(keyOf(of)),
    connection: async (of) => await connections.find(keyOf(of)),
    connections: async ({ tenant = onlyTenant, app, state, after, limit = 100 } = {}) =>
      await connections.list({ tenant, app, state, above: after, limit }),
    events: async ({ tenant = onlyTenant, after = 0, limit = 100 } = {}) =>
      await storage.read(() => findEvents({ tenant, after, limit })),
    eventPage: async ({ tenant = onlyTenant, after, connection, limit = 100 } = {}) =>
      await events.page({ tenant, after, connection, limit }),
    followEvents: ({ tenant = onlyTenant, after, connection, signal }) =>
      events.follow({ tenant, after, connection }, signal),
    webhooks,
    ...openVaultCare({ parts: { ...parts, saveApp: apps.save }, keyring: vaultKeyring, keyOf }),
    lookAfter: scheduler.round,
    ...{ figures: figures.read, storeTrouble },
    route: transport.shown,
    async close() {
      if (closed) return
      closed = true
      await connect.close()
      await close()
    },
  }
}

type Logins = Pick<
  Keeper,
  'connect' | 'takeCallback' | 'reauthorizationLink' | 'revokeLinks' | 'openLink' | 'connectByLink'
>

function loginsOf(connect: Connect, keyOf: (name: ConnectionName) => ConnectionKey): Logins {
  return {
    connect: async (app, wish) =>
      await connect.connect(app, keyOf({ tenant: wish.tenant ?? onlyTenant, id: wish.id }), wish),
    takeCallback: async (url, { tenant, browser = 'not-asked' as const } = {}) =>
      await connect.takeCallback(url, { tenant, browser }),
    reauthorizationLink: async (of, { validFor } = {}) =>
      await connect.link(keyOf(of), validFor === undefined ? undefined : milliseconds(validFor)),
    revokeLinks: async (of) => await connect.revokeLinks(keyOf(of)),
    openLink: async (ticket) => await connect.openLink(ticket),
    connectByLink: async (ticket, wish) => await connect.connectByLink(ticket, wish),
  }
}
