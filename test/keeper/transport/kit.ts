/** Servers that say byte by byte what a test wants, and a transport to them. */
import { createServer, connect, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from 'node:tls'
import { compileLoginHosts, type LoginHosts } from '../../../src/keeper/rules/login-hosts.ts'
import type { Resolve } from '../../../src/keeper/transport/resolve.ts'
import type { Route } from '../../../src/keeper/rules/route.ts'
import { openTransport, type OpenWish, type Transport } from '../../../src/keeper/transport/transport.ts'
import type { Connection, Posted } from '../../../src/keeper/transport/connection.ts'
import type { PostRequest } from '../../../src/keeper/rules/http-request.ts'
import { secret } from '../../../src/values/secret.ts'
import { isWhole } from './said.ts'
import { closeServer, fixture, listenOn, type Scope } from '../../gateway/kit.ts'

export const ca: string = fixture('loopback-ca.pem')
export const pair: { readonly cert: string; readonly key: string } = {
  cert: fixture('loopback-certificate.pem'),
  key: fixture('loopback-key.pem'),
}

export function hostsOf(...rows: readonly string[]): LoginHosts {
  const compiled = compileLoginHosts(rows)
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.fault))
  return compiled.value
}

export const loopbackHosts: LoginHosts = hostsOf('127.0.0.0/8', '[::1]')
const testHosts = hostsOf('127.0.0.0/8', '[::1]', '*.example.com', 'login.example', 'localhost.example')

export const direct: Route = { kind: 'direct' }
export const through = (url: string): Route => ({ kind: 'proxy', url: secret(url) })

export function transportBy(
  route: Route,
  bent: {
    clock?: () => number
    monotonic?: () => number
    ca?: readonly string[]
    hosts?: LoginHosts
    resolve?: Resolve
  } = {},
): Transport {
  const transport = openTransport({
    route,
    ...{ hosts: bent.hosts ?? testHosts, resolve: bent.resolve },
    clock: bent.clock ?? (() => Date.now()),
    monotonic: bent.monotonic ?? (() => performance.now()),
    tls: { ca: bent.ca ?? [ca] },
  })
  if (!transport.ok) throw new Error(transport.fault)
  return transport.value
}

/** Ten seconds to open, a minute to end: longer than any test, so that a test which meets them has failed. */
export const wish = (port: number, bent: Partial<OpenWish> = {}): OpenWish => ({
  host: '127.0.0.1',
  port,
  secure: false,
  deadline: Date.now() + 10_000,
  endsAt: Date.now() + 60_000,
  ...bent,
})

export async function opened(transport: Transport, asked: OpenWish): Promise<Connection> {
  const end = await transport.open(asked)
  if (end.kind === 'not-opened') throw new Error(`${end.stage}: ${end.why}`)
  return end.connection
}

/** A fresh one each time: its body is erased by who posts it. */
export const refresh = (form: string = 'grant_type=refresh_token&refresh_token=5Aep861canary'): PostRequest => ({
  path: '/services/oauth2/token',
  headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  body: new TextEncoder().encode(form),
})

export const yes = { mayWrite: () => true, deadlineMs: 10_000 } as const

export const rawOf = (posted: Posted): string =>
  posted.kind === 'not-sent' ? '' : Buffer.from(posted.raw).toString('latin1')

export type Listening = {
  readonly port: number
  /** What each connection has carried so far, oldest first; after TLS, where there is TLS. */
  readonly heard: readonly string[]
  readonly connections: () => number
  /** Resolves when that many connections have ended. */
  readonly ended: (count: number) => Promise<void>
}

export type Answerer = (socket: Socket, heard: () => string) => void

/** `answer` is called for each piece that comes, the empty one at the beginning included. */
export async function listening(t: Scope, answer: Answerer, tls?: TlsOptions): Promise<Listening> {
  const heard: string[] = []
  const sockets = new Set<Socket>()
  const waiting: (() => void)[] = []
  let ends = 0
  const accept = (socket: Socket): void => {
    const at = heard.push('') - 1
    const said = (): string => heard[at] ?? ''
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      heard[at] += chunk.toString('latin1')
      answer(socket, said)
    })
    socket.on('close', () => {
      sockets.delete(socket)
      ends += 1
      for (const look of waiting) look()
    })
    answer(socket, said)
  }
  const server: Server =
    tls === undefined
      ? createServer(accept)
      : createTlsServer({ ...pair, ...tls }, (socket: TLSSocket) => accept(socket))
  server.on('tlsClientError', () => undefined)
  const { port } = await listenOn(server, '127.0.0.1')
  t.after(async () => {
    for (const socket of sockets) socket.destroy()
    await closeServer(server)
  })
  const ended = async (count: number): Promise<void> =>
    await new Promise((resolve) => {
      const look = (): void => {
        if (ends >= count) resolve()
      }
      waiting.push(look)
      look()
    })
  return { port, heard, connections: () => heard.length, ended }
}

/** Answers a whole request with these bytes and ends in order. */
export const answering =
  (bytes: string): Answerer =>
  (socket, heard) => {
    if (isWhole(heard())) socket.end(bytes, 'latin1')
  }

/** A proxy that takes CONNECT and says `reply`; then it carries bytes to where it was asked, if `reply` is a yes. */
export const proxying =
  (
    reply: string,
    relayed: (client: Socket, far: Socket) => void = (client, far) => void client.pipe(far).pipe(client),
  ): Answerer =>
  (socket, heard) => {
    if (!heard().endsWith('\r\n\r\n') || !heard().startsWith('CONNECT ')) return
    socket.removeAllListeners('data')
    socket.write(reply)
    if (!reply.startsWith('HTTP/1.1 200')) return
    const [, host = '', port = ''] = /^CONNECT \[?([^ ]*?)\]?:(\d+) /.exec(heard()) ?? []
    const far = connect(Number(port), host)
    far.on('error', () => socket.destroy())
    far.on('close', () => socket.destroy())
    socket.on('close', () => far.destroy())
    relayed(socket, far)
  }
