/** What a connection speaks, told by its first bytes; none of them is lost to whoever goes on. */
import { formatAddress } from '../../ip/address.ts'
import { readProxyHeader } from '../rules/wire/proxy-header.ts'
import { handOver, type Arrival, type Protocols } from './arrival.ts'
import { gather } from './gather.ts'
import { sayGoodbye } from './goodbye.ts'
import type { QuietLog } from './quiet-log.ts'

export type Sorting = {
  readonly protocols: Protocols
  /** Undefined without TLS to the gateway. */
  readonly tls: ((arrival: Arrival) => void) | undefined
  readonly log: QuietLog
}

const firstOf = { socks5: 0x05, socks4: 0x04, tls: 0x16, carriageReturn: 0x0d, capitalP: 0x50 } as const

export function sort(arrival: Arrival, sorting: Sorting): void {
  gather(arrival.socket, (bytes) => take({ ...arrival, start: bytes }, sorting), arrival.start)
}

/** False: more is needed to tell. */
function take(arrival: Arrival, { protocols, tls, log }: Sorting): boolean {
  const bytes = arrival.start
  switch (bytes[0]) {
    case undefined:
      return false
    case firstOf.socks5:
      handOver(arrival, protocols.socks5, bytes)
      return true
    case firstOf.tls:
      if (tls === undefined || arrival.secure) refuse(arrival, refusals.tls, log)
      else tls(arrival)
      return true
    case firstOf.socks4:
      refuse(arrival, refusals.socks4, log)
      return true
    case firstOf.carriageReturn:
    case firstOf.capitalP:
      return takeUnlessProxyHeader(arrival, { protocols, log })
    default:
      handOver(arrival, protocols.http1, bytes)
      return true
  }
}

/** `POST` and an empty line before a request begin like a header of the PROXY protocol, which is refused from everyone who is not listed: a client
 *  could claim to be anybody (G-21). */
function takeUnlessProxyHeader(arrival: Arrival, { protocols, log }: Pick<Sorting, 'protocols' | 'log'>): boolean {
  const bytes = arrival.start
  const { kind } = readProxyHeader(bytes)
  if (kind === 'more' && bytes.length < shortestSignature(bytes)) return false
  if (kind === 'none') handOver(arrival, protocols.http1, bytes)
  else refuse(arrival, refusals.proxyHeader, log)
  return true
}

const shortestSignature = (bytes: Buffer): number => (bytes[0] === firstOf.capitalP ? 6 : 12)

type Refused = { readonly event: string; readonly next: string; readonly words: Uint8Array }

const refusals = {
  tls: {
    event: 'tls-refused',
    next: 'The client speaks TLS to a port without it: write http:// in its connection URL, or set gateway.tls.',
    words: Uint8Array.of(0x15, 3, 1, 0, 2, 2, 0x28), // a fatal alert, handshake_failure (RFC 5246 section 7.2)
  },
  socks4: {
    event: 'socks4-refused',
    next: 'SOCKS4 has no password: write socks5h:// in the connection URL of the client.',
    words: Uint8Array.of(0, 0x5b, 0, 0, 0, 0, 0, 0), // request rejected
  },
  proxyHeader: {
    event: 'proxy-protocol-refused',
    next: 'The peer sends the PROXY protocol and is not listed: if it is your load balancer, add it to gateway.proxyProtocol.from.',
    words: Buffer.from(
      'HTTP/1.1 400 Bad Request\r\nProxy-Status: sallyport; error=http_request_error; details="PROXY_PROTOCOL_REFUSED"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    ),
  },
} as const satisfies Readonly<Record<string, Refused>>

function refuse({ socket, from }: Arrival, { event, next, words }: Refused, log: QuietLog): void {
  log(event, { from: formatAddress(from), next })
  sayGoodbye(socket, words)
}
