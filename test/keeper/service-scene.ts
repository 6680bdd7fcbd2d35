/** The keeper as a service with two tenants, and a real org behind it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keeperSchema, type KeeperConfiguration } from '../../src/keeper/configuration.ts'
import { openKeeperService, type RunningKeeper } from '../../src/keeper/service/service.ts'
import { systemEnvironment } from '../../src/system.ts'
import { startOrg, type TestOrg } from '../../src/testing.ts'
import { defaultsOf } from '../../src/values/defaults.ts'
import { secret, type Secret } from '../../src/values/secret.ts'
import { openInlineStorage } from '../kit/inline-storage.ts'
import { withoutIdToken } from '../kit/without-id-token.ts'

export type Answer = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Of JSON; undefined where it is none. */
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any
}

export type Ask = {
  readonly method?: string
  readonly body?: unknown
  /** Null for none; the token of `default` if not said. */
  readonly token?: string | null
}

export type ServiceScene = AsyncDisposable & {
  readonly org: TestOrg
  readonly service: RunningKeeper
  readonly folder: string
  readonly ask: (path: string, ask?: Ask) => Promise<Answer>
  /** The app `nightly` of the org, and a connection of it with a grant of its own. */
  readonly adopt: (id: string, token?: string) => Promise<void>
}

export const rivalToken = 'token-of-the-rival-0123456789abcdef'

export async function openServiceScene(bend: Partial<KeeperConfiguration> = {}): Promise<ServiceScene> {
  const folder = await mkdtemp(join(tmpdir(), 'keeper-service-'))
  const org = await startOrg()
  const close = async (): Promise<void> => {
    await org.close()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const service = await openService(folder, bend)
    const ask = async (path: string, { token, ...rest }: Ask = {}): Promise<Answer> =>
      await askAt(`${service.url}${path}`, {
        ...rest,
        token: token === undefined ? service.token.token.expose() : token,
      })
    return {
      ...{ org, service, folder, ask },
      adopt: async (id, token) => await adoptInto({ org, ask }, id, token),
      async [Symbol.asyncDispose]() {
        await service.close()
        await close()
      },
    }
  } catch (cause) {
    await close()
    throw cause
  }
}

/** On a free port; the tenant `rival` has a token of its own. */
export async function openService(
  folder: string,
  bend: Partial<KeeperConfiguration> = {},
  proxy: Secret | 'direct' = 'direct',
): Promise<RunningKeeper> {
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const configuration: KeeperConfiguration = {
    ...defaultsOf<KeeperConfiguration>(keeperSchema),
    ...{ loginHosts: ['127.0.0.1'], listen: '127.0.0.1:0', tenants: [{ name: 'rival', token: secret(rivalToken) }] },
    ...bend,
  }
  return await openKeeperService(
    { ...systemEnvironment(quiet), openStorage: openInlineStorage },
    {
      ...{ configuration, folder, proxy, rounds: 'off', keyring: { file: join(folder, 'keyring.json') } },
      onFault: (cause) => {
        throw cause
      },
    },
  )
}

export async function askAt(url: string, { method, body, token }: Ask): Promise<Answer> {
  const response = await fetch(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    redirect: 'manual',
    headers: {
      accept: 'application/json',
      ...(typeof token === 'string' ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') ?? false
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined }
}

async function adoptInto(
  { org, ask }: Pick<ServiceScene, 'org' | 'ask'>,
  id: string,
  token: string | undefined,
): Promise<void> {
  const as = token === undefined ? {} : { token }
  const app = { login_url: org.url, client_id: org.client.consumerKey, client_secret: org.client.consumerSecret }
  const saved = await ask('/v1/apps/nightly', { ...as, method: 'PUT', body: app })
  if (saved.status !== 200) throw new Error(saved.text)
  const { refresh_token } = await org.grant(withoutIdToken)
  const adopted = await ask('/v1/connections', { ...as, body: { id, app: 'nightly', refresh_token } })
  if (adopted.status !== 201) throw new Error(adopted.text)
}

/** With this Host, which `fetch` does not let one choose. */
export async function statusUnder(host: string, url: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  request(url, { headers: { host } }, (response) => {
    response.resume()
    resolve(response.statusCode ?? 0)
  })
    .on('error', reject)
    .end()
  return await promise
}
