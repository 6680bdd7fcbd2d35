import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { formatAddress, ipv4, ipv6, parseAddress } from '../../../ip/address.ts'
import { formatDestination } from '../destination/destination.ts'
import { refusal, type ReasonCode } from '../refusal.ts'
import { readCredentials, readMethods, readRequest, replyOf, requestReply, type Read } from './socks.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
const domain = (name: string, port: number): Buffer =>
  Buffer.concat([
    hex('05 01 00 03'),
    Uint8Array.of(name.length),
    Buffer.from(name, 'latin1'),
    Uint8Array.of(port >> 8, port & 255),
  ])

function asked(bytes: Uint8Array): string {
  const request = readRequest(bytes, 0)
  if (request.kind !== 'read') return request.kind === 'malformed' ? request.why : request.kind
  const { command, destination } = request.value
  return `${command} ${destination.ok ? formatDestination(destination.value) : destination.fault}`
}

describe('a request of SOCKS5', () => {
  const requests: Readonly<Record<string, readonly [Buffer, string]>> = {
    'names a host': [domain('Login.Salesforce.com', 443), 'connect login.salesforce.com:443'],
    'names an IPv4 address': [hex('05 01 00 01 c0000207 01bb'), 'connect 192.0.2.7:443'],
    'names an IPv6 address': [hex('05 01 00 04 20010db8000000000000000000000007 01bb'), 'connect [2001:db8::7]:443'],
    'names an IPv4-mapped address, which is IPv4 (SF-143)': [
      hex('05 01 00 04 00000000000000000000ffff7f000001 01bb'),
      'connect 127.0.0.1:443',
    ],
    'names an address in the place of a host': [domain('127.0.0.1', 80), 'connect 127.0.0.1:80'],
    'names an IPv6 address in the place of a host': [domain('::1', 80), 'connect [::1]:80'],
    'wants to listen': [hex('05 02 00 01 c0000207 01bb'), 'bind 192.0.2.7:443'],
    'wants datagrams': [hex('05 03 00 01 c0000207 01bb'), 'udp-associate 192.0.2.7:443'],
    'wants what nobody knows': [hex('05 09 00 01 c0000207 01bb'), 'unknown 192.0.2.7:443'],
    'names a type of address that nobody knows': [hex('05 01 00 02'), 'address-type'],
    'names port 0': [hex('05 01 00 01 c0000207 0000'), 'connect port 0 is no port'],
  }
  for (const [sentence, [bytes, meaning]] of Object.entries(requests))
    test(sentence, () => equal(asked(bytes), meaning))

  test('is malformed in another version, or with a reserved byte', () => {
    match(asked(hex('04 01')), /not of version 5/)
    match(asked(hex('05 01 01 01')), /reserved/)
  })
  test('with a host that cannot be is read whole, so that it can be answered', () => {
    for (const name of ['', 'a..b', 'a\0b', '0x7f.1', 'a@b', 'x'.repeat(255)])
      match(asked(domain(name, 80)), /^connect (?!.*:80$)/, name)
  })
})

describe('a greeting of SOCKS5', () => {
  const value = <T>(read: Read<T>): unknown => (read.kind === 'read' ? read.value : read.kind)
  test('offers user and password or it does not', () => {
    equal(value(readMethods(hex('05 01 02'), 0)), true)
    equal(value(readMethods(hex('05 03 00 01 02'), 0)), true)
    equal(value(readMethods(hex('05 01 00'), 0)), false)
    equal(value(readMethods(hex('05 02 02'), 0)), 'more')
    equal(value(readMethods(hex('05 00'), 0)), 'malformed')
    equal(value(readMethods(hex('04 01'), 0)), 'malformed')
  })
  test('an empty user, and an empty password, are read', () => {
    deepEqual(value(readCredentials(hex('01 00 00'), 0)), { user: hex(''), password: hex('') })
    equal(value(readCredentials(hex('05 00 00'), 0)), 'malformed')
  })
})

test('the three messages are read wherever they are cut, and what is behind them is not touched', () => {
  const field = fc.uint8Array({ maxLength: 255 })
  fc.assert(
    fc.property(field, field, fc.uint8Array({ maxLength: 20 }), (user, password, behind) => {
      const greeting = hex('05 02 00 02')
      const credentials = Buffer.concat([Uint8Array.of(1, user.length), user, Uint8Array.of(password.length), password])
      const request = domain('login.salesforce.com', 443)
      const all = Buffer.concat([greeting, credentials, request, behind])
      const cuts = [
        [readMethods, 0, greeting.length],
        [readCredentials, greeting.length, credentials.length],
        [readRequest, greeting.length + credentials.length, request.length],
      ] as const
      for (const [read, at, length] of cuts) {
        for (let cut = at; cut < at + length; cut += 1) equal(read(all.subarray(0, cut), at).kind, 'more')
        const whole = read(all, at)
        equal(whole.kind === 'read' && whole.used, length)
      }
      deepEqual(readCredentials(all, greeting.length), {
        kind: 'read',
        value: { user: Buffer.from(user), password: Buffer.from(password) },
        used: credentials.length,
      })
    }),
    { numRuns: 200 },
  )
})

test('no bytes whatever make it throw or wait beyond what their length allows', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      for (const read of [readMethods, readCredentials, readRequest]) {
        const result = read(bytes, 0)
        if (result.kind === 'more') equal(bytes.length < 513, true)
        if (result.kind === 'read') equal(result.used <= bytes.length, true)
      }
    }),
    { numRuns: 2000 },
  )
})

describe('a reply of SOCKS5', () => {
  test('names the address that the tunnel leaves by, of either family, or none', () => {
    const bound = (text: string): string => {
      const address = parseAddress(text)
      return Buffer.from(requestReply(0, address.ok ? { address: address.value, port: 443 } : undefined)).toString(
        'hex',
      )
    }
    equal(bound('192.0.2.7'), '05000001c000020701bb')
    equal(bound('2001:db8::7'), '0500000420010db800000000000000000000000701bb')
    equal(Buffer.from(requestReply(5)).toString('hex'), '05050001000000000000')
    equal(formatAddress(ipv6((1n << 127n) | 1n)), '8000::1')
    equal(
      Buffer.from(requestReply(0, { address: ipv4(0xffff_ffff), port: 65_535 })).toString('hex'),
      '05000001ffffffffffff',
    )
  })

  const replies: Partial<Record<ReasonCode, number>> = {
    DESTINATION_NOT_ALLOWED: 2,
    ADDRESS_PROHIBITED: 2,
    PIN_NOT_PERMITTED: 2,
    PLAN_EXHAUSTED: 2,
    CONNECTIONS_EXHAUSTED: 2,
    RATE_EXCEEDED: 2,
    CONNECTION_FAILED: 3,
    NAME_NOT_RESOLVED: 4,
    NAME_TIMED_OUT: 4,
    CONNECTION_TIMED_OUT: 4,
    CONNECTION_REFUSED: 5,
    NO_LIVE_EGRESS: 1,
    PINNED_EGRESS_DOWN: 1,
    PORTS_EXHAUSTED: 1,
    DRAINING: 1,
    INTERNAL: 1,
  }
  for (const [code, reply] of Object.entries(replies) as [ReasonCode, number][])
    test(`${code} is ${reply}`, () => equal(replyOf(refusal(code)), reply))
})
