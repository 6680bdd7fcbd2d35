/** From a request on the socket to who asks: the one place where forwarding headers are read. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import type { RangeMatcher } from '../../ip/matcher.ts'
import { peerAddress, sourceAddress, type SourceAddress } from '../../ip/source-address.ts'
import type { Caller } from '../parts.ts'

const longestUserAgent = 256

/** A connection has one peer for all its requests. */
type Connected = { readonly direct: SourceAddress; readonly listening: () => boolean }
const known = new WeakMap<Socket, Connected>()

/** A request as far as it says who asks. */
export type Asking = {
  readonly socket: Socket
  readonly headers: Pick<IncomingHttpHeaders, 'accept' | 'authorization' | 'forwarded' | 'user-agent'> & {
    readonly 'x-forwarded-for'?: string | string[] | undefined
  }
}

/** Undefined once the socket is closed: it has no peer then, and nobody waits for an answer. */
export function callerOf({ socket, headers }: Asking, trustedProxies: RangeMatcher): Caller | undefined {
  const connected = known.get(socket) ?? connectedBy(socket)
  if (connected === undefined) return undefined
  const { direct, listening } = connected
  const xForwardedFor = headers['x-forwarded-for']
  const { forwarded } = headers
  const from =
    xForwardedFor === undefined && forwarded === undefined
      ? direct
      : sourceAddress({ peer: direct.peer, xForwardedFor, forwarded }, trustedProxies)
  return { from, userAgent: headers['user-agent']?.slice(0, longestUserAgent), listening }
}

function connectedBy(socket: Socket): Connected | undefined {
  const peer = peerAddress(socket.remoteAddress ?? '')
  if (!peer.ok) return undefined
  const connected: Connected = {
    direct: { address: peer.value, via: 'peer', peer: peer.value },
    listening: () => !socket.destroyed,
  }
  known.set(socket, connected)
  return connected
}
