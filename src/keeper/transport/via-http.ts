/** CONNECT to a proxy over HTTP/1.1 (RFC 9110 section 9.3.6), for https and http targets alike (P-24). */
import type { Duplex } from 'node:stream'
import { fault, ok, type Result } from '../../values/result.ts'
import { formatDestination, type Destination } from '../../ip/hosts.ts'
import { FirstBytes } from '../../streams/first-bytes.ts'
import { longestProxyHead, parseProxyReply, type ProxyReply } from '../rules/proxy-reply.ts'
import type { ProxyUrl } from '../../ip/proxy-url.ts'

export type TunnelQuestion = {
  readonly url: ProxyUrl
  readonly to: Destination
  /** Name of the one egress that is wanted. */
  readonly pin: string | undefined
  /** Undefined: it is not asked to. Milliseconds after which the proxy is asked to cut the tunnel, from when it has read this (P-21). */
  readonly endsWithin: number | undefined
}

export type TunnelAnswer = Pick<ProxyReply, 'egress' | 'leavesFrom' | 'endsWithin'>
/** A clause about the proxy. */
export type TunnelFault = { readonly why: string; readonly status?: number }

const mostInterim = 10

/** `stream` carries the tunnel afterwards, what has come of it included. */
export async function askHttpProxy(
  stream: Duplex,
  question: TunnelQuestion,
): Promise<Result<TunnelAnswer, TunnelFault>> {
  const reader = new FirstBytes(stream)
  stream.write(connectHead(question))
  for (let interim = 0; interim < mostInterim; interim += 1) {
    const head = await reader.until('\r\n\r\n', longestProxyHead)
    if (head === undefined) return fault({ why: reader.fault })
    const reply = parseProxyReply(head.toString('latin1'))
    if (!reply.ok) return fault({ why: reply.fault })
    if (reply.value.status < 200) continue
    reader.release()
    return reply.value.status < 300 ? ok(reply.value) : fault(refusalOf(reply.value))
  }
  return fault({ why: 'it sends interim answers without end' })
}

const refusalOf = ({ status, says }: ProxyReply): TunnelFault => ({
  why: `it refused the tunnel with ${status}${says === undefined ? '' : ` (${says})`}`,
  status,
})

function connectHead({ url: { credentials }, to, pin, endsWithin }: TunnelQuestion): string {
  const authority = formatDestination(to)
  const basic = credentials && Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')
  const lines = [
    `CONNECT ${authority} HTTP/1.1`,
    `Host: ${authority}`,
    ...(basic === undefined ? [] : [`Proxy-Authorization: Basic ${basic}`]),
    ...(pin === undefined ? [] : [`Sallyport-Egress: ${pin}`]),
    ...(endsWithin === undefined ? [] : [`Sallyport-Tunnel-Ends: ${endsWithin}`]),
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}
