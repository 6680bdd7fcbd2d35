/** The header of the PROXY protocol, versions 1 and 2, by which a load balancer in front says who its client is. */
import { ipv4, ipv6, parseAddress, type Address } from '../../../ip/address.ts'
import { crc32c } from './crc32c.ts'

export type ProxyHeader =
  /** Cannot become a header any more, whatever follows. */
  | { readonly kind: 'none' }
  /** Could become one: read on. */
  | { readonly kind: 'more' }
  | { readonly kind: 'malformed'; readonly why: string }
  /** `used` bytes are the header; what is behind them is the client's. `from` is undefined where the sender speaks for itself, as its health
   *  checks do (LOCAL), or does not know its client (UNKNOWN): then the peer is the source. */
  | { readonly kind: 'header'; readonly used: number; readonly from: Address | undefined }

/** The longest that is read; a header that wants more is malformed. Version 2 could say 64 KB, of which senders use some hundred bytes. */
export const longestProxyHeader = 4096

const longestV1 = 107 // section 2.1, with its CR LF
const signatureV1 = ascii('PROXY ')
const signatureV2 = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a] as const
const none: ProxyHeader = { kind: 'none' }
const more: ProxyHeader = { kind: 'more' }
const malformed = (why: string): ProxyHeader => ({ kind: 'malformed', why })

/** Looks at what has come of a connection so far, from its first byte. */
export function readProxyHeader(bytes: Uint8Array): ProxyHeader {
  const first = bytes[0]
  if (first === undefined) return more
  if (first === signatureV1[0]) return startsWith(bytes, signatureV1) ? readV1(bytes) : none
  if (first === signatureV2[0]) return startsWith(bytes, signatureV2) ? readV2(bytes) : none
  return none
}

/** Of what is there; a start of the signature counts as it. */
const startsWith = (bytes: Uint8Array, signature: readonly number[]): boolean =>
  signature.every((byte, at) => at >= bytes.length || bytes[at] === byte)

function readV1(bytes: Uint8Array): ProxyHeader {
  const end = bytes.subarray(0, longestV1).indexOf(0x0a)
  if (end < 0) return bytes.length < longestV1 ? more : malformed(`its line has no end within ${longestV1} bytes`)
  if (bytes[end - 1] !== 0x0d) return malformed('its line ends without a carriage return')
  const line = String.fromCharCode(...bytes.subarray(0, end - 1))
  const [, family, ...fields] = line.split(' ')
  if (family === 'UNKNOWN') return { kind: 'header', used: end + 1, from: undefined }
  if (family !== 'TCP4' && family !== 'TCP6') return malformed('its family is none of TCP4, TCP6 and UNKNOWN')
  const from = readFields(fields, family === 'TCP4' ? '.' : ':')
  return from === undefined
    ? malformed(`it does not hold two ${family} addresses and two ports, with single spaces`)
    : { kind: 'header', used: end + 1, from }
}

/** Two addresses of one family and two ports: the source is the first. */
function readFields(fields: readonly string[], sign: '.' | ':'): Address | undefined {
  const [source, destination, ...ports] = fields
  if (fields.length !== 4 || !ports.every(portIsPlain)) return undefined
  if (destination === undefined || readAddress(destination, sign) === undefined) return undefined
  return source === undefined ? undefined : readAddress(source, sign)
}

function readAddress(text: string, sign: '.' | ':'): Address | undefined {
  if (text.includes(':') !== (sign === ':')) return undefined
  const address = parseAddress(text)
  return address.ok ? address.value : undefined
}

const portIsPlain = (text: string): boolean => /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535

const fixedV2 = 16
const local = 0x20
const proxy = 0x21
/** Bytes that the addresses and ports of a family take (section 2.2), by the byte that names it; datagrams come to no listener of streams. */
const blocksV2: ReadonlyMap<number, number> = new Map([
  [0x00, 0],
  [0x11, 12],
  [0x21, 36],
  [0x31, 216],
])

function readV2(bytes: Uint8Array): ProxyHeader {
  const command = bytes[12]
  if (command !== undefined && command !== local && command !== proxy)
    return malformed('its version is not 2, or its command neither LOCAL nor PROXY')
  if (bytes.length < fixedV2) return more
  const used = fixedV2 + uint16(bytes, 14)
  if (used > longestProxyHeader) return malformed(`it says that it has ${used} bytes; ${longestProxyHeader} are read`)
  if (bytes.length < used) return more
  return judgeV2(bytes.subarray(0, used), command === local)
}

function judgeV2(header: Uint8Array, isLocal: boolean): ProxyHeader {
  const unknown: ProxyHeader = { kind: 'header', used: header.length, from: undefined }
  const family = header[13] ?? 0
  const block = blocksV2.get(family)
  // the receiver of LOCAL looks at nothing but the length; a sender may say any family there
  if (block === undefined) return isLocal ? unknown : malformed('its family is no stream of IPv4, IPv6 or Unix sockets')
  if (header.length < fixedV2 + block)
    return isLocal ? unknown : malformed('it is too short for the addresses of its family')
  const fault = faultOfExtensions(header, fixedV2 + block)
  if (fault !== undefined) return malformed(fault)
  return isLocal ? unknown : { ...unknown, from: sourceV2(header, family) }
}

function sourceV2(header: Uint8Array, family: number): Address | undefined {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  if (family === 0x11) return ipv4(view.getUint32(fixedV2))
  if (family !== 0x21) return undefined
  const value = (view.getBigUint64(fixedV2) << 64n) | view.getBigUint64(fixedV2 + 8)
  return value >> 32n === 0xffffn ? ipv4(Number(value & 0xffff_ffffn)) : ipv6(value) // mapped: SF-143
}

const checksumType = 0x03

/** Type, length and value, as often as they fit; they have to fill the header. All are skipped but the checksum, which has to be right. */
function faultOfExtensions(header: Uint8Array, start: number): string | undefined {
  let at = start
  while (at < header.length) {
    if (at + 3 > header.length) return 'its extensions do not fill it'
    const length = uint16(header, at + 1)
    const value = at + 3
    at = value + length
    if (at > header.length) return 'an extension is longer than the rest of it'
    if (header[value - 3] === checksumType && !checksumFits(header, value, length)) return 'its checksum is wrong'
  }
  return undefined
}

function checksumFits(header: Uint8Array, at: number, length: number): boolean {
  if (length !== 4) return false
  const given = new DataView(header.buffer, header.byteOffset + at, 4).getUint32(0)
  const zeroed = Uint8Array.from(header).fill(0, at, at + 4)
  return crc32c(zeroed) === given
}

const uint16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)

function ascii(text: string): readonly number[] {
  return Array.from(text, (character) => character.charCodeAt(0))
}
