/** The header that a listed load balancer has to send before anything else (G-21). */
import { formatAddress } from '../../ip/address.ts'
import { readProxyHeader } from '../rules/wire/proxy-header.ts'
import type { Arrival } from './arrival.ts'
import { gather } from './gather.ts'
import type { QuietLog } from './quiet-log.ts'

/** Calls `next` with the source that the header names and with what came behind it. A peer that is listed and sends none is closed: whoever
 *  reaches it without its load balancer would otherwise be taken for that. */
export function readSource(arrival: Arrival, { next, log }: { next: (arrival: Arrival) => void; log: QuietLog }): void {
  const { socket, from, stranger } = arrival
  const refuse = (event: string, why: string): true => {
    log(event, { peer: formatAddress(from), why })
    socket.destroy()
    return true
  }
  const take = (bytes: Buffer): boolean => {
    const header = readProxyHeader(bytes)
    switch (header.kind) {
      case 'more':
        return false
      case 'none':
        return refuse('proxy-protocol-missing', 'the peer is in gateway.proxyProtocol.from and sent no header')
      case 'malformed':
        return refuse('proxy-protocol-malformed', header.why)
      case 'header': {
        const source = header.from ?? from
        if (!stranger.comesFrom(source)) return refuse('too-many-strangers', `they come from ${formatAddress(source)}`)
        next({ ...arrival, from: source, start: bytes.subarray(header.used) })
        return true
      }
    }
  }
  gather(socket, take)
}
