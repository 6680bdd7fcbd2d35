/** From a request on the socket to who asks: the one place where forwarding headers are read. */
import type { IncomingMessage } from 'node:http'
import type { RangeMatcher } from '../../ip/matcher.ts'
import { peerAddress, sourceAddress } from '../../ip/source-address.ts'
import type { Caller } from '../parts.ts'

const longestUserAgent = 256

/** Undefined once the socket is closed: it has no peer then, and nobody waits for an answer. */
export function callerOf({ socket, headers }: IncomingMessage, trustedProxies: RangeMatcher): Caller | undefined {
  const peer = peerAddress(socket.remoteAddress ?? '')
  if (!peer.ok) return undefined
  const from = sourceAddress(
    { peer: peer.value, xForwardedFor: headers['x-forwarded-for'], forwarded: headers['forwarded'] },
    trustedProxies,
  )
  return {
    from,
    userAgent: headers['user-agent']?.slice(0, longestUserAgent),
    listening: () => !socket.destroyed,
  }
}
