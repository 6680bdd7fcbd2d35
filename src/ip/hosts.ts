/** Hosts as configuration and URLs name them. */
import { formatAddress, parseAddress, type Address } from './address.ts'
import { explainAddressFault } from './address-fault.ts'
import { fault, ok, type Result } from '../values/result.ts'

export type Host =
  /** Lower case, without a final dot, at most 253 characters. */
  { readonly kind: 'name'; readonly name: string } | { readonly kind: 'address'; readonly address: Address }

/** `port` is 1 to 65535. */
export type Destination = { readonly host: Host; readonly port: number }

/** A name of ASCII letters (A-labels for other scripts), dotted decimal IPv4, or IPv6 with brackets or without. The fault is a predicate of "the
 *  host". Other spellings of an address (`127.1`, `0x7f000001`) are refused: two readers would take them differently. */
export function parseHost(text: string): Result<Host, string> {
  const bare = /^\[(.*:.*)\]$/s.exec(text)?.[1] ?? text
  const spelled = bare.endsWith('.') ? bare.slice(0, -1) : bare
  if (bare.includes(':') || numericEnd.test(spelled)) return literal(bare)
  if (spelled === '') return fault('is empty')
  if (!nameShape.test(spelled) || spelled.length > longestName)
    return fault(`is no name that DNS can have: ${quoted(text)}; write letters, digits, hyphens and dots`)
  return ok({ kind: 'name', name: spelled.toLowerCase() })
}

/** As a certificate and SNI have it: without brackets. */
export const bareHost = (host: Host): string => (host.kind === 'name' ? host.name : formatAddress(host.address))

/** As it stands before a port: IPv6 in brackets. */
export function formatHost(host: Host): string {
  return host.kind === 'address' && typeof host.address === 'bigint' ? `[${bareHost(host)}]` : bareHost(host)
}

/** `login.salesforce.com:443`, `[2001:db8::1]:443`. */
export const formatDestination = ({ host, port }: Destination): string => `${formatHost(host)}:${port}`

function literal(text: string): Result<Host, string> {
  const address = parseAddress(text)
  if (address.ok) return ok({ kind: 'address', address: address.value })
  return fault(`is no address: ${explainAddressFault(address.fault)}`)
}

const longestName = 253 // RFC 1035 section 2.3.4, without the root
const nameShape = /^[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*$/
// "ends in a number" of the URL standard; such a top level domain cannot exist (RFC 3696 section 2)
const numericEnd = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/i
const quoted = (text: string): string => JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text)
