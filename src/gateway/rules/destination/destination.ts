/** Where a tunnel is asked to go: read from the target of CONNECT, the authority of a URL, or the two fields of SOCKS5. */
import { formatAddress, parseAddress, type Address } from '../../../ip/address.ts'
import { explainAddressFault } from '../../../ip/address-fault.ts'
import { fault, ok, type Result } from '../../../values/result.ts'

export type Host =
  /** Lower case, without a final dot, at most 253 characters. */
  { readonly kind: 'name'; readonly name: string } | { readonly kind: 'address'; readonly address: Address }

/** `port` is 1 to 65535. */
export type Destination = { readonly host: Host; readonly port: number }

/** `HOST:PORT`, IPv6 in brackets. Without a `defaultPort` the port has to be there (RFC 9110 section 9.3.6). User information is refused.
 *  The fault is a phrase for the `why` of REQUEST_MALFORMED. */
export function parseAuthority(text: string, defaultPort?: number): Result<Destination, string> {
  if (text.length > longestAuthority) return fault('the destination is longer than any host name and port')
  const stray = strayPart(text)
  if (stray !== undefined) return fault(stray)
  const colon = portColon(text)
  const host = parseHost(colon < 0 ? text : text.slice(0, colon))
  if (!host.ok) return host
  // RFC 3986 section 3.2.3: a colon with nothing behind it is the default port, where there is one
  const named = colon >= 0 && (colon < text.length - 1 || defaultPort === undefined)
  if (named) return withPort(host.value, parsePort(text.slice(colon + 1)))
  if (defaultPort !== undefined) return ok({ host: host.value, port: defaultPort })
  return fault(`${quoted(text)} has no port; write ${formatHost(host.value)}:443`)
}

/** The last colon that is not inside brackets; -1 if there is none. */
function portColon(text: string): number {
  const colon = text.lastIndexOf(':')
  return colon > text.lastIndexOf(']') ? colon : -1
}

const withPort = (host: Host, port: Result<number, string>): Result<Destination, string> =>
  port.ok ? ok({ host, port: port.value }) : port

/** A name, dotted decimal IPv4, or IPv6 in brackets. */
export function parseHost(text: string): Result<Host, string> {
  if (text.startsWith('[')) {
    const closed = text.endsWith(']')
    return closed ? literal(text.slice(1, -1), ':') : fault(`${quoted(text)} opens a bracket that it does not close`)
  }
  if (text.includes(':')) return fault(`${quoted(text)} has a colon in its host; IPv6 stands in brackets`)
  return parseName(text)
}

/** The domain field of SOCKS5 (RFC 1928 section 5), in which clients send literal addresses as well, IPv6 with brackets or without. */
export function parseSocksDomain(text: string): Result<Host, string> {
  const stray = strayPart(text)
  if (stray !== undefined) return fault(stray)
  return text.includes(':') && !text.startsWith('[') ? literal(text, ':') : parseHost(text)
}

/** Parts of a URL that are not its host: said without what they are, since passwords and tokens stand there, and this is logged. */
function strayPart(text: string): string | undefined {
  if (text.includes('@')) return userInformation
  return /[/?#]/.test(text) ? 'the destination has a path or a query; it is a host and a port alone' : undefined
}

/** A name as DNS has it: letters, digits, hyphens and underscores, in labels of 1 to 63 characters, with one dot at most at its end. Names of
 *  other scripts are refused, not converted: clients send their A-labels, and two readers that convert differently would check one host and
 *  dial another. Whatever the URL standard would take for a number of IPv4 is refused unless it is dotted decimal: `0x7f.1`, `127.1` and
 *  `2130706433` are never a way to an address. */
export function parseName(text: string): Result<Host, string> {
  const spelled = text.endsWith('.') ? text.slice(0, -1) : text
  if (!nameShape.test(spelled)) return fault(nameFault(text, spelled)) // before lower case, which makes the Kelvin sign a k
  const name = spelled.toLowerCase()
  const last = name.slice(name.lastIndexOf('.') + 1)
  if (!numericLabel.test(last)) {
    return name.length <= longestName
      ? ok({ kind: 'name', name })
      : fault(`${quoted(text)} has ${name.length} characters; a name has at most ${longestName}`)
  }
  return literal(text, '.') // with its final dot, which no address has
}

/** `of` tells which family the place asks for: `[127.0.0.1]` is refused. */
function literal(text: string, of: '.' | ':'): Result<Host, string> {
  const address = parseAddress(text)
  if (!address.ok) return fault(explainAddressFault(address.fault))
  if (!text.includes(of)) return fault(`${quoted(text)} is no IPv6 address; only those stand in brackets`)
  return ok({ kind: 'address', address: address.value })
}

/** 1 to 65535 in plain decimal. */
export function parsePort(text: string): Result<number, string> {
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 0
  if (port > 0 && port <= 65_535) return ok(port)
  const named = /^\d*$/.test(text) ? quoted(text) : 'what stands behind the last colon' // a password, perhaps
  return fault(`${named} is no port; a port is 1 to 65535`)
}

/** `login.salesforce.com:443`, `192.0.2.1:443`, `[2001:db8::1]:443`: `parseAuthority` of it is the same destination. */
export const formatDestination = ({ host, port }: Destination): string => `${formatHost(host)}:${port}`

/** As it stands before a port: IPv6 in brackets. */
export function formatHost(host: Host): string {
  if (host.kind === 'name') return host.name
  return typeof host.address === 'bigint' ? `[${formatAddress(host.address)}]` : formatAddress(host.address)
}

const longestName = 253 // RFC 1035 section 2.3.4, without the root
const longestAuthority = longestName + 1 + 6
const nameShape = /^[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*$/
// "ends in a number" of the URL standard; such a top level domain cannot exist (RFC 3696 section 2)
const numericLabel = /^(?:\d+|0x[0-9a-f]*)$/

function nameFault(text: string, name: string): string {
  if (name === '') return 'the destination names no host'
  if (text.includes('@')) return userInformation
  // oxlint-disable-next-line eslint/no-control-regex
  if (/[^\0-\u007f]/.test(text)) return `${quoted(text)} has other than ASCII letters; write its A-labels, xn--…`
  if (text.includes('%')) return `${quoted(text)} has a percent sign; a host is not percent-encoded and has no zone`
  if (name.split('.').includes('')) return `${quoted(text)} has an empty label; single dots stand between labels`
  const long = name.split('.').some((label) => label.length > 63)
  return long ? `${quoted(text)} has a label of more than 63 characters` : `${quoted(text)} is no host name`
}

const userInformation = 'the destination carries user information, which belongs into Proxy-Authorization'
const quoted = (text: string): string => JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text)
