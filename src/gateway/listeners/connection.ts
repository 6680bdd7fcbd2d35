/** A connection of a client, as the first byte has sorted it: what each protocol of the gateway is handed. */
import type { Duplex } from 'node:stream'
import type { Address } from '../../ip/address.ts'

export type Connection = {
  /** A net.Socket with allowHalfOpen and TCP_NODELAY, or the TLS socket over one. Paused, without listeners of its own but those of its making:
   *  whoever is handed it listens for `error` before anything else. */
  readonly socket: Duplex
  /** Of the client, the PROXY protocol of listed peers applied (G-21). */
  readonly from: Address
  /** Bytes read already; they come before what the socket still gives. Never empty: it holds the first byte at least. */
  readonly head: Buffer
  /** Whether it came through TLS. */
  readonly secure: boolean
}
