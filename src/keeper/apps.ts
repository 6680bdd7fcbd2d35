/** What the keeper is towards an org: an app with its login host, consumer key and secret. */
import type { Storage } from '../storage/storage.ts'
import { instant } from '../values/time.ts'
import { checkedProof, credentialsFrom, lockOfApp, type CredentialParts } from './credentials.ts'
import { checkSecret, unknownApp } from './error-of.ts'
import { KeeperError } from './keeper-error.ts'
import type { AppView, AppWish } from './keeper-face.ts'
import { faultOfScopes } from './rules/authorization.ts'
import type { LoginHosts } from './rules/login-hosts.ts'
import { permittedLoginUrl } from './rules/login-url.ts'
import { isName, nameAdvice } from './rules/names.ts'
import type { AppCredentials } from './rules/requests.ts'
import { findApp, findApps, type AppKey, type AppsQuery, type StoredApp } from './store/apps.ts'
import type { KeeperWrites } from './store/writes.ts'

export type Apps = {
  /** Makes it, or changes it; connections that are there use the new one from their next exchange on. Rejects with a KeeperError. */
  readonly save: (wish: AppWish) => Promise<void>
  readonly view: (key: AppKey) => Promise<AppView | undefined>
  /** Those of a tenant, by name. */
  readonly list: (query: AppsQuery) => Promise<readonly AppView[]>
  /** Rejects with a KeeperError: APP_IN_USE while a connection uses it. */
  readonly remove: (key: AppKey) => Promise<void>
  /** For requests to this login host; to the app's own where it is left out. */
  readonly credentialsOf: (tenant: string, name: string, loginUrl?: string) => Promise<AppCredentials>
}

export type AppsParts = CredentialParts & { readonly storage: Storage<KeeperWrites>; readonly hosts: LoginHosts }

export function openApps(parts: AppsParts): Apps {
  const { storage, envelope } = parts
  const find = async (key: AppKey): Promise<StoredApp | undefined> => await storage.read(() => findApp(key))
  return {
    async view(key) {
      const app = await find(key)
      return app === undefined ? undefined : viewOf(app)
    },
    list: async (query) => (await storage.read(() => findApps(query))).map(viewOf),
    remove: async (key) => await remove(storage, key),
    async save(wish) {
      const { tenant = 'default', name, loginUrl, clientId, redirectUri = null, scopes = null } = wish
      const key = { tenant, name }
      checkName(name)
      checkSecret('clientSecret', wish.clientSecret)
      checkSecret('privateKey', wish.privateKey)
      checkScopes(wish)
      const host = checkedLoginUrl(loginUrl, parts.hosts)
      const { authentication, secret: plain } = checkedProof(wish)
      const dataKey = await envelope.newDataKey({ kind: 'app', tenant, id: name })
      const sealed = plain && (await envelope.sealText(plain, lockOfApp(key, { authentication, dataKey })))
      const secret = sealed === undefined ? null : { sealed, dataKey }
      const settings = { loginUrl: host, clientId, redirectUri, scopes, authentication, secret }
      const expects = (await find(key))?.version ?? 0
      const result = await storage.write('saveApp', { key, expects, settings })
      if (result.kind !== 'committed')
        throw new KeeperError('NOT_SENT', `The app ${name} could not be stored.`, { next: ['Look at the store.'] })
      if (result.value.kind === 'stale-version')
        throw new KeeperError('INVALID', `The app ${name} was changed by somebody else meanwhile.`, {
          next: ['Do it again.'],
        })
    },
    async credentialsOf(tenant, name, loginUrl) {
      const app = await find({ tenant, name })
      if (app === undefined) throw unknownApp(tenant, name)
      return await credentialsFrom(app, loginUrl ?? app.loginUrl, parts)
    },
  }
}

function checkName(name: string): void {
  if (!isName(name))
    throw new KeeperError('INVALID', `${JSON.stringify(name)} is no name for an app.`, { next: [nameAdvice] })
}

async function remove(storage: Storage<KeeperWrites>, key: AppKey): Promise<void> {
  const result = await storage.write('removeApp', key)
  if (result.kind !== 'committed')
    throw new KeeperError('NOT_SENT', `The app ${key.name} could not be removed.`, { next: ['Look at the store.'] })
  if (result.value.kind === 'unknown') throw unknownApp(key.tenant, key.name)
  if (result.value.kind === 'in-use')
    throw new KeeperError('APP_IN_USE', `A connection uses the app ${key.name}.`, {
      next: ['Remove its connections first.'],
    })
}

const viewOf = ({ key, loginUrl, clientId, redirectUri, scopes, secret, createdAt, ...rest }: StoredApp): AppView => ({
  ...{ ...key, loginUrl, clientId, hasSecret: secret !== null, authentication: rest.authentication },
  ...{ redirectUri: redirectUri ?? undefined, scopes: scopes ?? undefined, createdAt: instant(createdAt) },
})

function checkScopes({ name, scopes }: AppWish): void {
  const fault = faultOfScopes(scopes)
  if (fault === undefined) return
  throw new KeeperError('INVALID', `The app ${name} cannot be used so. ${fault}`, {
    next: [
      'Add refresh_token, e.g. "api refresh_token" (SF-78); or leave the scopes out for all that the app has in Setup.',
    ],
  })
}

function checkedLoginUrl(text: string, hosts: LoginHosts): string {
  const parsed = permittedLoginUrl(text, hosts)
  if (parsed.ok) return parsed.value
  const { means, next } = parsed.fault
  throw new KeeperError('INVALID', `The login URL ${JSON.stringify(text)} ${means}.`, { next: [next] })
}
