/** What the keeper is towards an org: an app with its login host, consumer key and secret. */
import type { Storage } from '../storage/storage.ts'
import { instant } from '../values/time.ts'
import { KeeperError } from './keeper-error.ts'
import type { AppView, AppWish } from './keeper-face.ts'
import { isName, nameAdvice } from './rules/names.ts'
import type { AppCredentials } from './rules/requests.ts'
import { findApp, findApps, type AppKey, type StoredApp } from './store/apps.ts'
import type { KeeperWrites } from './store/writes.ts'
import type { Envelope, Lock } from './vault/envelope.ts'

export type Apps = {
  /** Makes it, or changes it; connections that are there use the new one from their next exchange on. Rejects with a KeeperError. */
  readonly save: (wish: AppWish) => Promise<void>
  readonly find: (key: AppKey) => Promise<StoredApp | undefined>
  /** Those of a tenant, by name. */
  readonly list: (tenant: string) => Promise<readonly AppView[]>
  /** Rejects with a KeeperError: APP_IN_USE while a connection uses it. */
  readonly remove: (key: AppKey) => Promise<void>
  readonly credentialsOf: (tenant: string, name: string) => Promise<AppCredentials>
}

export function openApps({ storage, envelope }: { storage: Storage<KeeperWrites>; envelope: Envelope }): Apps {
  const find = async (key: AppKey): Promise<StoredApp | undefined> => await storage.read(() => findApp(key))
  return {
    find,
    list: async (tenant) => (await storage.read(() => findApps(tenant))).map(viewOf),
    remove: async (key) => await remove(storage, key),
    async save({ tenant = 'default', name, loginUrl, clientId, clientSecret, redirectUri = null, scopes = null }) {
      const key = { tenant, name }
      checkName(name)
      const host = checkedLoginUrl(loginUrl)
      const dataKey = await envelope.newDataKey({ kind: 'app', tenant, id: name })
      const sealed = clientSecret && (await envelope.sealText(clientSecret, lockOf(key, dataKey)))
      const secret = sealed === undefined ? null : { sealed, dataKey }
      const settings = { loginUrl: host, clientId, redirectUri, scopes, secret }
      const expects = (await find(key))?.version ?? 0
      const result = await storage.write('saveApp', { key, expects, settings })
      if (result.kind !== 'committed')
        throw new KeeperError('NOT_SENT', `The app ${name} could not be stored.`, { next: ['Look at the store.'] })
      if (result.value.kind === 'stale-version')
        throw new KeeperError('INVALID', `The app ${name} was changed by somebody else meanwhile.`, {
          next: ['Do it again.'],
        })
    },
    async credentialsOf(tenant, name) {
      const app = await find({ tenant, name })
      if (app === undefined) throw unknownApp({ tenant, name })
      const { secret, clientId } = app
      const opened =
        secret === null ? undefined : await envelope.openText(secret.sealed, lockOf(app.key, secret.dataKey))
      return { clientId, clientSecret: opened?.expose(), authentication: 'post' }
    },
  }
}

const unknownApp = ({ tenant, name }: AppKey): KeeperError =>
  new KeeperError('UNKNOWN_APP', `The tenant ${tenant} has no app ${name}.`, { next: ['Save the app.'] })

function checkName(name: string): void {
  if (!isName(name))
    throw new KeeperError('INVALID', `${JSON.stringify(name)} is no name for an app.`, { next: [nameAdvice] })
}

async function remove(storage: Storage<KeeperWrites>, key: AppKey): Promise<void> {
  const result = await storage.write('removeApp', key)
  if (result.kind !== 'committed')
    throw new KeeperError('NOT_SENT', `The app ${key.name} could not be removed.`, { next: ['Look at the store.'] })
  if (result.value.kind === 'unknown') throw unknownApp(key)
  if (result.value.kind === 'in-use')
    throw new KeeperError('APP_IN_USE', `A connection uses the app ${key.name}.`, {
      next: ['Remove its connections first.'],
    })
}

const viewOf = ({ key, loginUrl, clientId, redirectUri, scopes, secret, createdAt }: StoredApp): AppView => ({
  ...{ ...key, loginUrl, clientId, hasSecret: secret !== null },
  ...{ redirectUri: redirectUri ?? undefined, scopes: scopes ?? undefined, createdAt: instant(createdAt) },
})

const lockOf = ({ tenant, name }: AppKey, dataKey: Lock['dataKey']): Lock => ({
  place: { owner: { kind: 'app', tenant, id: name }, purpose: 'client-secret', generation: 0, attempt: 0 },
  dataKey,
})

/** Without its path. Tokens go there in the clear otherwise. */
export function checkedLoginUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const bad = (why: string): KeeperError =>
    new KeeperError('INVALID', `The login URL ${JSON.stringify(text)} ${why}.`, {
      next: ['Write https://login.salesforce.com, https://test.salesforce.com, or your My Domain.'],
    })
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw bad('is no https URL')
  if (url.username !== '' || url.password !== '') throw bad('holds credentials')
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) throw bad('would send tokens in the clear')
  return url.origin
}

const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(host)
