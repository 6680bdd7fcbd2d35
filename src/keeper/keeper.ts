/** The keeper, put together: connections that survive rotation, over one vault and one way out. */
import type { Storage } from '../storage/storage.ts'
import { watchWrites } from '../storage/writability.ts'
import { days, hours, minutes } from '../values/time.ts'
import { openApps, type Apps } from './apps.ts'
import { withBell, type Bell } from './bell.ts'
import { openEvents } from './events.ts'
import { openFigures, type Figures } from './figures.ts'
import type { Keeper, KeeperFigures, KeeperOptions, KeeperSettings } from './keeper-face.ts'
import type { ExchangeParts } from './refresh/parts.ts'
import { openReplies } from './refresh/replies.ts'
import { openUnderWay, type UnderWay } from './refresh/under-way.ts'
import { faultOfHeartbeat } from './rules/due.ts'
import { faultOfTerms, usualTerms } from './rules/lease-terms.ts'
import { openScheduler } from './scheduler.ts'
import { openVaultSpool } from './spool-of-vault.ts'
import type { KeeperWrites } from './store/writes.ts'
import { openTrust, type Transport } from './transport/transport.ts'
import { openEnvelope } from './vault/envelope.ts'
import { openVaultKeyring, type VaultKeyring } from './vault-keyring.ts'
import { resolveBySystem } from './transport/resolve.ts'
import { openWebhooks, type WebhookParts } from './webhooks/webhooks.ts'
import { faceOf } from './face.ts'
import { loginHostsOf, openStore, transportOf, type Parting } from './ground.ts'
import type { LoginHosts } from './rules/login-hosts.ts'
import type { KeeperEnvironment, WebhookTerms } from './environment.ts'

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
  const settings = settingsOf(environment, options)
  const hosts = loginHostsOf(options)
  const transport = environment.transport ?? transportOf(environment, options, hosts)
  const underWay = openUnderWay()
  const parting: Parting = { underWay, leave: () => Promise.resolve() }
  const store = await openStore(environment, options, parting)
  const opened: Closers = [() => store.close()]
  try {
    const keeper = await putTogether({ environment, options, settings, hosts, transport, underWay, store, opened })
    parting.leave = keeper.close
    return keeper
  } catch (cause) {
    await closeAll(opened)
    throw cause
  }
}

/** What is opened is closed in the reverse order. */
type Closers = (() => void | Promise<void>)[]

type Ground = {
  readonly environment: KeeperEnvironment
  readonly options: KeeperOptions
  readonly settings: KeeperSettings
  readonly hosts: LoginHosts
  readonly transport: Transport
  readonly underWay: UnderWay
  readonly store: Storage<KeeperWrites>
  readonly opened: Closers
}

async function putTogether(ground: Ground): Promise<Keeper> {
  const { environment, options, underWay, store, opened } = ground
  const { writability, storage: watched } = watchWrites(store, () => store.write('tryWrite', {}))
  const { storage, bell } = withBell(watched)
  const { parts, apps, vaultKeyring, figures, webhookFigures } = await partsOf(ground, storage)
  opened.push(() => underWay.none())
  const events = openEvents({ storage, bell })
  opened.push(() => events.close())
  const webhooks = await openWebhooks(webhookParts(environment, options, { parts, bell }), options.webhooks ?? [])
  webhookFigures.read = webhooks.figures
  opened.push(() => webhooks.close())
  const scheduler = openScheduler(parts, { every: options.rounds ?? usualRounds })
  opened.push(() => scheduler.close())
  return faceOf(parts, {
    ...{ apps, vaultKeyring, scheduler, figures, events },
    webhooks: webhooks.face,
    storeTrouble: writability.trouble,
    async close() {
      underWay.close()
      await closeAll(opened)
    },
  })
}

type Inner = {
  readonly parts: ExchangeParts
  readonly apps: Apps
  readonly vaultKeyring: VaultKeyring
  readonly figures: Figures
  readonly webhookFigures: WebhookFigures
}

/** Webhooks are opened last: until then nothing is known of them. */
type WebhookFigures = { read: () => Promise<KeeperFigures['webhooks']> }
const noFigures: KeeperFigures['webhooks'] = { delivered: 0, failed: 0, waiting: 0, oldestAt: undefined }

/** Vault and journal, with what an earlier process has left in the spool. */
async function partsOf(
  { environment, options, settings, hosts, transport, underWay, opened }: Ground,
  storage: Storage<KeeperWrites>,
): Promise<Inner> {
  const { clock, monotonic, random, wait, log } = environment
  const vaultKeyring = await openVaultKeyring({ storage, clock, random, log }, options)
  const envelope = openEnvelope({ keyring: vaultKeyring.keyring, random, monotonic })
  opened.push(() => envelope.forget())
  const spool = await openVaultSpool({ storage, envelope, random }, options.spool)
  opened.push(() => spool.close())
  const replies = openReplies({ storage, spool, wait, log })
  opened.push(() => replies.close())
  await replies.adoptLeftovers()
  const apps = openApps({ storage, envelope, clock, random, hosts })
  const webhookFigures: WebhookFigures = { read: () => Promise.resolve(noFigures) }
  const figures = openFigures({ storage, spool, webhooks: async () => await webhookFigures.read() })
  const parts: ExchangeParts = {
    ...{ storage, envelope, transport, spool, replies, clock, monotonic, wait, random, log, settings, hosts },
    ...{ underWay, credentialsOf: apps.credentialsOf, countOutcome: figures.countOutcome },
  }
  return { parts, apps, vaultKeyring, figures, webhookFigures }
}

function settingsOf({ random }: KeeperEnvironment, { settings: wanted }: KeeperOptions): KeeperSettings {
  const settings: KeeperSettings = {
    ...{ ...usualSettings, ...wanted },
    holder: wanted?.holder ?? `${process.pid}-${Buffer.from(random(3)).toString('hex')}`,
  }
  const fault = faultOfTerms(settings.terms) ?? faultOfHeartbeat(settings.heartbeat)
  if (fault !== undefined) throw new Error(`The keeper cannot run with this: ${fault}.`)
  return settings
}

function webhookParts(
  environment: KeeperEnvironment,
  options: KeeperOptions,
  { parts, bell }: { readonly parts: ExchangeParts; readonly bell: Bell },
): WebhookParts {
  const { storage, clock, random, log, monotonic, settings } = parts
  const { attempt, poll, ...terms } = webhookTermsOf(environment, options)
  const { resolve = resolveBySystem } = environment
  return {
    ...{ storage, clock, random, log, bell, poll, terms, holder: settings.holder },
    post: { resolve, trust: openTrust(options.ca ?? []), monotonic, deadlineMs: attempt },
  }
}

function webhookTermsOf({ webhookTerms }: KeeperEnvironment, { rounds }: KeeperOptions): WebhookTerms {
  return { ...usualWebhookTerms, ...(rounds === 'off' ? { poll: 'off' } : {}), ...webhookTerms }
}

async function closeAll(opened: Closers): Promise<void> {
  for (const each of opened.toReversed()) await each()
}
