/** A listener of the gateway: HTTP/1.1, SOCKS5 and, with TLS, HTTP/2 on one port. */
import type { ListenAddress } from '../../documents/formats.ts'
import type { GatewayParts } from '../parts.ts'
import type { Protocols } from './arrival.ts'
import { openHttp1 } from './http1/serve.ts'
import { openHttp2 } from './http2.ts'
import { openPort, type Port } from './port.ts'
import { findDescriptorLimit, roomWithin } from './room.ts'
import { openSocks5 } from './socks5.ts'
import type { TlsMaterial } from './tls.ts'

export type Listener = Port

export type ListenerOptions = {
  readonly listen: ListenAddress
  readonly tls?: TlsMaterial | undefined
  /** Others than the gateway's own, whose end is then the caller's business. */
  readonly protocols?: Protocols
}

/** There may be several. Rejects with an Error that says what to do, where it cannot listen there or TLS cannot be used; its `code` is that of the
 *  system. `close` tells the clients of HTTP/2 as well that no new tunnel is taken. */
export async function openListener(
  parts: GatewayParts,
  { listen, tls, protocols }: ListenerOptions,
): Promise<Listener> {
  const http2 = openHttp2(parts)
  const own: Protocols = {
    http1: openHttp1(parts),
    http2: http2.serve,
    socks5: openSocks5(parts),
  }
  const room = roomWithin(findDescriptorLimit())
  const port = await openPort(parts, { listen, tls, protocols: protocols ?? own, room })
  return {
    ...port,
    close() {
      port.close()
      http2.drain()
    },
  }
}
