/** A whole gateway in the test's process, on free ports, with real egresses; and an org whose app takes refresh tokens from those alone. */
import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { after } from 'node:test'
import { gatewaySchema, type GatewayConfiguration } from '../../src/gateway/configuration.ts'
import { openGateway, type GatewayEnvironment, type RunningGateway } from '../../src/gateway/gateway.ts'
import { systemEnvironment } from '../../src/system.ts'
import type { TestOrg } from '../../src/testing.ts'
import { defaultsOf, type Overrides } from '../../src/values/defaults.ts'
import { secret } from '../../src/values/secret.ts'
import { changeApp, openOrg } from '../clients/wire.ts'

/** The pair. */
export const egressAddresses = ['127.0.0.11', '127.0.0.12'] as const

/** What closes what was opened for it: a test's context, or `scopeOfSuite`. */
export type Scope = { readonly after: (close: () => void | Promise<void>) => void }

/** To be called in the body of a `describe`: what its tests share is closed after the last of them, the latest first. */
export function scopeOfSuite(): Scope {
  const opened: (() => void | Promise<void>)[] = []
  after(async () => {
    for (const close of opened.toReversed()) await close()
  })
  return { after: (close) => void opened.push(close) }
}

export type GatewayWish = {
  /** Rows of `allow`: the test's origins as literal addresses. */
  readonly allow?: readonly string[]
  readonly configuration?: Overrides<GatewayConfiguration>
  /** Of the one client; the plain ones if not said. */
  readonly credentials?: Credentials
  /** `sqlite:FOLDER`; in memory if not said. */
  readonly storage?: string
  readonly environment?: Partial<GatewayEnvironment>
}

export type Credentials = { readonly username: string; readonly password: string }

export const plainCredentials: Credentials = { username: 'app', password: 'plainPassw0rd' }
/** Every sign that a URL reserves, and one that is no ASCII (L-69); no more of those, since Python's requests takes Latin-1 alone. */
export const oddCredentials: Credentials = { username: 'app@team/1', password: 'p:a@s/s?w#o%r&d 100%25 +ü' }

export type Recorded = { readonly event: string; readonly fields: Readonly<Record<string, unknown>> }

export type TestGateway = {
  /** `http://USERNAME:PASSWORD@127.0.0.1:PORT`, percent-encoded. */
  readonly proxyUrl: string
  readonly host: string
  readonly port: number
  readonly adminUrl: string
  readonly running: RunningGateway
  readonly configuration: GatewayConfiguration
  /** What it has logged, oldest first. */
  readonly logged: readonly Recorded[]
  /** Of the records of tunnels, and of what was refused instead. */
  readonly tunnels: () => readonly Readonly<Record<string, unknown>>[]
  /** Resolves once that many tunnels have their record. */
  readonly haveEnded: (count: number) => Promise<void>
  readonly admin: (path: string, init?: RequestInit) => Promise<Response>
  /** Does not wait for the test's end. */
  readonly close: () => Promise<void>
}

const testEgresses: GatewayConfiguration['egress'] = [
  { name: 'a', address: egressAddresses[0], confirm: 'on' },
  { name: 'b', address: egressAddresses[1], confirm: 'on' },
]

/** Listening, its egresses probed, when it resolves. */
export async function startTestGateway(t: Scope, wish: GatewayWish = {}): Promise<TestGateway> {
  const credentials = wish.credentials ?? plainCredentials
  const configuration = await testConfiguration(t, wish)
  const logged = openRecorder()
  const running = await openGateway(
    { ...systemEnvironment(logged.log), ...wish.environment },
    {
      configuration,
      storage: wish.storage ?? 'sqlite::memory:',
      onFault: (cause) => {
        throw cause
      },
    },
  )
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => (closing ??= running.close())
  t.after(close)
  await running.parts.pool.probeNow()
  const { protocol, hostname, port } = new URL(running.url)
  return {
    proxyUrl: proxyUrl(`${protocol}//${hostname}:${port}`, credentials),
    ...{ host: hostname, port: Number(port), adminUrl: running.adminUrl, running, configuration, close },
    logged: logged.records,
    tunnels: () => tunnelsAmong(logged.records),
    haveEnded: (count) => logged.until(() => tunnelsAmong(logged.records).length >= count),
    admin: async (path, init) =>
      await fetch(`${running.adminUrl}/admin/v1${path}`, {
        ...init,
        headers: {
          'authorization': `Bearer ${running.adminToken.token.expose()}`,
          'content-type': 'application/json',
          ...Object.fromEntries(new Headers(init?.headers)),
        },
      }),
  }
}

/** With the test's own health target, and short lengths where a test would wait. */
export async function testConfiguration(t: Scope, wish: GatewayWish): Promise<GatewayConfiguration> {
  const target = await startHealthTarget(t)
  return gatewayConfiguration(target, wish)
}

export function gatewayConfiguration(healthTarget: string, wish: GatewayWish): GatewayConfiguration {
  const { username, password } = wish.credentials ?? plainCredentials
  const { clients, healthCheck, deadlines, ...rest } = wish.configuration ?? {}
  return defaultsOf<GatewayConfiguration>(gatewaySchema, {
    ...{ listen: '127.0.0.1:0', admin: { listen: '127.0.0.1:0' }, egress: testEgresses, meterEvery: '200ms' },
    allow: wish.allow ?? [],
    clients: clients ?? [{ name: 'backend', username, password: secret(password), mayPin: true, connections: 100_000 }],
    healthCheck: { target: healthTarget, every: '1s', timeout: '500ms', ...healthCheck },
    deadlines: { drain: '5s', ...deadlines },
    ...rest,
  })
}

/** Accepts and says nothing; resolves with `HOST:PORT`. */
export async function startHealthTarget(t: Scope): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.resume()
  })
  const { port } = await listenOn(server, '127.0.0.1')
  t.after(() => closeServer(server))
  return `127.0.0.1:${port}`
}

export async function listenOn(server: Server, host: string): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port: 0 }, resolve)
  })
  const at = server.address()
  if (at === null || typeof at === 'string') throw new Error('the server listens on no port')
  return at
}

export const closeServer = async (server: Server): Promise<void> =>
  await new Promise((resolve) => void server.close(() => resolve()))

/** With user and password as a URL has them. */
export function proxyUrl(origin: string, { username, password }: Credentials): string {
  const { protocol, host } = new URL(origin)
  return `${protocol}//${encodeURIComponent(username)}:${encodeURIComponent(password)}@${host}`
}

export const basic = ({ username, password }: Credentials): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

const tunnelsAmong = (records: readonly Recorded[]): readonly Readonly<Record<string, unknown>>[] =>
  records.filter(({ event }) => event === 'tunnel').map(({ fields }) => fields)

type Recorder = {
  readonly records: readonly Recorded[]
  readonly log: GatewayEnvironment['log']
  /** Resolves once it is so; asked after every record. */
  readonly until: (isSo: () => boolean) => Promise<void>
}

function openRecorder(): Recorder {
  const records: Recorded[] = []
  const waiting: (() => void)[] = []
  const keep = (event: string, fields: Recorded['fields'] = {}): void => {
    records.push({ event, fields })
    for (const look of waiting) look()
  }
  return {
    records,
    log: { info: keep, warn: keep, error: keep },
    async until(isSo) {
      await new Promise<void>((resolve) => {
        const look = (): void => {
          if (isSo()) resolve()
        }
        waiting.push(look)
        look()
      })
    },
  }
}

export const fixture = (name: string): string => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8')
export const fixturePath = (name: string): string => new URL(`../fixtures/${name}`, import.meta.url).pathname

/** Its app redeems refresh tokens for the pair's two addresses and for nobody else. */
export async function startOrgBehind(t: Scope): Promise<TestOrg> {
  const org = await openOrg()
  t.after(() => org.close())
  await changeApp(org, {
    oauthSecuritySettings: {
      enforceRefreshTokenIpAllowlist: true,
      tokenIpRanges: [{ startIpAddress: egressAddresses[0], endIpAddress: egressAddresses[1] }],
    },
  })
  return org
}
