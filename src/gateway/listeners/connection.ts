/** A connection of a client, as the first byte has sorted it: what each protocol of the gateway is handed. */
import type { Duplex } from 'node:stream'
import type { Address } from '../../ip/address.ts'

export type Connection = {
  /** A net.Socket with allowHalfOpen and TCP_NODELAY, or the TLS socket over one. Paused: whoever is handed it calls `resume`. It has a listener
   *  for `error` already, so that an error never ends the process; whoever wants to know of it adds another. */
  readonly socket: Duplex
  /** Of the client, the PROXY protocol of listed peers applied (G-21). */
  readonly from: Address
  /** Bytes read already; they come before what the socket still gives. Empty for HTTP/2 alone, which is known by
   *  its name in the handshake (ALPN); else it holds the first byte at least. */
  readonly head: Buffer
  /** Whether it came through TLS. */
  readonly secure: boolean
  /** To be called once its credentials were right: from then on it is none of the strangers, of whom only so many are let in at a time (L-73).
   *  Another call does nothing. */
  readonly authenticated: () => void
}
