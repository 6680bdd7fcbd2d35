/** A listener of the gateway on a free port, with clients and tunnels but without a pool: what is opened is dialled straight from 127.0.0.11. */
import { once } from 'node:events'
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net'
import { randomFillSync } from 'node:crypto'
import { compileRanges } from '../../src/ip/matcher.ts'
import { parseCidrs } from '../../src/ip/cidr.ts'
import { formatAddress } from '../../src/ip/address.ts'
import { openClients, type RunningClients } from '../../src/gateway/clients.ts'
import type { GatewayClient } from '../../src/gateway/configuration.ts'
import type { Protocols } from '../../src/gateway/listeners/arrival.ts'
import type { Connection } from '../../src/gateway/listeners/connection.ts'
import { openHttp2 } from '../../src/gateway/listeners/http2.ts'
import { openPort, type Port, type PortOptions } from '../../src/gateway/listeners/port.ts'
import { openSocks5 } from '../../src/gateway/listeners/socks5.ts'
import type { GatewayParts } from '../../src/gateway/parts.ts'
import { openDeadlineWheel } from '../../src/gateway/relay/deadline-wheel.ts'
import type { Deadlines } from '../../src/gateway/rules/deadlines.ts'
import { formatDestination } from '../../src/gateway/rules/destination/destination.ts'
import type { Refusal } from '../../src/gateway/rules/refusal.ts'
import type { LiveTunnel, Opened, TunnelAsk, TunnelEnd } from '../../src/gateway/tunnel.ts'
import { fault, ok } from '../../src/values/result.ts'
import { secret } from '../../src/values/secret.ts'
import { hours, instant, milliseconds, seconds } from '../../src/values/time.ts'

export type Logged = { readonly event: string; readonly fields: Readonly<Record<string, unknown>> }

export type Doorway = AsyncDisposable & {
  readonly port: Port
  readonly number: number
  readonly clients: RunningClients
  readonly asks: readonly TunnelAsk[]
  readonly ends: readonly TunnelEnd[]
  readonly tunnels: readonly LiveTunnel[]
  readonly refusals: readonly string[]
  readonly logged: readonly Logged[]
  /** What was handed to HTTP/1.1, with everything that it has sent so far. */
  readonly http1: readonly { readonly connection: Connection; read(): string }[]
  drain(): void
}

export type DoorwayOptions = Partial<Omit<PortOptions, 'protocols'>> & {
  readonly clients?: readonly GatewayClient[]
  readonly deadlines?: Partial<Deadlines>
  /** Peers that send the PROXY protocol. */
  readonly proxies?: readonly string[]
  /** What a destination is refused with, by its text. */
  readonly refuse?: Readonly<Record<string, Refusal>>
  /** Awaited before each dial. */
  readonly beforeDial?: (ask: TunnelAsk) => Promise<void>
}

export const backend: GatewayClient = {
  name: 'backend',
  username: 'app',
  password: secret('s3cret'),
  mayPin: true,
  connections: 1000,
}

const usual: Deadlines = {
  header: seconds(10),
  dial: seconds(10),
  attempt: milliseconds(250),
  idle: hours(1),
  halfClose: seconds(10),
  total: undefined,
  response: seconds(10),
  drain: seconds(1),
}

export async function openDoorway(options: DoorwayOptions = {}): Promise<Doorway> {
  const seen = { asks: [] as TunnelAsk[], ends: [] as TunnelEnd[], refusals: [] as string[], logged: [] as Logged[] }
  const tunnels: LiveTunnel[] = []
  const http1: { connection: Connection; read(): string }[] = []
  let draining = false
  const monotonic = (): number => performance.now()
  const log = (event: string, fields = {}): void => void seen.logged.push({ event, fields })
  const random = (count: number): Uint8Array => randomFillSync(new Uint8Array(count))
  const proxies = parseCidrs(options.proxies ?? [])
  if (!proxies.ok) throw new Error('the peers of a test are no ranges')
  const peers = compileRanges(proxies.value)
  const wheel = openDeadlineWheel({ monotonic, tick: 20 })
  const logs = { info: log, warn: log, error: log }
  const parts = {
    clock: () => instant(Date.now()),
    monotonic,
    random,
    wheel,
    log: logs,
    deadlines: () => ({ ...usual, ...options.deadlines }),
    proxyProtocolPeers: () => peers,
    clients: openClients({ clients: options.clients ?? [backend], random, monotonic, log: logs }),
    async open(ask: TunnelAsk): Promise<Opened> {
      seen.asks.push(ask)
      await options.beforeDial?.(ask)
      const refused = options.refuse?.[formatDestination(ask.destination)]
      if (refused !== undefined) return fault(refused)
      const tunnel = await dial(ask)
      tunnels.push(tunnel.tunnel)
      return ok(tunnel)
    },
    ended: (_tunnel: LiveTunnel, end: TunnelEnd) => void seen.ends.push(end),
    pseudonym: 'sallyport-5eed',
    refused: ({ code }: Refusal) => void seen.refusals.push(code),
    draining: () => draining,
  } as unknown as GatewayParts & { readonly clients: RunningClients }
  const http2 = openHttp2(parts)
  const protocols: Protocols = {
    http1: (connection) => void http1.push(collect(connection)),
    http2: http2.serve,
    socks5: openSocks5(parts),
  }
  const port = await openPort(parts, { listen: { host: '127.0.0.1', port: 0 }, ...options, protocols })
  return {
    ...seen,
    port,
    number: port.address.port,
    clients: parts.clients,
    tunnels,
    http1,
    drain() {
      draining = true
      http2.drain()
    },
    async [Symbol.asyncDispose]() {
      await port.destroy()
      wheel.close()
    },
  }
}

function collect(connection: Connection): { connection: Connection; read(): string } {
  let text = connection.head.toString('latin1')
  connection.socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  connection.socket.on('end', () => connection.socket.end())
  connection.socket.resume()
  return { connection, read: () => text }
}

async function dial(ask: TunnelAsk): Promise<{ tunnel: LiveTunnel; dialled: NonNullable<LiveTunnel['dialled']> }> {
  const { host, port } = ask.destination
  if (host.kind === 'name') throw new Error(`a test dials addresses, not ${host.name}`)
  const socket = connect({ host: formatAddress(host.address), port, localAddress: '127.0.0.11', allowHalfOpen: true })
  socket.pause()
  await once(socket, 'connect')
  const dialled = { socket, egress: 'a', address: '127.0.0.11', observed: true, remote: host.address, dialMs: 1 }
  const tunnel: LiveTunnel = { id: 't', ask, openedAt: instant(0), dialled, up: 0, down: 0, cut: undefined }
  return { tunnel, dialled }
}

export type Far = AsyncDisposable & { readonly port: number; readonly sockets: readonly Socket[] }

/** A destination on 127.0.0.1; `serve` has each connection, which is half-open when its client has ended. */
export async function openFar(serve: (socket: Socket) => void): Promise<Far> {
  const sockets: Socket[] = []
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    serve(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

export const echo = (socket: Socket): void => void socket.pipe(socket)
