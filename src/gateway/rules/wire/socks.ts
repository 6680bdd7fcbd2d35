/** SOCKS5 (RFC 1928) with user and password (RFC 1929): what a client says, read from whatever has come of it so far, and what it is answered. */
import { ipv4, ipv6, type Address } from '../../../ip/address.ts'
import { fault, ok, type Result } from '../../../values/result.ts'
import { parseSocksDomain, type Destination, type Host } from '../destination/destination.ts'
import { reasonOf, type Refusal } from '../refusal.ts'

/** `used` counts from the offset that was given: the next message begins behind it. */
export type Read<T> =
  | { readonly kind: 'more' }
  | { readonly kind: 'malformed'; readonly why: string }
  | { readonly kind: 'read'; readonly value: T; readonly used: number }

const more = { kind: 'more' } as const
const malformed = (why: string) => ({ kind: 'malformed', why }) as const
const read = <T>(value: T, used: number): Read<T> => ({ kind: 'read', value, used })

/** The value is whether the client offers user and password (method 2), the only method there is here. */
export function readMethods(bytes: Uint8Array, at: number): Read<boolean> {
  const [version, count] = [bytes[at], bytes[at + 1]]
  if (version !== undefined && version !== 5) return malformed('its version is not 5')
  if (count === undefined) return more
  if (count === 0) return malformed('it offers no method of authentication')
  const used = 2 + count
  return bytes.length < at + used ? more : read(bytes.subarray(at + 2, at + used).includes(2), used)
}

/** Both as they came: SOCKS5 names no character set. */
export type SocksCredentials = { readonly user: Uint8Array; readonly password: Uint8Array }

export function readCredentials(bytes: Uint8Array, at: number): Read<SocksCredentials> {
  const [version, userLength] = [bytes[at], bytes[at + 1]]
  if (version !== undefined && version !== 1) return malformed('its user and password are not of version 1')
  if (userLength === undefined) return more
  const userEnd = at + 2 + userLength
  const passwordLength = bytes[userEnd]
  if (passwordLength === undefined) return more
  const end = userEnd + 1 + passwordLength
  if (bytes.length < end) return more
  return read({ user: bytes.subarray(at + 2, userEnd), password: bytes.subarray(userEnd + 1, end) }, end - at)
}

export type SocksRequest = {
  readonly command: 'connect' | 'bind' | 'udp-associate' | 'unknown'
  /** A fault is a phrase: the client has named no host that there can be. */
  readonly destination: Result<Destination, string>
}

const commands = ['unknown', 'connect', 'bind', 'udp-associate'] as const

/** What follows it are the first bytes of the tunnel, which some clients send before they are answered. */
export function readRequest(bytes: Uint8Array, at: number): Read<SocksRequest> | { readonly kind: 'address-type' } {
  const [version, command, reserved, type] = bytes.subarray(at, at + 4)
  if (version !== undefined && version !== 5) return malformed('its request is not of version 5')
  if (reserved !== undefined && reserved !== 0) return malformed('the reserved byte of its request is not 0')
  if (type === undefined) return more
  const length = addressLength(type, bytes[at + 4])
  if (length === 'unknown') return { kind: 'address-type' }
  const used = 4 + (length ?? 0) + 2
  if (length === undefined || bytes.length < at + used) return more
  const host = readHost(type, bytes.subarray(at + 4, at + 4 + length))
  const port = ((bytes[at + used - 2] ?? 0) << 8) | (bytes[at + used - 1] ?? 0)
  return read({ command: commands[command ?? 0] ?? 'unknown', destination: withPort(host, port) }, used)
}

const ipv4Type = 1
const domainType = 3
const ipv6Type = 4

/** Of a domain with the byte that tells its length; undefined while that has not come. */
function addressLength(type: number, next: number | undefined): number | 'unknown' | undefined {
  if (type === ipv4Type) return 4
  if (type === ipv6Type) return 16
  if (type !== domainType) return 'unknown'
  return next === undefined ? undefined : 1 + next
}

function readHost(type: number, bytes: Uint8Array): Result<Host, string> {
  if (type === domainType) return parseSocksDomain(String.fromCharCode(...bytes.subarray(1)))
  const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  if (type === ipv4Type) return ok({ kind: 'address', address: ipv4(Number(value)) })
  const mapped = value >> 32n === 0xffffn // SF-143: an IPv4-mapped address is IPv4 wherever it is judged
  return ok({ kind: 'address', address: mapped ? ipv4(Number(value & 0xffff_ffffn)) : ipv6(value) })
}

function withPort(host: Result<Host, string>, port: number): Result<Destination, string> {
  if (!host.ok) return host
  return port === 0 ? fault('port 0 is no port') : ok({ host: host.value, port })
}

/** Reply field of RFC 1928 section 6. */
export type SocksReply = 0 | 1 | 2 | 3 | 4 | 5 | 7 | 8

/** How little of a refusal SOCKS5 can say; the words are in the gateway's log. */
export function replyOf(refusal: Refusal): SocksReply {
  const { status, error } = reasonOf(refusal)
  switch (error) {
    case 'http_request_denied':
    case 'destination_ip_prohibited':
      return 2 // not allowed by ruleset
    case 'connection_limit_reached':
      return status === 429 ? 2 : 1
    case 'destination_ip_unroutable':
      return 3 // network unreachable
    case 'dns_error':
    case 'dns_timeout':
    case 'connection_timeout':
      return 4 // host unreachable
    case 'connection_refused':
      return 5
    case 'destination_unavailable':
    case 'connection_terminated':
    case 'tls_protocol_error':
    case 'http_request_error':
    case 'http_response_incomplete':
    case 'http_response_timeout':
    case 'http_protocol_error':
    case 'proxy_internal_error':
    case 'proxy_loop_detected':
      return 1 // general failure
  }
}

/** User and password, or no acceptable method. */
export const methodReply = (offered: boolean): Uint8Array => Uint8Array.of(5, offered ? 2 : 0xff)

export const credentialsReply = (right: boolean): Uint8Array => Uint8Array.of(1, right ? 0 : 1)

/** `bound` is the address that the tunnel leaves by; without one, and with every refusal, it is 0.0.0.0:0. */
export function requestReply(
  reply: SocksReply,
  bound?: { readonly address: Address; readonly port: number },
): Uint8Array {
  const { address, port } = bound ?? { address: ipv4(0), port: 0 }
  const octets = typeof address === 'number' ? 4 : 16
  const bytes = new Uint8Array(4 + octets + 2)
  const view = new DataView(bytes.buffer)
  bytes.set([5, reply, 0, typeof address === 'number' ? ipv4Type : ipv6Type])
  if (typeof address === 'number') view.setUint32(4, address)
  else {
    view.setBigUint64(4, address >> 64n)
    view.setBigUint64(12, address & 0xffff_ffff_ffff_ffffn)
  }
  view.setUint16(4 + octets, port)
  return bytes
}
