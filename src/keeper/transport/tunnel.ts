/** From nothing to a stream that ends at the destination, over which nothing has been sent: TCP, the proxy's own TLS and protocol, TLS to the
 *  destination. */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { SecureContext } from 'node:tls'
import { fault, ok, type Result } from '../../values/result.ts'
import { formatDestination, type Destination } from '../../ip/hosts.ts'
import type { ProxyUrl } from '../../ip/proxy-url.ts'
import { dial } from './dial.ts'
import type { Judged } from './resolve.ts'
import { atRest, secured } from './secure.ts'
import { askHttpProxy, type TunnelAnswer, type TunnelQuestion } from './via-http.ts'
import { askSocksProxy } from './via-socks.ts'

/** Where it stopped. `resolve` and `connect` are of the proxy, or of the destination where there is none; `proxy` is what the proxy says, its TLS
 *  included; `tls` is of the destination. */
export type Stage = 'resolve' | 'connect' | 'proxy' | 'tls'

/** `why` is a sentence without its full stop, and holds no secret. `status` is the proxy's HTTP status, where it refused with one. */
export type NotOpened = {
  readonly kind: 'not-opened'
  readonly stage: Stage
  readonly why: string
  readonly status?: number
}

export type Tunnel = {
  /** TCP, at the bottom: what the kernel has taken is counted here, and its end ends all. */
  readonly raw: Socket
  /** The same, or TLS over it. */
  readonly stream: Duplex
  readonly answer: TunnelAnswer
}

export type TunnelWish = {
  readonly to: Destination
  readonly secure: boolean
  readonly pin: string | undefined
  readonly endsWithin: number | undefined
  readonly trust: () => SecureContext
  /** Undefined: straight to the destination. */
  readonly proxy: ProxyUrl | undefined
  /** Of the destination's addresses, where there is no proxy; a proxy resolves and judges for itself. */
  readonly judged: Judged
  /** Is given the socket before it is connected, so that a deadline can destroy it. */
  readonly begun: (socket: Socket) => void
}

/** A failed one has left nothing open. */
export async function openTunnel(wish: TunnelWish): Promise<Result<Tunnel, NotOpened>> {
  const { to, proxy, begun } = wish
  const dialled = await (proxy === undefined ? dial(to, begun, wish.judged) : dial(proxy, begun))
  if (dialled.kind === 'failed') return notOpened(dialled.stage, `${whom(wish)} was not reached: ${dialled.why}`)
  const raw = dialled.socket
  const tunnel = await overSocket(raw, wish)
  if (!tunnel.ok) raw.destroy()
  return tunnel
}

async function overSocket(raw: Socket, wish: TunnelWish): Promise<Result<Tunnel, NotOpened>> {
  const proxied = await throughProxy(raw, wish)
  if (!proxied.ok) return proxied
  const { stream, answer } = proxied.value
  if (!wish.secure) return ok({ raw, stream, answer })
  const safe = await secured(stream, { host: wish.to.host, trust: wish.trust() })
  if (!safe.ok) return notOpened('tls', `TLS with ${formatDestination(wish.to)} failed: ${safe.fault}`)
  return ok({ raw, stream: safe.value, answer })
}

async function throughProxy(raw: Socket, wish: TunnelWish): Promise<Result<Omit<Tunnel, 'raw'>, NotOpened>> {
  const { proxy, pin } = wish
  if (proxy === undefined) {
    if (pin !== undefined) return notOpened('proxy', `egress ${pin} was asked for, and there is no proxy to ask`)
    return ok({ stream: raw, answer: { egress: undefined, leavesFrom: raw.localAddress, endsWithin: undefined } })
  }
  const safe = proxy.protocol === 'https' ? await secured(raw, { host: proxy.host, trust: wish.trust() }) : ok(raw)
  if (!safe.ok) return notOpened('proxy', `TLS with ${whom(wish)} failed: ${safe.fault}`)
  const ask = proxy.protocol === 'socks5' ? askSocksProxy : askHttpProxy
  const question: TunnelQuestion = { url: proxy, to: wish.to, pin, endsWithin: wish.endsWithin }
  const answer = await ask(safe.value, question)
  if (!answer.ok) return proxyFailed(wish, answer.fault)
  if (proxy.protocol === 'https') await atRest(raw)
  const other = otherEgress(wish, answer.value)
  return other === undefined ? ok({ stream: safe.value, answer: answer.value }) : proxyFailed(wish, { why: other })
}

/** An egress that was asked for and is not confirmed is not that egress. SOCKS5 has no way to confirm it, but refuses a user that it does not know. */
function otherEgress({ proxy, pin }: TunnelWish, { egress }: TunnelAnswer): string | undefined {
  if (pin === undefined || pin === egress || proxy?.protocol === 'socks5') return undefined
  return `egress ${pin} was asked for, and it ${egress === undefined ? 'names none' : `took ${egress}`}`
}

const whom = ({ proxy, to }: TunnelWish): string =>
  proxy === undefined ? formatDestination(to) : `the proxy ${proxy.shown}`

function proxyFailed(
  wish: TunnelWish,
  { why, status }: { readonly why: string; readonly status?: number },
): Result<never, NotOpened> {
  return notOpened('proxy', `${whom(wish)} gave no tunnel to ${formatDestination(wish.to)}: ${why}`, status)
}

export const notOpened = (stage: Stage, why: string, status?: number): Result<never, NotOpened> =>
  fault({ kind: 'not-opened', stage, why, ...(status === undefined ? {} : { status }) })
