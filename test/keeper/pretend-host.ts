/** A login host in this process: it rotates like Salesforce, counts, and is down when it is told to be. And a keeper that goes nowhere but there. */
import { equal } from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Keeper, KeeperOptions } from '../../src/keeper/keeper-face.ts'
import type { KeeperEnvironment } from '../../src/keeper/environment.ts'
import { openKeeper } from '../../src/keeper/keeper.ts'
import type { Connection } from '../../src/keeper/transport/connection.ts'
import type { Transport } from '../../src/keeper/transport/transport.ts'
import { systemEnvironment } from '../../src/system.ts'
import { secret } from '../../src/values/secret.ts'
import { openInlineStorage } from '../kit/inline-storage.ts'

export type PretendHost = {
  readonly transport: Transport
  /** Connections that were asked for. */
  opened: number
  /** By refresh token: how often each was sent. */
  readonly sent: Map<string, number>
  /** Exchanges that are under way, and the most that were at one time. */
  flying: number
  mostFlying: number
  /** Exchanges that have ended. */
  answered: number
  /** By name: nothing is reached there. */
  readonly down: Set<string>
  /** What an exchange takes. */
  work: () => Promise<void>
}

export function pretendHost(): PretendHost {
  const host: PretendHost = {
    ...{ opened: 0, answered: 0, sent: new Map(), flying: 0, mostFlying: 0, down: new Set(), work: async () => {} },
    transport: {
      shown: 'nowhere',
      async tunnel() {
        throw new Error('nobody asks for a tunnel here')
      },
      async open(wish) {
        host.opened += 1
        host.flying += 1
        host.mostFlying = Math.max(host.mostFlying, host.flying)
        await new Promise(setImmediate)
        if (!host.down.has(wish.host)) return { kind: 'open', connection: connectionTo(host, () => (host.flying -= 1)) }
        host.flying -= 1
        return { kind: 'not-opened', stage: 'connect', why: `${wish.host} was not reached: ECONNREFUSED` }
      },
    },
  }
  return host
}

function connectionTo(host: PretendHost, ended: () => void): Connection {
  let open = true
  const close = (): void => {
    if (open) ended()
    open = false
  }
  return {
    ...{ egress: undefined, leavesFrom: '127.0.0.1', tunnelEndsAt: undefined, close },
    async post({ body }, { mayWrite }) {
      equal(mayWrite(), true)
      const form = new URLSearchParams(Buffer.from(body).toString())
      await host.work()
      host.answered += 1
      close()
      const token = form.get('refresh_token')
      // of an introspection and of a revocation nobody asks more than that
      if (token === null)
        return { kind: 'replied', raw: Buffer.from('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n') }
      host.sent.set(token, (host.sent.get(token) ?? 0) + 1)
      return { kind: 'replied', raw: replyTo(token) }
    },
  }
}

function replyTo(token: string): Buffer {
  const [name = '', count = '0'] = token.split('!')
  const next = Number(count) + 1
  const body = JSON.stringify({ access_token: `access ${name}!${next}`, refresh_token: `${name}!${next}` })
  return Buffer.from(
    `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

export type Vault = AsyncDisposable & {
  readonly keeper: Keeper
  readonly folder: string
  readonly logged: string[]
  readonly again: (options?: Partial<KeeperOptions>) => Promise<Keeper>
  /** `login` names the host. */
  readonly adopt: (
    count: number,
    about?: { readonly login?: string; readonly tenant?: string },
  ) => Promise<readonly string[]>
}

/** Apps are named by their login host. Connections are `HOST-0`, `HOST-1` and so on. */
export async function openVault(
  host: PretendHost,
  environment: Partial<KeeperEnvironment>,
  options: Partial<KeeperOptions> = {},
): Promise<Vault> {
  const folder = await mkdtemp(join(tmpdir(), 'vault-'))
  const logged: string[] = []
  const say = (event: string, fields?: unknown): void => void logged.push(`${event} ${JSON.stringify(fields)}`)
  const log = { info: say, warn: say, error: say }
  const keepers: Keeper[] = []
  const again = async (more: Partial<KeeperOptions> = {}): Promise<Keeper> => {
    const keeper = await openKeeper(
      { ...systemEnvironment(log), openStorage: openInlineStorage, transport: host.transport, ...environment },
      {
        ...{ storage: `sqlite:${folder}`, keyring: { file: join(folder, 'keyring.json') } },
        loginHosts: ['*.example.com'],
        ...{ spool: join(folder, 'spool'), proxy: 'direct' as const, rounds: 'off' as const },
        ...{ ...options, ...more },
      },
    )
    keepers.push(keeper)
    return keeper
  }
  const keeper = await again()
  const adopt: Vault['adopt'] = async (count, { login = 'login', tenant = 'default' } = {}) => {
    await keeper.saveApp({ tenant, name: login, loginUrl: `https://${login}.example.com`, clientId: 'client' })
    const ids = Array.from({ length: count }, (_, index) => `${login}-${index}`)
    const family = tenant === 'default' ? '' : `${tenant} `
    await Promise.all(
      ids.map((id) => keeper.adopt({ tenant, id, app: login, refreshToken: secret(`${family}${id}!0`) })),
    )
    return ids
  }
  const close = async (): Promise<void> => {
    for (const each of keepers) await each.close()
    await rm(folder, { recursive: true, force: true })
  }
  return { keeper, folder, logged, again, adopt, [Symbol.asyncDispose]: close }
}
