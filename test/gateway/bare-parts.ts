/** The HTTP side of the gateway and nothing else: real listener, real clients, and an `open` that dials directly. For tests of what HTTP promises
 *  whatever chooses the egress. */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { lookup } from 'node:dns/promises'
import { openClients } from '../../src/gateway/clients.ts'
import type { Connection } from '../../src/gateway/listeners/connection.ts'
import { openHttp1 } from '../../src/gateway/listeners/http1/serve.ts'
import type { Http1Parts } from '../../src/gateway/listeners/http1/http1-parts.ts'
import { openPort } from '../../src/gateway/listeners/port.ts'
import { openLending } from '../../src/gateway/relay/lending-socket.ts'
import { openDeadlineWheel } from '../../src/gateway/relay/deadline-wheel.ts'
import type { Deadlines } from '../../src/gateway/rules/deadlines.ts'
import { formatDestination, type Destination } from '../../src/gateway/rules/destination/destination.ts'
import { refusal, type Refusal } from '../../src/gateway/rules/refusal.ts'
import type { Dialled, LiveTunnel, Opened, TunnelAsk, TunnelEnd } from '../../src/gateway/tunnel.ts'
import { formatAddress, parseAddress, type Address } from '../../src/ip/address.ts'
import { compileRanges } from '../../src/ip/matcher.ts'
import { fault, ok, type Result } from '../../src/values/result.ts'
import { secret } from '../../src/values/secret.ts'
import { instant, milliseconds, minutes, seconds } from '../../src/values/time.ts'

export const bareCredentials = { user: 'app', password: 'open+sesame' }

export type Bare = AsyncDisposable & {
  readonly host: string
  readonly port: number
  readonly tunnels: readonly LiveTunnel[]
  /** Of tunnels that have ended, in that order. */
  readonly ended: readonly { readonly tunnel: LiveTunnel; readonly end: TunnelEnd }[]
  /** Resolves once that many tunnels have ended. */
  readonly haveEnded: (count: number) => Promise<void>
  /** Codes of what was turned away before it was opened. */
  readonly refused: readonly string[]
  readonly logged: readonly string[]
  /** For a connection that is none of the listener's. */
  readonly serve: (connection: Connection) => void
  drain: boolean
}

export type BareOptions = {
  readonly deadlines?: Partial<Deadlines>
  /** In place of a direct dial. */
  readonly open?: (ask: TunnelAsk, direct: (ask: TunnelAsk) => Promise<Opened>) => Promise<Opened>
}

export async function openBare(options: BareOptions = {}): Promise<Bare> {
  const monotonic = (): number => performance.now()
  const wheel = openDeadlineWheel({ monotonic, tick: 20 })
  const deadlines: Deadlines = { ...usual, ...options.deadlines }
  const seen = { tunnels: [] as LiveTunnel[], ended: [] as Bare['ended'][number][], refused: [] as string[] }
  const logged: string[] = []
  const say = (event: string, fields?: unknown): void => void logged.push(`${event} ${JSON.stringify(fields)}`)
  const log = { info: say, warn: say, error: say }
  const waiting: { readonly count: number; readonly resolve: () => void }[] = []
  const state = { drain: false }
  const connect = openLending()
  const direct = async (ask: TunnelAsk): Promise<Opened> => {
    const dialled = await dial(ask, { connect, within: deadlines.dial })
    if (!dialled.ok) return dialled
    const tunnel: LiveTunnel = {
      ...{ id: String(seen.tunnels.length), ask, openedAt: instant(0), up: 0, down: 0, cut: undefined },
      dialled: dialled.value,
    }
    seen.tunnels.push(tunnel)
    return ok({ tunnel, dialled: dialled.value })
  }
  const parts: Http1Parts = {
    clock: () => instant(Date.UTC(2026, 10, 21)),
    wheel,
    pseudonym: 'sallyport-5eed',
    deadlines: () => deadlines,
    log,
    clients: openClients({ clients: [client], random: (count) => new Uint8Array(count), monotonic, log }),
    open: async (ask) => await (options.open === undefined ? direct(ask) : options.open(ask, direct)),
    ended(tunnel, end) {
      seen.ended.push({ tunnel, end })
      for (const each of waiting) if (seen.ended.length >= each.count) each.resolve()
    },
    mayReuse: () => true,
    reach: { asksFor: () => undefined },
    refused: ({ code }) => void seen.refused.push(code),
    draining: () => state.drain,
  }
  const serve = openHttp1(parts)
  const listener = await openPort(
    { wheel, deadlines: () => deadlines, proxyProtocolPeers: () => compileRanges([]), log, monotonic },
    {
      listen: { host: '127.0.0.1', port: 0 },
      protocols: { http1: serve, http2: refuseAll, socks5: refuseAll },
    },
  )
  return Object.assign(state, {
    ...{ host: '127.0.0.1', port: listener.address.port, ...seen, logged, serve },
    haveEnded: async (count: number): Promise<void> => {
      if (seen.ended.length >= count) return
      await new Promise<void>((resolve) => waiting.push({ count, resolve }))
    },
    [Symbol.asyncDispose]: async () => {
      await listener.destroy()
      wheel.close()
    },
  })
}

const usual: Deadlines = {
  header: seconds(10),
  dial: seconds(2),
  attempt: milliseconds(250),
  idle: minutes(10),
  halfClose: minutes(1),
  total: undefined,
  response: minutes(2),
  drain: seconds(30),
}

const client = {
  ...{ name: 'app', username: bareCredentials.user, password: secret(bareCredentials.password) },
  ...{ mayPin: true, connections: 1000 },
}

const refuseAll = ({ socket }: { readonly socket: { destroy: () => void } }): void => socket.destroy()

type Dialling = { readonly connect: ReturnType<typeof openLending>; readonly within: number }

async function dial({ destination, pin }: TunnelAsk, { connect, within }: Dialling): Promise<Result<Dialled, Refusal>> {
  const named = formatDestination(destination)
  const address = await addressOf(destination)
  if (address === undefined) return fault(refusal('NAME_NOT_RESOLVED', { host: named, why: 'ENOTFOUND' }))
  if (pin !== undefined && pin !== 'a') return fault(refusal('EGRESS_UNKNOWN', { egress: pin }))
  const socket = connect({ host: address.text, port: destination.port, noDelay: true, allowHalfOpen: true })
  const kind = await connected(socket, within)
  if (kind === 'timeout') return fault(refusal('CONNECTION_TIMED_OUT', { destination: named, after: within }))
  if (kind === 'refused') return fault(refusal('CONNECTION_REFUSED', { destination: named }))
  const dialled = { egress: 'a', address: '127.0.0.1', observed: true, remote: address.address, dialMs: 1 }
  return ok({ ...dialled, socket })
}

async function addressOf({ host }: Destination): Promise<{ text: string; address: Address } | undefined> {
  const name = host.kind === 'name' ? host.name : undefined
  if (host.kind === 'address') return { text: formatAddress(host.address), address: host.address }
  const found = await lookup(name ?? '', 4).catch(() => undefined)
  const address = found === undefined ? undefined : parseAddress(found.address)
  return address?.ok === true && found !== undefined ? { text: found.address, address: address.value } : undefined
}

async function connected(socket: Socket, within: number): Promise<'yes' | 'refused' | 'timeout'> {
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(within) })
    return 'yes'
  } catch (cause) {
    socket.on('error', () => undefined).destroy()
    return cause instanceof Error && cause.name === 'AbortError' ? 'timeout' : 'refused'
  }
}
