/** CONNECT to a proxy over HTTP/1.1 (RFC 9110 section 9.3.6). */
import type { Duplex } from 'node:stream'
import type { Address } from '../../ip/address.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import { formatDestination, type Destination } from '../rules/destination/destination.ts'
import type { DialFailure } from '../rules/egress/dial-failure.ts'
import type { ProxyUrl } from '../../ip/proxy-url.ts'
import type { FirstBytes } from '../../streams/first-bytes.ts'
import { longestReplyHead, parseUpstreamReply, upstreamSpeaksOf } from '../rules/wire/upstream-reply.ts'

export type ProxyQuestion = {
  readonly url: ProxyUrl
  readonly pseudonym: string
  readonly passed: string | undefined
  readonly to: Destination
  readonly socket: Duplex
  readonly reader: FirstBytes
}
/** A fault as text is a clause about the proxy, which did not keep to its protocol. */
export type ProxyAnswer = Result<{ readonly leavesFrom: Address | undefined }, DialFailure | string>

const mostInterim = 10

export async function askHttpProxy({ url, socket, reader, ...request }: ProxyQuestion): Promise<ProxyAnswer> {
  socket.write(connectHead(url, request))
  for (let interim = 0; interim < mostInterim; interim += 1) {
    const head = await reader.until('\r\n\r\n', longestReplyHead)
    if (head === undefined) return fault(reader.fault)
    const reply = parseUpstreamReply(head.toString('latin1'))
    if (!reply.ok) return reply
    const { status, leavesFrom } = reply.value
    if (status >= 200 && status < 300) return ok({ leavesFrom })
    if (status >= 200) return fault({ kind: 'proxy-refused', status, speaksOf: upstreamSpeaksOf(reply.value) })
  }
  return fault('it sends interim answers without end')
}

function connectHead(
  { credentials }: ProxyUrl,
  { to, pseudonym, passed }: Pick<ProxyQuestion, 'to' | 'pseudonym' | 'passed'>,
): string {
  const authority = formatDestination(to)
  const basic = credentials && Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')
  const authorization = basic === undefined ? '' : `Proxy-Authorization: Basic ${basic}\r\n`
  return `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${authorization}Via: ${passed === undefined ? '' : `${passed}, `}1.1 ${pseudonym}\r\n\r\n`
}
