/** One connection through another proxy: to the proxy, TLS where it is https, and the proxy's own protocol. */
import type { Socket } from 'node:net'
import { connect as connectTls, type SecureContext } from 'node:tls'
import { formatAddress, type Address } from '../../ip/address.ts'
import type { DeadlineWheel } from '../relay/deadline-wheel.ts'
import { classifyDial, describeFailure, type DialFailure } from '../rules/egress/dial-failure.ts'
import type { Destination, Host } from '../rules/destination/destination.ts'
import type { ProxyUrl } from '../../ip/proxy-url.ts'
import { FirstBytes } from '../../streams/first-bytes.ts'
import type { Connect, Connection } from './dial.ts'
import { race, type AttemptEnd, type Cancel } from './race.ts'
import { askHttpProxy } from './via-http.ts'
import { askSocksProxy } from './via-socks5.ts'

export type ViaSide = {
  readonly url: ProxyUrl
  readonly connect: Connect
  /** Of this gateway, for `Via`: by it a proxy that leads back here is found out. */
  readonly pseudonym: string
  readonly resolve: ResolveHost
  /** Verifies an https proxy. */
  readonly trust: () => SecureContext
  readonly wheel: DeadlineWheel
  readonly monotonic: () => number
  readonly attemptMs: () => number
  readonly dialMs: () => number
}

/** `passed`: the proxies before this gateway, as `Via` names them. */
export type ViaTarget = { readonly destination: Destination; readonly passed?: string | undefined }

/** The addresses of a host that the operator has named, in order; none where it does not resolve. Rejects nothing. */
export type ResolveHost = (host: Host) => Promise<readonly Address[]>

/** The name is sent, not an address: the proxy resolves and judges (P-43). What the proxy sends behind its answer is put back into the socket. */
export function dialVia(side: ViaSide, to: ViaTarget, ended: (end: AttemptEnd<Connection>) => void): Cancel {
  let cancel: Cancel = () => undefined
  let over = false
  const end = (how: AttemptEnd<Connection>): void => {
    if (!over) ended(how)
    over = true
  }
  const fail = (failure: DialFailure): void => end({ kind: 'failed', failure })
  const resolved = (addresses: readonly Address[]): void => {
    if (over) return
    if (addresses.length === 0) return fail(proxyFailed(side, 'its name does not resolve'))
    cancel = reachProxy(side, addresses, (reached) => {
      if (!reached.ok) return fail(reached.failure)
      cancel = () => void reached.socket.destroy()
      void askProxy(side, to, reached.socket).then(end)
    })
  }
  void side.resolve(side.url.host).then(resolved)
  return () => {
    over = true
    cancel()
  }
}

type Reached = { readonly ok: true; readonly socket: Socket } | { readonly ok: false; readonly failure: DialFailure }

/** Happy Eyeballs over the addresses of the proxy (RFC 8305). The default route is right here: what the far side sees is the proxy. */
function reachProxy(side: ViaSide, addresses: readonly Address[], reached: (how: Reached) => void): Cancel {
  const course = {
    count: () => addresses.length,
    start: (n: number, ended: (end: AttemptEnd<Socket>) => void) =>
      dialProxy(side, addresses[n] ?? raise('no address'), ended),
    patience: side.attemptMs,
    endsIt: () => false,
    totalMs: side.dialMs(),
    discard: (socket: Socket) => void socket.destroy(),
  }
  return race<Socket>(course, side, (outcome) => {
    if (outcome.kind === 'won') return reached({ ok: true, socket: outcome.value })
    const failure = outcome.failed[0]?.failure ?? { kind: 'timed-out' }
    if (failure.kind === 'descriptors-exhausted' || failure.kind === 'ports-exhausted')
      return reached({ ok: false, failure })
    reached({ ok: false, failure: proxyFailed(side, describeFailure(failure)) })
  })
}

function dialProxy(side: ViaSide, address: Address, ended: (end: AttemptEnd<Socket>) => void): Cancel {
  const host = formatAddress(address)
  const socket = side.connect({ host, port: side.url.port, noDelay: true, allowHalfOpen: true })
  const failed = (error: NodeJS.ErrnoException): void =>
    ended({
      kind: 'failed',
      failure: classifyDial({ code: error.code ?? error.message, syscall: error.syscall }, host),
    })
  socket.once('error', failed)
  socket.once('connect', () => {
    socket.off('error', failed)
    ended({ kind: 'connected', value: socket })
  })
  return () => void socket.destroy()
}

async function askProxy(
  side: ViaSide,
  { destination, passed }: ViaTarget,
  raw: Socket,
): Promise<AttemptEnd<Connection>> {
  const socket = side.url.protocol === 'https' ? secured(side, raw) : raw
  const reader = new FirstBytes(socket)
  const ask = side.url.protocol === 'socks5' ? askSocksProxy : askHttpProxy
  const answer = await ask({ url: side.url, pseudonym: side.pseudonym, to: destination, passed, socket, reader })
  if (answer.ok) {
    reader.release()
    return { kind: 'connected', value: { socket, remote: undefined, leavesFrom: answer.value.leavesFrom } }
  }
  socket.destroy()
  const { fault } = answer
  return { kind: 'failed', failure: typeof fault === 'string' ? proxyFailed(side, fault) : fault }
}

/** `allowHalfOpen` it has from the socket below. */
function secured(side: ViaSide, socket: Socket): Socket {
  const { host } = side.url
  const name = host.kind === 'name' ? host.name : formatAddress(host.address)
  socket.on('error', () => undefined) // the TLS socket has its own
  return connectTls({
    socket,
    host: name, // what the certificate is held against
    ...(host.kind === 'name' ? { servername: name } : {}),
    secureContext: side.trust(),
    ALPNProtocols: ['http/1.1'],
  })
}

const proxyFailed = (side: ViaSide, why: string): DialFailure => ({
  kind: 'proxy-failed',
  why: `the proxy ${side.url.shown} failed: ${why}`,
})

function raise(what: string): never {
  throw new Error(what)
}
