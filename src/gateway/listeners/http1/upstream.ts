/** A connection to a destination that carries forwarded requests of one connection of one client, one after the other. */
import type { Duplex } from 'node:stream'
import { breakOff, codeOf } from '../../relay/break-off.ts'
import type { CutReason, Dialled, LiveTunnel, TunnelEnd } from '../../tunnel.ts'
import type { Http1Parts } from './http1-parts.ts'

export type Upstream = {
  /** Requests share it only if this is the same: destination and choice of egress; the client is, since its connection is (L-80). */
  readonly key: string
  readonly tunnel: LiveTunnel
  readonly socket: Duplex
  /** Whoever waits for the response to the request that was sent last. */
  user: UpstreamUser | undefined
  /** Milliseconds of the wheel. */
  idleSince: number
  /** Undefined: it ends in order. */
  end: TunnelEnd | undefined
  /** Writes its record, the first time that it is called. */
  readonly ended: () => void
}

export type UpstreamUser = {
  readonly data: (chunk: Buffer) => void
  /** The destination has nothing more to send. */
  readonly end: () => void
  /** The destination takes more. */
  readonly drain: () => void
  /** Broken; nothing more comes. */
  readonly broken: () => void
  /** The gateway has ended it. */
  readonly cut: (why: CutReason) => void
}

export function openUpstream(
  parts: Http1Parts,
  key: string,
  opened: { tunnel: LiveTunnel; dialled: Dialled },
): Upstream {
  const { tunnel, dialled } = opened
  const { socket } = dialled
  let over = false
  const ended = (): void => {
    if (over) return
    over = true
    tunnel.cut = undefined
    tunnel.endIfIdle = undefined
    parts.ended(tunnel, upstream.end ?? { kind: 'closed' })
    upstream.user?.broken()
  }
  const upstream: Upstream = { key, tunnel, socket, user: undefined, idleSince: 0, end: undefined, ended }
  tunnel.cut = (why) => {
    upstream.end ??= { kind: 'cut', why }
    breakOff(socket)
    upstream.user?.cut(why)
  }
  tunnel.endIfIdle = () => {
    if (upstream.user === undefined) dropUpstream(upstream)
  }
  socket.on('data', (chunk: Buffer) => {
    tunnel.down += chunk.length
    if (upstream.user === undefined) return dropUpstream(upstream) // nobody has asked
    upstream.user.data(chunk)
  })
  socket.on('end', () => {
    if (upstream.user === undefined) return dropUpstream(upstream)
    upstream.user.end()
  })
  socket.on('drain', () => upstream.user?.drain())
  socket.on('error', (error) => {
    upstream.end ??= { kind: 'broken', side: 'destination', code: codeOf(error) }
  })
  if (socket.closed) ended()
  else socket.on('close', ended)
  return upstream
}

/** Nothing is asked any more: it is closed in order. It counts as ended at once: what is opened in its place must not be one connection too many. */
export function dropUpstream(upstream: Upstream): void {
  upstream.user = undefined
  upstream.socket.destroy()
  upstream.ended()
}

/** In the middle of something: the destination must not take what it has got for the whole. */
export function breakUpstream(upstream: Upstream, end: TunnelEnd): void {
  upstream.user = undefined
  upstream.end ??= end
  breakOff(upstream.socket)
}

export function write(upstream: Upstream, text: string): void {
  upstream.tunnel.up += text.length
  upstream.socket.write(text, 'latin1')
}

export function dropKept(holder: { kept: Upstream | undefined }): void {
  const { kept } = holder
  if (kept === undefined) return
  Object.assign(holder, { kept: undefined })
  dropUpstream(kept)
}

/** Whether another request may go out on it. One that must not be sent twice goes out only where the destination has just answered: on a
 *  connection that has been idle for longer it might cross with its close, and nobody would know whether it was heard (P-40). */
export function isReusable(upstream: Upstream, request: { key: string; method: string }, now: number): boolean {
  const { socket } = upstream
  if (upstream.key !== request.key || socket.destroyed || socket.readableEnded) return false
  return now - upstream.idleSince <= (idempotent.has(request.method) ? longestIdle : longestIdleBeforePost)
}

const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']) // RFC 9110 section 9.2.2
const longestIdle = 4000 // ms; common servers close after 5 s
const longestIdleBeforePost = 1000
