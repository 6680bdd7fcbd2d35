/** What the proxy of a `via` egress answers: to CONNECT over HTTP/1.1, and to a request of SOCKS5. */
import { parseAddress, type Address } from '../../../ip/address.ts'
import { socksReplyWords } from '../../../ip/socks-fields.ts'
import { fault, ok, type Result } from '../../../values/result.ts'
import { loopDetected, type SpeaksOf } from '../egress/dial-failure.ts'

export type UpstreamReply = {
  readonly status: number
  /** `error` of `Proxy-Status` (RFC 9209), if there is one. */
  readonly proxyError: string | undefined
  /** Where the upstream is a Sallyport: the address that its tunnel leaves from, by its own word (P-41). */
  readonly leavesFrom: Address | undefined
}

/** Of a head and its empty line. */
export const longestReplyHead: number = 16 * 1024

/** `head`: from the status line to before the empty line, without it. Lines end in CR LF, and nothing else does (G-22). */
export function parseUpstreamReply(head: string): Result<UpstreamReply, string> {
  const [first = '', ...lines] = head.split('\r\n')
  const status = /^HTTP\/1\.[01] ([1-9]\d{2})(?: .*)?$/.exec(first)?.[1]
  if (status === undefined) return fault('its answer does not begin with a status line of HTTP/1.1')
  const fields = lines.map((line) => /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/s.exec(line))
  if (fields.includes(null) || /[\r\n\0]/.test(lines.join(''))) return fault('its answer has a malformed header')
  const valueOf = (name: string): string | undefined =>
    fields.find((field) => field?.[1]?.toLowerCase() === name)?.[2]?.slice(0, 1000)
  return ok({
    status: Number(status),
    proxyError: /;\s*error=([a-z_]+)/.exec(valueOf('proxy-status') ?? '')?.[1],
    leavesFrom: addressOf(valueOf('sallyport-egress')),
  })
}

/** `a; address=192.0.2.1`, or `declared` where that one has it from yet another proxy. */
function addressOf(field: string | undefined): Address | undefined {
  const text = /;\s*(?:address|declared)="?\[?([0-9A-Fa-f.:]+)\]?"?(?:$|[;,\s])/.exec(field ?? '')?.[1]
  const address = text === undefined ? undefined : parseAddress(text)
  return address?.ok === true ? address.value : undefined
}

const deniedErrors = new Set(['http_request_denied', 'destination_ip_prohibited'])
const pathErrors = new Set([
  'dns_timeout',
  'dns_error',
  'destination_not_found',
  'destination_unavailable',
  'destination_ip_unroutable',
  'connection_refused',
  'connection_terminated',
  'connection_timeout',
  'proxy_loop_detected', // by this way; the other gateway is well
])
const ofTheProxy = new Set([407, 408, 425, 429])

/** Whom a refusal is about. `proxy`: it wants other credentials, is loaded or broken: the next egress is tried, and this one suspected. `path`: it
 *  could not reach the destination: the next one is tried, as after a refused dial of our own. `destination`: it judged the destination, and
 *  that is the answer. Where it does not say more, 403 and its like are judgements and 502 and 504 are of the path. */
export function upstreamSpeaksOf({ status, proxyError = '' }: Pick<UpstreamReply, 'status' | 'proxyError'>): SpeaksOf {
  if (ofTheProxy.has(status)) return 'proxy'
  if (deniedErrors.has(proxyError)) return 'destination'
  if (pathErrors.has(proxyError)) return 'path'
  if (status === 502 || status === 504 || status === loopDetected) return 'path'
  return status >= 400 && status < 500 ? 'destination' : 'proxy'
}

// RFC 1928 section 6
/** The others speak of the proxy. */
const socksSpeaksOf: Readonly<Record<number, SpeaksOf>> = {
  2: 'destination',
  3: 'path',
  4: 'path',
  5: 'path',
  6: 'path',
}

export function socksRefusal(reply: number): { readonly status: string; readonly speaksOf: SpeaksOf } {
  return { status: `SOCKS5 reply ${reply} (${socksReplyWords(reply)})`, speaksOf: socksSpeaksOf[reply] ?? 'proxy' }
}
