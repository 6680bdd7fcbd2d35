/** How the keeper reaches a token endpoint: always through the proxy that it was given, or directly where that was said in words (L-70). */
import type { Socket } from 'node:net'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import { fault, ok, type Result } from '../../values/result.ts'
import { formatHost, parseHost, type Destination, type Host } from '../../ip/hosts.ts'
import { isLoginHost, judgeLoginAddresses, type LoginHosts } from '../rules/login-hosts.ts'
import { parseProxyUrl, type ProxyUrl } from '../../ip/proxy-url.ts'
import type { Route } from '../rules/route.ts'
import { openConnection, type Connection } from './connection.ts'
import { onceRead } from './once-read.ts'
import { resolveBySystem, type Judged, type Resolve } from './resolve.ts'
import { openTunnel, type NotOpened, type Tunnel } from './tunnel.ts'

export type TransportParts = {
  readonly route: Route
  /** Besides those of Salesforce, which hosts may be spoken to at all, and directly at which addresses (P-28). */
  readonly hosts: LoginHosts
  /** The system's where it is left out. */
  readonly resolve?: Resolve | undefined
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Milliseconds that never go back. */
  readonly monotonic: () => number
  readonly tls?: {
    /** Certificates (PEM) to be trusted besides those of Node and of the system, for the proxy and for destinations. */
    readonly ca: readonly string[]
  }
}

export type OpenWish = {
  /** A name, or an address. */
  readonly host: string
  readonly port: number
  /** TLS to the host, its name checked. */
  readonly secure: boolean
  /** Name of the one egress to leave by. */
  readonly pin?: string | undefined
  /** When it is to be open; on the clock of the parts, like `endsAt`. */
  readonly deadline: number
  /** When the connection is destroyed here, and cut by the gateway if that can (P-21). Later than `deadline`. */
  readonly endsAt: number
}

export type TunnelWish = Pick<OpenWish, 'host' | 'port' | 'secure'> & { readonly withinMs: number }

export type Opened = { readonly kind: 'open'; readonly connection: Connection } | NotOpened

export type Transport = {
  /** Rejects only on a wish that makes no sense. Nothing has been sent to the host when it resolves, but its part of TLS. */
  readonly open: (wish: OpenWish) => Promise<Opened>
  /** For requests that may be sent again or come in pieces: a stream to the host, whole and open until somebody ends it. A failed one has left nothing open. */
  readonly tunnel: (wish: TunnelWish) => Promise<Result<Tunnel, NotOpened>>
  /** For people, without credentials: `http://127.0.0.1:9293`, or `directly`. */
  readonly shown: string
}

/** The fault is a sentence for the operator. */
export function openTransport(parts: TransportParts): Result<Transport, string> {
  const { route } = parts
  const proxy = route.kind === 'proxy' ? parseProxyUrl(route.url.expose()) : ok(undefined)
  if (!proxy.ok) return fault(`The URL of the proxy ${proxy.fault}.`)
  const trust = openTrust(parts.tls?.ca ?? [])
  return ok({
    open: async (wish) => await open({ ...parts, proxy: proxy.value, trust }, wish),
    tunnel: async (wish) => await tunnelTo({ ...parts, proxy: proxy.value, trust }, wish),
    shown: proxy.value?.shown ?? 'directly',
  })
}

type Means = Pick<TransportParts, 'clock' | 'monotonic' | 'hosts' | 'resolve'> & {
  readonly proxy: ProxyUrl | undefined
  readonly trust: () => SecureContext
}

async function tunnelTo(
  means: Means,
  { host: text, port, secure, withinMs }: TunnelWish,
): Promise<Result<Tunnel, NotOpened>> {
  const host = hostOf(means, text)
  if (!host.ok) return fault(refused('resolve', host.fault))
  const to = { host: host.value, port }
  let timer: NodeJS.Timeout | undefined
  let late = false
  const begun = (socket: Socket): void => {
    timer = setTimeout(() => {
      late = true
      socket.destroy(new Error(tooLate))
    }, withinMs)
  }
  const tunnel = await openTunnel({
    ...{ to, secure, pin: undefined, endsWithin: undefined, begun, judged: judgedBy(means, to) },
    ...{ proxy: means.proxy, trust: means.trust },
  })
  clearTimeout(timer)
  if (!late) return tunnel
  if (tunnel.ok) tunnel.value.raw.destroy()
  return fault(refused('connect', tooLate))
}

async function open(means: Means, wish: OpenWish): Promise<Opened> {
  const { clock, monotonic } = means
  const { secure, pin, deadline, endsAt } = wish
  if (!(endsAt > deadline)) throw new Error('a connection must end later than the deadline for its opening')
  const host = hostOf(means, wish.host)
  if (!host.ok) return refused('resolve', host.fault)
  if (pin !== undefined && !/^[!-~](?:[ -~]*[!-~])?$/.test(pin))
    return refused('proxy', 'the egress has no possible name')
  const to: Destination = { host: host.value, port: wish.port }
  const begins = { wall: clock(), monotonic: monotonic() }
  if (begins.wall >= deadline) return refused('connect', tooLate)
  const course = openCourse(deadline - begins.wall, endsAt - begins.wall)
  // counted by the gateway from when it reads this, which is before the deadline: clocks need not agree, and the end is never late
  const endsWithin = endsAt - deadline
  const { proxy, trust } = means
  const judged = judgedBy(means, to)
  const tunnel = await openTunnel({ to, secure, pin, endsWithin, proxy, trust, judged, begun: course.begun })
  const late = course.opened()
  if (!tunnel.ok) return late === undefined ? tunnel.fault : { ...tunnel.fault, why: late }
  const isOver = (): boolean => clock() >= endsAt || monotonic() - begins.monotonic >= endsAt - begins.wall
  if (isOver() || late !== undefined) return discarded(tunnel.value, late ?? tooLate)
  const { egress, leavesFrom, endsWithin: promised = Infinity } = tunnel.value.answer
  const tunnelEndsAt = promised <= endsWithin ? endsAt : undefined
  const { raw, stream } = tunnel.value
  const connection = openConnection({ raw, stream, egress, leavesFrom, tunnelEndsAt, isOver, to: { ...to, secure } })
  return { kind: 'open', connection }
}

/** Whoever could save a login URL before there was a list, or brings one from another vault, comes by here as well. */
function hostOf({ hosts }: Means, text: string): Result<Host, string> {
  const host = parseHost(text)
  if (!host.ok) return fault(`the host ${host.fault}`)
  if (isLoginHost(hosts, host.value)) return host
  return fault(`${formatHost(host.value)} is no host of Salesforce, and keeper.loginHosts does not list it`)
}

const judgedBy = ({ hosts, resolve = resolveBySystem }: Means, to: Destination): Judged => ({
  resolve,
  judge: (addresses) => judgeLoginAddresses(hosts, to, addresses),
})

const tooLate = 'the deadline for opening the connection has passed'

type Course = {
  readonly begun: (socket: Socket) => void
  /** Why it is too late, if it is. */
  readonly opened: () => string | undefined
}

/** Its two timers destroy the socket, and end with it. The last one resets: a kernel would go on sending what it has taken (P-21). */
function openCourse(openMs: number, endMs: number): Course {
  let late = false
  let timer: NodeJS.Timeout | undefined
  return {
    begun(socket) {
      timer = setTimeout(() => {
        late = true
        socket.destroy(new Error(tooLate))
      }, openMs)
      const end = onceRead(() => socket.resetAndDestroy(), endMs)
      socket.once('close', () => {
        clearTimeout(timer)
        clearTimeout(end)
      })
    },
    opened() {
      clearTimeout(timer)
      return late ? tooLate : undefined
    },
  }
}

function discarded({ raw }: Tunnel, why: string): NotOpened {
  raw.destroy()
  return refused('tls', why)
}

function refused(stage: NotOpened['stage'], why: string): NotOpened {
  return { kind: 'not-opened', stage, why }
}

/** Made when first asked for: it reads hundreds. */
export function openTrust(ca: readonly string[]): () => SecureContext {
  let context: SecureContext | undefined
  return () =>
    (context ??= createSecureContext({
      ca: [...getCACertificates('default'), ...getCACertificates('system'), ...ca],
      minVersion: 'TLSv1.2',
    }))
}
