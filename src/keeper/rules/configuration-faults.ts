/** What no schema can say of the keeper's configuration: rows that cannot be read, and settings that contradict each other. */
import { Secret } from '../../values/secret.ts'
import type { Duration } from '../../values/time.ts'
import { faultOfScopes } from './authorization.ts'
import { parseBlackouts } from './blackouts.ts'
import { faultOfHeartbeat } from './due.ts'
import { compileLoginHosts, onlySalesforce } from './login-hosts.ts'
import { permittedLoginUrl } from './login-url.ts'
import { isName, nameAdvice } from './names.ts'
import { parseProxyUrl } from '../../ip/proxy-url.ts'
import { eventKinds } from './states.ts'
import { parseWebhookSecrets } from './webhook-secret.ts'
import { parseWebhookUrl } from './webhook-target.ts'

/** Of the configuration, what is looked at. A secret that could not be read yet is none, and of it nothing is said. */
export type KeeperToCheck = {
  readonly proxy?: Secret
  readonly direct: boolean
  readonly token?: Secret
  readonly tenants: readonly { readonly name: string; readonly token: Secret }[]
  readonly apps: readonly {
    readonly name: string
    readonly tenant?: string
    readonly loginUrl: string
    readonly clientSecret?: Secret
    readonly privateKey?: Secret
    readonly scopes?: string
  }[]
  readonly heartbeat: Duration
  readonly heartbeatSpread: Duration
  readonly blackouts: readonly string[]
  readonly loginHosts: readonly string[]
  readonly webhooks: readonly {
    readonly name: string
    readonly url: Secret
    readonly secret: Secret
    readonly tenant?: string
    readonly events?: readonly string[]
    readonly allowPrivate: boolean
  }[]
}

/** `path` is inside `keeper`, as in `apps[1].tenant`; `message` follows it. No value of a secret is in it. */
export type ConfigurationFault = { readonly path: string; readonly message: string; readonly next: string }

/** The tenant of `keeper.token`. */
export const ownTenant = 'default'

/** Each of 32 characters of base64 or hex has 4 bits or more: nobody guesses 128. */
const shortestToken = 32

/** All of them at once. */
export function faultsOfKeeper(keeper: KeeperToCheck): readonly ConfigurationFault[] {
  return [
    ...routeFaults(keeper),
    ...heartbeatFaults(keeper),
    ...tokenFaults(keeper),
    ...tenantFaults(keeper),
    ...loginHostFaults(keeper),
    ...appFaults(keeper),
    ...webhookFaults(keeper),
  ]
}

function routeFaults({ proxy, direct }: KeeperToCheck): readonly ConfigurationFault[] {
  const read = proxy instanceof Secret ? parseProxyUrl(proxy.expose()) : undefined
  const malformed =
    read?.ok === false
      ? [
          {
            path: 'proxy',
            message: read.fault,
            next: 'Write http://USER:PASSWORD@127.0.0.1:9293, or { env: NAME } of a variable that has it.',
          },
        ]
      : []
  if (!direct || proxy === undefined) return malformed
  const message = 'says that nothing goes through a proxy, and keeper.proxy names one'
  return [...malformed, { path: 'direct', message, next: 'Leave one of the two out.' }]
}

function heartbeatFaults({ heartbeat, heartbeatSpread, blackouts }: KeeperToCheck): readonly ConfigurationFault[] {
  const message = faultOfHeartbeat({ every: heartbeat, spread: heartbeatSpread })
  const late = message === undefined ? [] : [{ path: 'heartbeat', message, next: 'Write 25d, with a spread of 1d.' }]
  const unread = blackouts.flatMap((text, i) => {
    const parsed = parseBlackouts(text)
    if (parsed.ok) return []
    return [{ path: `blackouts[${i}]`, message: parsed.fault, next: 'Write e.g. "Mon-Fri 08:00-18:00 +02:00".' }]
  })
  return [...late, ...unread]
}

function tokenFaults({ token, tenants }: KeeperToCheck): readonly ConfigurationFault[] {
  const tokens = [
    { path: 'token', token },
    ...tenants.map((each, i) => ({ path: `tenants[${i}].token`, token: each.token })),
  ]
  const seen = new Map<string, string>()
  return tokens.flatMap(({ path, token: each }) => {
    if (!(each instanceof Secret)) return []
    const text = each.expose()
    const before = seen.get(text)
    seen.set(text, before ?? path)
    if (before !== undefined)
      return [{ path, message: `is the same as keeper.${before}`, next: 'Give each tenant a token of its own (P-28).' }]
    if (/^\S+$/.test(text) && text.length >= shortestToken) return []
    const message = `is shorter than ${shortestToken} characters, or has spaces in it`
    return [{ path, message, next: 'Make one: openssl rand -hex 32' }]
  })
}

function tenantFaults({ tenants }: KeeperToCheck): readonly ConfigurationFault[] {
  const names = tenants.map(({ name }) => name)
  return names.flatMap((name, i) => {
    const path = `tenants[${i}].name`
    if (!isName(name)) return [{ path, message: `${JSON.stringify(name)} is no name for a tenant`, next: nameAdvice }]
    if (name === ownTenant)
      return [{ path, message: `${name} is the tenant of keeper.token`, next: 'Choose another name.' }]
    if (names.indexOf(name) === i) return []
    return [{ path, message: `${name} is the name of another tenant`, next: 'Choose another name.' }]
  })
}

function loginHostFaults({ loginHosts }: KeeperToCheck): readonly ConfigurationFault[] {
  const compiled = compileLoginHosts(loginHosts)
  if (compiled.ok) return []
  return compiled.fault.map(({ row, why }) => ({
    ...{ path: `loginHosts[${row}]`, message: why },
    next: 'Write a name, *.example.com, an address, or a range of private addresses such as 127.0.0.0/8.',
  }))
}

function appFaults({ apps, tenants, loginHosts }: KeeperToCheck): readonly ConfigurationFault[] {
  const compiled = compileLoginHosts(loginHosts)
  const listed = compiled.ok ? compiled.value : onlySalesforce
  const keys = apps.map(({ name, tenant = ownTenant }) => `${tenant} ${name}`)
  return apps.flatMap(({ name, tenant, loginUrl, clientSecret, privateKey, scopes }, i) => {
    const at = (key: string): string => `apps[${i}].${key}`
    const login = permittedLoginUrl(loginUrl, listed)
    return [
      ...(isName(name)
        ? []
        : [{ path: at('name'), message: `${JSON.stringify(name)} is no name for an app`, next: nameAdvice }]),
      ...(keys.indexOf(keys[i] ?? '') === i
        ? []
        : [
            {
              path: at('name'),
              message: `${name} is the name of another app of that tenant`,
              next: 'Choose another name.',
            },
          ]),
      ...unknownTenant(at('tenant'), tenant, tenants),
      ...(login.ok ? [] : [{ path: at('loginUrl'), message: login.fault.means, next: login.fault.next }]),
      ...scopeFaults(at('scopes'), scopes),
      ...(clientSecret === undefined || privateKey === undefined
        ? []
        : [{ path: at('privateKey'), message: 'stands beside a clientSecret', next: 'Leave one of the two out.' }]),
    ]
  })
}

/** A login with these would give nothing that could be kept alive, which somebody would find out at his first one (SF-78). */
function scopeFaults(path: string, scopes: string | undefined): readonly ConfigurationFault[] {
  if (faultOfScopes(scopes) === undefined) return []
  const message = `${JSON.stringify(scopes)} ask for no refresh token`
  return [
    {
      path,
      message,
      next: 'Add refresh_token, e.g. "api refresh_token"; or leave it out for all that the app has in Setup.',
    },
  ]
}

function webhookFaults({ webhooks, tenants }: KeeperToCheck): readonly ConfigurationFault[] {
  const names = webhooks.map(({ name }) => name)
  return webhooks.flatMap(({ name, url, secret, tenant, events = [], allowPrivate }, i) => {
    const at = (key: string): string => `webhooks[${i}].${key}`
    const target = url instanceof Secret ? parseWebhookUrl(url.expose(), { allowPrivate }) : undefined
    const keys = secret instanceof Secret ? parseWebhookSecrets(secret.expose()) : undefined
    return [
      ...(isName(name)
        ? []
        : [{ path: at('name'), message: `${JSON.stringify(name)} is no name for a webhook`, next: nameAdvice }]),
      ...(names.indexOf(name) === i
        ? []
        : [{ path: at('name'), message: `${name} is the name of another webhook`, next: 'Choose another name.' }]),
      ...events
        .filter((kind) => !eventKinds.includes(kind))
        .map((kind) => ({
          path: at('events'),
          message: `has ${JSON.stringify(kind)}, which is no event`,
          next: `There are: ${eventKinds.join(', ')}.`,
        })),
      ...(target?.ok === false ? [{ path: at('url'), message: target.fault, next: 'Write https://HOST/PATH.' }] : []),
      ...(keys?.ok === false
        ? [{ path: at('secret'), message: keys.fault, next: 'Make one: echo "whsec_$(openssl rand -base64 32)"' }]
        : []),
      ...unknownTenant(at('tenant'), tenant, tenants),
    ]
  })
}

function unknownTenant(
  path: string,
  tenant: string | undefined,
  tenants: KeeperToCheck['tenants'],
): readonly ConfigurationFault[] {
  if (tenant === undefined || tenant === ownTenant || tenants.some(({ name }) => name === tenant)) return []
  const known = [ownTenant, ...tenants.map(({ name }) => name)].slice(0, 20).join(', ')
  const message = `${JSON.stringify(tenant)} is no tenant of keeper.tenants`
  return [{ path, message, next: `Use one of them: ${known}. Or declare it in keeper.tenants.` }]
}
