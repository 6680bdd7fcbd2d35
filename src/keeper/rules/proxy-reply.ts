/** What the proxy answers: to CONNECT over HTTP/1.1, and to a request of SOCKS5. */
import { formatAddress, parseAddress } from '../../ip/address.ts'
import { socksReplyWords } from '../../ip/socks-fields.ts'
import { fault, ok, type Result } from '../../values/result.ts'

export type ProxyReply = {
  readonly status: number
  /** Name of the egress, where the proxy is a Sallyport and says it. */
  readonly egress: string | undefined
  /** The address that the tunnel leaves from, by the proxy's own word (P-41); canonical text. */
  readonly leavesFrom: string | undefined
  /** Milliseconds after which the gateway cuts the tunnel, by its own promise (P-21). */
  readonly endsWithin: number | undefined
  /** `error` and `details` of `Proxy-Status` (RFC 9209), to be shown. */
  readonly says: string | undefined
}

/** Of a head and its empty line. */
export const longestProxyHead: number = 16 * 1024

/** `head`: from the status line to before the empty line, without it. The fault is a clause about the proxy. */
export function parseProxyReply(head: string): Result<ProxyReply, string> {
  const [first = '', ...lines] = head.split('\r\n')
  const status = /^HTTP\/1\.[01] ([1-9]\d{2})(?: .*)?$/.exec(first)?.[1]
  if (status === undefined) return fault('its answer does not begin with a status line of HTTP/1.1')
  const fields = lines.map((line) => /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/s.exec(line))
  if (fields.includes(null) || /[\r\n\0]/.test(lines.join(''))) return fault('its answer has a malformed header')
  const valueOf = (name: string): string =>
    fields.find((field) => field?.[1]?.toLowerCase() === name)?.[2]?.slice(0, 1000) ?? ''
  return ok({
    status: Number(status),
    ...egressOf(valueOf('sallyport-egress')),
    endsWithin: wholeNumber(valueOf('sallyport-tunnel-ends')),
    says: saysOf(valueOf('proxy-status')),
  })
}

/** `a; address=192.0.2.1`, `"my egress"; declared=2001:db8::1`, or the name alone. */
function egressOf(field: string): Pick<ProxyReply, 'egress' | 'leavesFrom'> {
  const [, quoted, plain, rest = ''] = /^(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))(.*)$/.exec(field) ?? []
  const text = /^\s*;\s*(?:address|declared)="?\[?([0-9A-Fa-f.:]+)\]?"?\s*(?:$|[;,])/.exec(rest)?.[1]
  const address = text === undefined ? undefined : parseAddress(text)
  return {
    egress: quoted?.replaceAll(/\\(.)/g, '$1') ?? plain,
    leavesFrom: address?.ok === true ? formatAddress(address.value) : undefined,
  }
}

const wholeNumber = (text: string): number | undefined => (/^\d{1,10}$/.test(text) ? Number(text) : undefined)

function saysOf(proxyStatus: string): string | undefined {
  const error = /;\s*error=([a-z_]+)/.exec(proxyStatus)?.[1]
  const details = /;\s*details="([\x20-\x21\x23-\x7e]*)"/.exec(proxyStatus)?.[1]
  return error === undefined ? details : [error, details].filter((part) => part !== undefined).join(', ')
}

// RFC 1928 section 6
export const socksRefusal = (reply: number): string =>
  `it refused the tunnel: SOCKS5 reply ${reply} (${socksReplyWords(reply)})`
