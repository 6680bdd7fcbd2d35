import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { formatAddress, ipv4, ipv6, type Address } from '../../../ip/address.ts'
import { crc32c } from './crc32c.ts'
import { longestProxyHeader, readProxyHeader } from './proxy-header.ts'

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1')
const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')

type V2 = { readonly command?: number; readonly family?: number; readonly body?: Uint8Array; readonly length?: number }

function v2({ command = 0x21, family = 0x11, body = body4, length = body.length }: V2 = {}): Uint8Array {
  return Buffer.concat([signature, Uint8Array.of(command, family, length >> 8, length & 255), body])
}

const body4 = Uint8Array.of(192, 0, 2, 7, 203, 0, 113, 9, 0x30, 0x39, 0x01, 0xbb)
const body6 = Buffer.from(`20010db8${'0'.repeat(23)}720010db8${'0'.repeat(23)}9303901bb`, 'hex')

const extension = (type: number, value: Uint8Array): Uint8Array =>
  Buffer.concat([Uint8Array.of(type, value.length >> 8, value.length & 255), value])

function sourceOf(bytes: Uint8Array): string {
  const header = readProxyHeader(bytes)
  if (header.kind !== 'header') return header.kind === 'malformed' ? header.why : header.kind
  equal(header.used, bytes.length)
  return header.from === undefined ? 'the peer' : formatAddress(header.from)
}

describe('the header of the PROXY protocol', () => {
  const sources: Readonly<Record<string, readonly [Uint8Array, string]>> = {
    'version 1 names an IPv4 source': [bytesOf('PROXY TCP4 192.0.2.7 203.0.113.9 12345 443\r\n'), '192.0.2.7'],
    'version 1 names an IPv6 source': [bytesOf('PROXY TCP6 2001:db8::7 2001:db8::9 1 443\r\n'), '2001:db8::7'],
    'version 1 may not know': [bytesOf('PROXY UNKNOWN\r\n'), 'the peer'],
    'version 1 may not know and say more, which is not believed': [
      bytesOf('PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n'),
      'the peer',
    ],
    'an IPv4-mapped source is IPv4 (SF-143)': [bytesOf('PROXY TCP6 ::ffff:192.0.2.7 ::1 1 2\r\n'), '192.0.2.7'],
    'version 2 names an IPv4 source': [v2(), '192.0.2.7'],
    'version 2 names an IPv6 source': [v2({ family: 0x21, body: body6 }), '2001:db8::7'],
    'LOCAL is the sender itself': [v2({ command: 0x20, family: 0, body: Uint8Array.of() }), 'the peer'],
    'LOCAL is the sender itself whatever addresses it holds': [v2({ command: 0x20 }), 'the peer'],
    'LOCAL with a body that is nothing is the sender itself': [
      v2({ command: 0x20, family: 0x55, body: Uint8Array.of(1, 2, 3) }),
      'the peer',
    ],
    'an unspecified family is the peer': [v2({ family: 0, body: Uint8Array.of() }), 'the peer'],
    'a Unix socket is the peer': [v2({ family: 0x31, body: new Uint8Array(216) }), 'the peer'],
    'extensions are skipped': [v2({ body: Buffer.concat([body4, extension(0xea, new Uint8Array(300))]) }), '192.0.2.7'],
  }
  for (const [sentence, [bytes, source]] of Object.entries(sources))
    test(sentence, () => equal(sourceOf(bytes), source))

  const faults: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
    'two spaces': [bytesOf('PROXY TCP4  192.0.2.7 203.0.113.9 1 2\r\n'), /two TCP4 addresses/],
    'a leading zero in a port': [bytesOf('PROXY TCP4 192.0.2.7 203.0.113.9 01 2\r\n'), /two ports/],
    'a port above 65535': [bytesOf('PROXY TCP4 192.0.2.7 203.0.113.9 1 65536\r\n'), /two ports/],
    'an IPv6 address said to be IPv4': [bytesOf('PROXY TCP4 ::1 ::1 1 2\r\n'), /two TCP4 addresses/],
    'an IPv4 address said to be IPv6': [bytesOf('PROXY TCP6 192.0.2.7 192.0.2.7 1 2\r\n'), /two TCP6 addresses/],
    'a field too many': [bytesOf('PROXY TCP4 192.0.2.7 203.0.113.9 1 2 3\r\n'), /two TCP4 addresses/],
    'a field too few': [bytesOf('PROXY TCP4 192.0.2.7 203.0.113.9 1\r\n'), /two TCP4 addresses/],
    'another protocol': [bytesOf('PROXY UDP4 192.0.2.7 203.0.113.9 1 2\r\n'), /TCP4, TCP6 and UNKNOWN/],
    'a line feed alone': [bytesOf('PROXY TCP4 192.0.2.7 203.0.113.9 1 2\n'), /carriage return/],
    'a line without end': [bytesOf(`PROXY UNKNOWN ${'x'.repeat(200)}`), /no end within 107/],
    'a line of 108 bytes': [bytesOf(`PROXY UNKNOWN ${'x'.repeat(92)}\r\n`), /no end within 107/],
    'version 3': [v2({ command: 0x31 }), /version is not 2/],
    'an unknown command': [v2({ command: 0x22 }), /neither LOCAL nor PROXY/],
    'datagrams': [v2({ family: 0x12 }), /no stream/],
    'too little for its family': [v2({ body: body4.subarray(1) }), /too short/],
    'a length that nobody needs': [v2({ length: 60_000 }), new RegExp(`${longestProxyHeader} are read`)],
    'an extension cut off': [v2({ body: Buffer.concat([body4, Uint8Array.of(1, 0)]) }), /do not fill/],
    'an extension too long': [v2({ body: Buffer.concat([body4, Uint8Array.of(1, 0, 9, 1)]) }), /longer than the rest/],
  }
  for (const [what, [bytes, why]] of Object.entries(faults))
    test(`${what} is malformed`, () => match(sourceOf(bytes), why))

  test('a checksum that fits is taken, and any one bit changed anywhere is not', () => {
    const whole = Buffer.from(
      v2({ body: Buffer.concat([body4, extension(3, new Uint8Array(4)), extension(0x20, body4)]) }),
    )
    whole.writeUInt32BE(crc32c(whole), 16 + 12 + 3)
    equal(sourceOf(whole), '192.0.2.7')
    for (let at = 16; at < 16 + 12; at += 1) {
      const bent = Buffer.from(whole)
      bent[at] = (bent[at] ?? 0) ^ 1
      equal(sourceOf(bent), 'its checksum is wrong')
    }
  })

  test('the checksum is that of RFC 3720', () => {
    equal(crc32c(Buffer.from('123456789')), 0xe306_9283)
    equal(crc32c(new Uint8Array(32)), 0x8a91_36aa)
  })

  test('what begins otherwise is no header, from its first byte on', () => {
    for (const other of ['CONNECT ', 'POST / HTTP/1.1', 'PUT', '\r\nGET', '\x05\x01\x02', '\x16\x03'])
      equal(readProxyHeader(bytesOf(other)).kind, 'none', other)
    for (const start of ['', 'P', 'PRO', 'PROXY', '\r', '\r\n\r\n', '\r\n\r\n\0\r\nQUI'])
      equal(readProxyHeader(bytesOf(start)).kind, 'more', start)
  })
})

const anyAddress: fc.Arbitrary<Address> = fc.oneof(
  fc.nat(0xffff_ffff).map(ipv4),
  fc.bigInt(1n << 64n, (1n << 128n) - 1n).map(ipv6),
)

const anyHeader = fc.record({ from: anyAddress, port: fc.nat(65_535), version: fc.constantFrom(1, 2) }).map((each) => {
  const { from, port, version } = each
  const text = formatAddress(from)
  if (version === 1)
    return {
      from,
      bytes: bytesOf(`PROXY ${typeof from === 'number' ? 'TCP4' : 'TCP6'} ${text} ${text} ${port} ${port}\r\n`),
    }
  const octets = typeof from === 'number' ? 4 : 16
  const body = Buffer.from(
    BigInt(from)
      .toString(16)
      .padStart(octets * 2, '0')
      .repeat(2) + '00010002',
    'hex',
  )
  return { from, bytes: v2({ family: octets === 4 ? 0x11 : 0x21, body }) }
})

test('every start of a header asks for more, and the bytes behind it are not touched', () => {
  fc.assert(
    fc.property(anyHeader, fc.uint8Array({ maxLength: 40 }), ({ from, bytes }, behind) => {
      for (let length = 0; length < bytes.length; length += 1)
        equal(readProxyHeader(bytes.subarray(0, length)).kind, 'more')
      deepEqual(readProxyHeader(Buffer.concat([bytes, behind])), { kind: 'header', used: bytes.length, from })
    }),
    { numRuns: 300 },
  )
})

test('no bytes whatever make it throw, wait for ever, or use more than there is', () => {
  const anyBytes = fc
    .tuple(fc.constantFrom(new Uint8Array(), bytesOf('PROXY '), signature), fc.uint8Array({ maxLength: 300 }))
    .map((parts) => Buffer.concat(parts))
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const header = readProxyHeader(bytes)
      if (header.kind === 'header') equal(header.used <= bytes.length, true)
      if (header.kind === 'more') equal(bytes.length < longestProxyHeader, true)
    }),
    { numRuns: 2000 },
  )
})
