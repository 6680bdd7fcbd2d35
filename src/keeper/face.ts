/** What the keeper's parts come to for those who use it. */
import { openVaultCare } from './vault-care.ts'
import { milliseconds } from '../values/time.ts'
import { openAccess } from './access.ts'
import { openConnect, type Connect } from './connect/connect.ts'
import type { Apps } from './apps.ts'
import { checkId, openConnections } from './connections.ts'
import { onlyTenant, type ConnectionKey } from './connection-key.ts'
import { type Events } from './events.ts'
import { type Figures } from './figures.ts'
import { KeeperError } from './keeper-error.ts'
import type { ConnectionName, Keeper } from './keeper-face.ts'
import type { ExchangeParts } from './refresh/parts.ts'
import { type Scheduler } from './scheduler.ts'
import { fetchAs } from './fetch/fetch.ts'
import { findEvents } from './store/events.ts'
import { type VaultKeyring } from './vault-keyring.ts'
import type { Webhooks } from './webhook-face.ts'

export type Face = {
  readonly apps: Apps
  readonly vaultKeyring: VaultKeyring
  readonly scheduler: Scheduler
  readonly figures: Figures
  readonly events: Events
  readonly webhooks: Webhooks
  readonly storeTrouble: () => Promise<string | undefined>
  readonly close: () => Promise<void>
}

export function faceOf(
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
      await fetchAs({ storage, transport, access, hosts: parts.hosts }, keyOf(of), {
        pathOrUrl: String(pathOrUrl),
        init,
      }),
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
  'connect' | 'startLogin' | 'takeCallback' | 'reauthorizationLink' | 'revokeLinks' | 'openLink' | 'connectByLink'
>

function loginsOf(connect: Connect, keyOf: (name: ConnectionName) => ConnectionKey): Logins {
  return {
    connect: async (app, wish) =>
      await connect.connect(app, keyOf({ tenant: wish.tenant ?? onlyTenant, id: wish.id }), wish),
    startLogin: async (ticket, browser) => await connect.startLogin(ticket, browser),
    takeCallback: async (url, { tenant, browser = 'not-asked' as const } = {}) =>
      await connect.takeCallback(url, { tenant, browser }),
    reauthorizationLink: async (of, { validFor } = {}) =>
      await connect.link(keyOf(of), validFor === undefined ? undefined : milliseconds(validFor)),
    revokeLinks: async (of) => await connect.revokeLinks(keyOf(of)),
    openLink: async (ticket) => await connect.openLink(ticket),
    connectByLink: async (ticket, wish) => await connect.connectByLink(ticket, wish),
  }
}
