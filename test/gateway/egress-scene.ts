/** A pool of egresses on loopback, its world bent where a test wants it. */
import { once } from 'node:events'
import { connect as connectNet, createServer, type AddressInfo, type Socket } from 'node:net'
import type { Connect } from '../../src/gateway/egress/dial.ts'
import { openEcho, type Echo } from '../../src/gateway/egress/echo.ts'
import {
  openPool,
  type EgressDeclaration,
  type OpenAsk,
  type Pool,
  type PoolOptions,
} from '../../src/gateway/egress/pool.ts'
import { parseHost, type Host } from '../../src/gateway/rules/destination/destination.ts'
import type { Dialled } from '../../src/gateway/tunnel.ts'
import { parseAddress, type Address } from '../../src/ip/address.ts'
import { systemEnvironment } from '../../src/system.ts'
import { minutes, milliseconds, seconds } from '../../src/values/time.ts'
import { closeServer, listenOn, startHealthTarget, type Scope } from './kit.ts'

export function address(text: string): Address {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(`${text} is no address`)
  return parsed.value
}

export const local = (
  name: string,
  text: string,
  more: { readonly confirm?: boolean; readonly public?: string } = {},
): EgressDeclaration => ({
  name,
  through: { kind: 'address', address: address(text), confirm: more.confirm ?? true },
  public: more.public === undefined ? undefined : address(more.public),
})
export const via = (name: string, url: string): EgressDeclaration => ({
  name,
  through: { kind: 'via', url },
  public: undefined,
})
export const pair: readonly EgressDeclaration[] = [local('a', '127.0.0.11'), local('b', '127.0.0.12')]

export type Asked = { readonly from: string | undefined; readonly to: string | undefined; readonly port: number }
export type Begun = Asked & { readonly socket: Socket }

/** Where a connection really goes, and from where; undefined: as asked. */
export type Bend = (asked: Asked) => Partial<Parameters<Connect>[0]> | undefined

export type SceneWish = {
  readonly egress?: readonly EgressDeclaration[]
  readonly bend?: Bend
  readonly balance?: 'latency' | 'round-robin' | 'affinity'
  readonly attemptMs?: number
  readonly dialMs?: number
  readonly echoUrl?: string
  readonly options?: Partial<PoolOptions>
  /** `HOST:PORT` of what is probed; a listener of its own if not said. */
  readonly target?: string
}

/** `client`: a name. */
export type DialMore = Partial<Omit<OpenAsk, 'client'>> & { readonly client?: string }

export type Scene = {
  readonly pool: Pool
  readonly echo: Echo
  /** Of the destination `x.test`, which is on loopback. */
  readonly dial: (port: number, more?: DialMore) => ReturnType<Pool['open']>
  /** Every connection that was begun since. */
  readonly begun: readonly Begun[]
  readonly view: (name: string) => ReturnType<Pool['views']>[number]
  /** Names of the egresses of so many tunnels, one after the other. */
  readonly egressesOf: (port: number, count: number, more?: DialMore) => Promise<readonly string[]>
}

/** Its egresses have their first verdict. */
export async function openScene(t: Scope, wish: SceneWish = {}): Promise<Scene> {
  const [host = '', port = ''] = (wish.target ?? (await startHealthTarget(t))).split(':')
  const target = { host: { kind: 'address', address: address(host) } as const, port: Number(port) }
  const echo = await openEcho()
  const begun: Begun[] = []
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const connect: Connect = (options) => {
    const asked = { from: options.localAddress, to: options.host, port: options.port }
    const socket = connectNet({ ...options, ...wish.bend?.(asked) })
    begun.push({ ...asked, socket })
    return socket
  }
  const pool = openPool({
    ...systemEnvironment(quiet),
    echo,
    connect,
    resolve: (name) => Promise.resolve(name.kind === 'address' ? [name.address] : []),
    deadlines: () => ({
      ...{ attempt: milliseconds(wish.attemptMs ?? 100), dial: milliseconds(wish.dialMs ?? 5_000) },
      ...{ header: seconds(10), idle: minutes(10), halfClose: minutes(1), total: undefined },
      ...{ response: minutes(2), drain: seconds(30) },
    }),
    settings: () => ({
      balance: wish.balance ?? 'round-robin',
      // no probe but the first and those of `probeNow`
      healthCheck: { target, every: minutes(60), timeout: milliseconds(300), fall: 2, rise: 2 },
      echo: { url: wish.echoUrl, every: minutes(60) },
    }),
    ...wish.options,
  })
  const opened: Dialled[] = []
  t.after(async () => {
    for (const { socket } of opened) socket.destroy()
    pool.close()
    await echo.close()
  })
  await pool.declare(wish.egress ?? pair)
  begun.length = 0
  const dial: Scene['dial'] = async (to, { client = 'x', ...more } = {}) => {
    const dialled = await pool.open({
      client: { name: client, username: client, label: client, mayPin: true, plan: undefined },
      reachable: { destination: { host: nameOf('x.test'), port: to }, addresses: [address('127.0.0.1')] },
      group: 'x.test:*',
      pin: undefined,
      gone: new AbortController().signal,
      ...more,
    })
    if (!dialled.ok) return dialled
    dialled.value.socket.on('error', () => undefined)
    opened.push(dialled.value)
    return dialled
  }
  return {
    ...{ pool, echo, dial, begun },
    view: (name) => pool.views().find((each) => each.name === name) ?? raise(`there is no egress ${name}`),
    async egressesOf(to, count, more) {
      const names: string[] = []
      for (let i = 0; i < count; i += 1) {
        const dialled = await dial(to, more)
        names.push(dialled.ok ? dialled.value.egress : dialled.fault.code)
        if (dialled.ok) dialled.value.socket.destroy()
      }
      return names
    },
  }
}

export function nameOf(text: string): Host {
  const host = parseHost(text)
  if (!host.ok) throw new Error(host.fault)
  return host.value
}

export type Listener = {
  readonly port: number
  readonly at: string
  readonly sockets: readonly Socket[]
  /** What all connections together have sent. */
  readonly received: () => string
}

export async function startListener(
  t: Scope,
  serve: (socket: Socket) => void = () => undefined,
  host = '127.0.0.1',
): Promise<Listener> {
  const sockets: Socket[] = []
  let received = ''
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.on('data', (data) => void (received += data.toString('latin1')))
    serve(socket)
  })
  const { port } = await listenOn(server, host)
  t.after(async () => {
    for (const each of sockets) each.destroy()
    await closeServer(server)
  })
  return { port, at: `${host}:${port}`, sockets, received: () => received }
}

/** A port of loopback where nobody listens: nearly certainly still free when it is dialled. */
export async function closedPort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await closeServer(server)
  return port
}

export function raise(what: string): never {
  throw new Error(what)
}
