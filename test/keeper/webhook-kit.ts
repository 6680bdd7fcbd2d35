/** A vault with events to be told, and receivers of webhooks; no org, since adopting a token asks nobody. */
import { equal } from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import type { Keeper, KeeperOptions } from '../../src/keeper/keeper-face.ts'
import type { KeeperEnvironment } from '../../src/keeper/environment.ts'
import { openKeeper } from '../../src/keeper/keeper.ts'
import type { WebhookWish } from '../../src/keeper/webhook-face.ts'
import { systemEnvironment } from '../../src/system.ts'
import { secret } from '../../src/values/secret.ts'
import { bentTime, type BentTime } from './bent-time.ts'
import { vaultOptions } from './vault-options.ts'

export type Vault = {
  readonly folder: string
  readonly time: BentTime
  readonly logged: readonly string[]
  /** A keeper over the vault, as another process has it. Nothing is delivered but by `deliver`, if not said otherwise. */
  readonly open: (bend?: Bend) => Promise<Keeper>
}
export type Bend = Partial<KeeperOptions> & { readonly environment?: Partial<KeeperEnvironment> }

/** Of all tokens that are adopted, so that a leak is found. */
export const canaryToken = '5Aep861canaryRefreshToken'

/** `alone`: in memory, for one keeper. */
export async function openVault(t: TestContext, sharing: 'alone' | 'shared' = 'alone'): Promise<Vault> {
  const folder = await mkdtemp(join(tmpdir(), 'keeper-webhooks-'))
  const time = bentTime()
  const keepers: Keeper[] = []
  const logged: string[] = []
  const say = (event: string, fields?: unknown): void => void logged.push(`${event} ${JSON.stringify(fields)}`)
  t.after(async () => {
    for (const each of keepers) await each.close()
    await rm(folder, { recursive: true, force: true })
  })
  return {
    ...{ folder, time, logged },
    async open({ environment, ...options } = {}) {
      const keeper = await openKeeper(
        { ...systemEnvironment({ info: say, warn: say, error: say }), ...time.environment, ...environment },
        { ...vaultOptions(folder), ...(sharing === 'alone' ? inMemory() : {}), ...options },
      )
      keepers.push(keeper)
      return keeper
    },
  }
}

const inMemory = (): Pick<KeeperOptions, 'storage' | 'keyring'> => ({
  storage: 'sqlite::memory:',
  keyring: { text: secret(randomBytes(32).toString('base64')), name: 'KEYS' },
})

/** Each adoption is an event, `connection.recovered`: a first one, or another token into a connection that is there. */
export async function adopt(
  keeper: Keeper,
  id: string,
  { tenant = 'default' }: { readonly tenant?: string } = {},
): Promise<void> {
  await keeper.saveApp({ tenant, name: 'nightly', loginUrl: 'http://127.0.0.1:9', clientId: '3MVG9' })
  await keeper.adopt({ tenant, id, app: 'nightly', refreshToken: secret(canaryToken) })
}

export type Received = {
  readonly headers: IncomingMessage['headers']
  readonly body: string
  readonly id: string
  readonly connection: string
  readonly type: string
}
export type Receiver = {
  readonly url: string
  readonly received: readonly Received[]
  /** What it answers from now on. */
  answer: number | ((response: ServerResponse, received: Received) => void)
  /** Resolves when so many have come. */
  readonly has: (count: number) => Promise<void>
}

export async function startReceiver(t: TestContext): Promise<Receiver> {
  const received: Received[] = []
  let wake = (): void => undefined
  const receiver: Receiver = {
    ...{ url: '', received, answer: 204 },
    async has(count) {
      while (received.length < count) await new Promise<void>((resolve) => (wake = resolve))
    },
  }
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request)
    const { id, type, data } = JSON.parse(body) as { id: string; type: string; data: { connection: string } }
    const one: Received = { headers: request.headers, body, id, type, connection: data.connection }
    received.push(one)
    wake()
    if (typeof receiver.answer === 'number') response.writeHead(receiver.answer).end()
    else receiver.answer(response, one)
  }
  const server = createServer((request, response) => void take(request, response))
  const port = await portOf(server)
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return Object.assign(receiver, { url: `http://127.0.0.1:${port}/hooks?key=canaryPath` })
}

/** Listening, on a free port of its own. */
export async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve))
  const at = server.address()
  if (at === null || typeof at === 'string') throw new Error('the server listens on no port')
  return at.port
}

export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`
export const signingSecret: string = newSecret()

export const webhook = (receiver: Pick<Receiver, 'url'>, about: Partial<WebhookWish> = {}): WebhookWish => ({
  ...{ name: 'pager', url: receiver.url, secret: secret(signingSecret), allowPrivate: true },
  ...about,
})

/** As a receiver has to do it. */
export function verify({ headers, body }: Received, whsec: string): void {
  const key = Buffer.from(whsec.replace('whsec_', ''), 'base64')
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
  const expected = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
  equal(String(headers['webhook-signature']).split(' ').includes(expected), true, 'the signature is right')
}
