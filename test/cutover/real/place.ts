/** Org, gateway and keeper, each a process of its own, and clients that redeem through the gateway as long as the test runs. */
import { spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { emptyFolder, environment, service, type Service } from '../../cli/command.ts'
import { send } from '../../clients/wire.ts'
import { userNamed } from '../../rotation/many-users.ts'
import { startLoad, type Load } from './load.ts'
import type { Proxy } from '../../gateway/raw-client.ts'
import type { Way } from './tunnel.ts'

export type Pair = readonly [string, string]
export const onePair: Pair = ['127.0.0.11', '127.0.0.12']
export const otherPair: Pair = ['127.0.0.21', '127.0.0.22']

/** A service with an admin API behind a bearer token. */
export type Api = { readonly url: string; readonly token: string }
export type Asked = { readonly status: number; readonly etag: string; readonly body: Fields }
export type Fields = Readonly<Record<string, unknown>>

export type Place = {
  /** `url` with the prefix of the API, e.g. `http://127.0.0.1:8480/admin/v1`. */
  readonly org: Api & { readonly origin: string; readonly app: string; readonly clientSecret: string }
  /** The testing plane of the org. */
  readonly testing: Api
  readonly gateway: Api & { readonly origin: string; readonly password: string; readonly proxy: Proxy }
  readonly keeper: Api & { readonly origin: string }
  readonly load: Load
  /** Asked to stop, stopped when it has drained, and started again where it was. */
  readonly restartGateway: () => Promise<void>
  readonly killKeeper: () => Promise<void>
  readonly startKeeper: () => Promise<void>
  /** A connection of the keeper with a grant of its own, which nobody else redeems; with one that has ended. */
  readonly adopt: (connection: string) => Promise<void>
  readonly adoptDead: (connection: string) => Promise<void>
  /** Ends all grants but those of clients and of these connections: they redeem no more, so no cutover asks for them. */
  readonly retire: (kept: readonly string[]) => Promise<void>
  /** Somebody redeems from this address without the gateway, once. */
  readonly redeemFrom: (address: string) => Promise<void>
  /** What every process has printed. */
  readonly printed: () => string
}

type Made = {
  readonly url: string
  readonly client: { readonly name: string; readonly consumerKey: string; readonly consumerSecret: string }
  readonly adminToken: string
  readonly tokens: readonly string[]
}

const password = 'gateway-password-0123456789'

export type PlaceWish = {
  readonly chains: number
  /** As many may be adopted. */
  readonly canaries: number
  /** How often the gateway probes each egress: ten failures in a row make it down, so that a machine that is busy for a while fells none. */
  readonly probes?: string
}

/** The list has the first pair, and traffic leaves from it. */
export async function openPlace(t: TestContext, { chains, canaries, probes = '200ms' }: PlaceWish): Promise<Place> {
  const loads: Load[] = []
  t.after(async () => await loads[0]?.stop()) // before what it redeems at
  const made = await startOrg(t, chains + canaries)
  const org = {
    ...{ url: `${made.url}/admin/v1`, origin: made.url, token: made.adminToken },
    ...{ app: made.client.name, clientSecret: made.client.consumerSecret },
  }
  await put(org, `/apps/${org.app}/refresh-token-ip-allowlist`, { enforce: true, ranges: onePair.map(row) })
  const gateway = await startGateway(t, { org: new URL(made.url).host, probes })
  const keeper = await startKeeper(t, made, gateway.proxyUrl)
  const to = new URL(made.url).host
  const authorization = `Basic ${Buffer.from(`app:${password}`).toString('base64')}`
  const tokens = made.tokens.slice(0, chains)
  const { hostname: host, port } = new URL(gateway.proxyUrl)
  const taken = new Map<string, string>()
  let used = chains
  const next = (by: string): string => {
    const token = made.tokens[used]
    if (token === undefined) throw new Error('no grant is left')
    taken.set(userNamed(used), by)
    used += 1
    return token
  }
  const adopt = async (id: string, refresh_token: string): Promise<void> =>
    void (await post(keeper.api, '/connections', { id, app: 'nightly', refresh_token }))
  const way = (): Way => ({ host, port: Number(port), authorization, to })
  const load = startLoad({ tokens, client: made.client, way })
  loads.push(load)
  return {
    ...{ org, load, testing: { url: `${made.url}/testing/v1`, token: made.adminToken } },
    gateway: { ...gateway.api, password, origin: new URL(gateway.api.url).origin, proxy: { host, port: Number(port) } },
    keeper: { ...keeper.api, origin: new URL(keeper.api.url).origin },
    ...{ restartGateway: gateway.restart, killKeeper: keeper.kill, startKeeper: keeper.start },
    adopt: async (connection) => await adopt(connection, next(connection)),
    async adoptDead(connection) {
      const token = next(connection)
      await adopt(connection, token)
      const ended = await send(`${made.url}/services/oauth2/revoke`, { body: { token } })
      if (ended.status !== 200) throw new Error(ended.text)
    },
    async retire(kept) {
      for (const [user, by] of taken)
        if (!kept.includes(by)) {
          taken.delete(user)
          await post(org, '/oauth-usage/revoke', { user })
        }
    },
    async redeemFrom(from) {
      const { consumerKey: client_id, consumerSecret: client_secret } = made.client
      const body = { grant_type: 'refresh_token', refresh_token: next(from), client_id, client_secret }
      const redeemed = await send(`${made.url}/services/oauth2/token`, { from, body })
      if (redeemed.status !== 200) throw new Error(redeemed.text)
    },
    printed: () => gateway.printed() + keeper.printed(),
  }
}

async function startOrg(t: TestContext, grants: number): Promise<Made> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('child-org.ts', import.meta.url)), String(grants)], {
    ...{ env: environment(), stdio: ['ignore', 'pipe', 'inherit'] },
  })
  t.after(() => child.kill('SIGKILL'))
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return JSON.parse(line)
}

type Restartable = { readonly api: Api; readonly printed: () => string }

async function startGateway(
  t: TestContext,
  { org, probes }: { readonly org: string; readonly probes: string },
): Promise<Restartable & { readonly proxyUrl: string; readonly restart: () => Promise<void> }> {
  const cwd = await emptyFolder(t)
  const configure = async (listen: string, admin: string): Promise<void> =>
    await writeFile(
      join(cwd, 'sallyport.yaml'),
      `gateway:
  listen: ${listen}
  admin: { listen: ${admin} }
  egress: [{ name: a, address: ${onePair[0]} }, { name: b, address: ${onePair[1]} }]
  healthCheck: { target: "${org}", every: ${probes}, timeout: ${probes}, fall: 10 }
  allow: ["${org}"]
  meterEvery: 200ms
  clients: [{ name: backend, username: app, password: ${password}, mayPin: true, connections: 100000 }]
`,
    )
  await configure('127.0.0.1:0', '127.0.0.1:0')
  const services = [await service(t, ['gateway'], { cwd })]
  const first = services[0] as Service
  const { url, adminUrl } = JSON.parse(first.stdout().split('\n')[0] ?? '') as { url: string; adminUrl: string }
  await first.prints(/^Admin token of the gateway: .*\n/m)
  await configure(new URL(url).host, new URL(adminUrl).host)
  return {
    proxyUrl: url.replace('//', `//app:${password}@`),
    api: { url: `${adminUrl}/admin/v1`, token: await tokenIn(cwd, 'gateway-admin-token') },
    async restart() {
      await services.at(-1)?.stop()
      services.push(await service(t, ['gateway'], { cwd }))
    },
    printed: () => services.map(({ stdout, stderr }) => stdout() + stderr()).join('\n'),
  }
}

async function startKeeper(
  t: TestContext,
  { url, client }: Made,
  proxyUrl: string,
): Promise<Restartable & { readonly kill: () => Promise<void>; readonly start: () => Promise<void> }> {
  const cwd = await emptyFolder(t)
  const configure = async (listen: string): Promise<void> =>
    await writeFile(
      join(cwd, 'sallyport.yaml'),
      `keeper:
  listen: ${listen}
  proxy: ${proxyUrl}
  loginHosts: [127.0.0.1]
  apps: [{ name: nightly, loginUrl: '${url}', clientId: '${client.consumerKey}', clientSecret: '${client.consumerSecret}' }]
`,
    )
  await configure('127.0.0.1:0')
  const services = [await service(t, ['keeper'], { cwd })]
  const { url: at } = services[0] as Service
  await services[0]?.prints(/not printed again/)
  await configure(new URL(at).host)
  return {
    api: { url: `${at}/v1`, token: await tokenIn(cwd, 'keeper-token') },
    kill: async () => void (await services.at(-1)?.stop('SIGKILL')),
    start: async () => void services.push(await service(t, ['keeper'], { cwd })),
    printed: () => services.map(({ stdout, stderr }) => stdout() + stderr()).join('\n'),
  }
}

const tokenIn = async (cwd: string, name: string): Promise<string> =>
  (await readFile(join(cwd, 'data', name), 'utf8')).trim()

export const row = (address: string): Fields => ({ startIpAddress: address, endIpAddress: address })

/** Rejects where it is no success. */
export async function ask(api: Api, path: string, init: RequestInit = {}): Promise<Asked> {
  const answer = await fetch(`${api.url}${path}`, {
    ...init,
    headers: {
      ...{ 'authorization': `Bearer ${api.token}`, 'content-type': 'application/json' },
      ...Object.fromEntries(new Headers(init.headers)),
    },
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${path}: ${answer.status} ${text}`)
  return { status: answer.status, etag: answer.headers.get('etag') ?? '', body: text === '' ? {} : JSON.parse(text) }
}

export const post = async (api: Api, path: string, body: unknown): Promise<Asked> =>
  await ask(api, path, { method: 'POST', body: JSON.stringify(body) })
/** Whatever is there is replaced. */
export const put = async (api: Api, path: string, body: unknown): Promise<Asked> =>
  await ask(api, path, { method: 'PUT', body: JSON.stringify(body), headers: { 'if-match': '*' } })
