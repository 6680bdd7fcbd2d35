import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { formatAddress, ipv4, ipv6, parseAddress, type Address } from './address.ts'
import { parseCidrs } from './cidr.ts'
import { compileRanges, matcherContains, type RangeMatcher } from './matcher.ts'
import { peerAddress, sourceAddress, type HeaderLines } from './source-address.ts'

function address(text: string): Address {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(parsed.fault.message)
  return parsed.value
}

function proxies(...blocks: string[]): RangeMatcher {
  const parsed = parseCidrs(blocks)
  if (!parsed.ok) throw new Error(parsed.fault.map(({ message }) => message).join())
  return compileRanges(parsed.value)
}

const trusted = proxies('10.0.0.0/8', 'fd00::/8')
const seen = (peer: string, xForwardedFor: HeaderLines, forwarded?: HeaderLines): string => {
  const source = sourceAddress({ peer: address(peer), xForwardedFor, forwarded }, trusted)
  return `${formatAddress(source.address)} via ${source.via}${source.claimed === undefined ? '' : `, claimed ${source.claimed}`}`
}

describe('the source address', () => {
  const byForwardedFor = {
    'without a header it is the peer': ['192.0.2.7', undefined, '192.0.2.7 via peer'],
    'L-107: a header from anyone who is not listed changes nothing and is recorded': [
      '192.0.2.7',
      '127.0.0.11',
      '192.0.2.7 via peer, claimed 127.0.0.11',
    ],
    'a listed proxy names its client': ['10.0.0.1', '192.0.2.7', '192.0.2.7 via x-forwarded-for'],
    'the nearest hop that is not listed decides': [
      '10.0.0.1',
      '203.0.113.9, 192.0.2.7, 10.0.0.2',
      '192.0.2.7 via x-forwarded-for, claimed 203.0.113.9',
    ],
    'several lines are one list': [
      '10.0.0.1',
      ['203.0.113.9', '192.0.2.7', '10.0.0.2'],
      '192.0.2.7 via x-forwarded-for, claimed 203.0.113.9',
    ],
    'a client inside the listed network is the farthest hop': [
      '10.0.0.1',
      '10.0.0.3, 10.0.0.2',
      '10.0.0.3 via x-forwarded-for',
    ],
    'an entry that is no address stops at the proxy before it': [
      '10.0.0.1',
      '192.0.2.7, unknown, 10.0.0.2',
      '10.0.0.2 via x-forwarded-for, claimed 192.0.2.7, unknown',
    ],
    'an unreadable nearest entry leaves the peer': [
      '10.0.0.1',
      '192.0.2.7, 010.0.0.2',
      '10.0.0.1 via peer, claimed 192.0.2.7, 010.0.0.2',
    ],
    'a port is cut off': ['10.0.0.1', '192.0.2.7:51312', '192.0.2.7 via x-forwarded-for'],
    'bracketed IPv6 with a port is read': ['10.0.0.1', '[2001:db8::1]:51312', '2001:db8::1 via x-forwarded-for'],
    'bare IPv6 is read': ['fd00::1', '2001:db8::1', '2001:db8::1 via x-forwarded-for'],
    'a mapped hop is IPv4 and can be a listed proxy': [
      '10.0.0.1',
      '192.0.2.7, ::ffff:10.0.0.2',
      '192.0.2.7 via x-forwarded-for',
    ],
    'a hop with a zone is no address': [
      '10.0.0.1',
      '192.0.2.7, fd00::1%eth0',
      '10.0.0.1 via peer, claimed 192.0.2.7, fd00::1%eth0',
    ],
    'empty entries mean nothing': ['10.0.0.1', ' , 192.0.2.7 ,, ', '192.0.2.7 via x-forwarded-for'],
    'an empty header means nothing': ['10.0.0.1', '', '10.0.0.1 via peer'],
  } as const
  for (const [sentence, [peer, header, expected]] of Object.entries(byForwardedFor))
    test(sentence, () => equal(seen(peer, header), expected))

  const byForwarded = {
    'an unquoted IPv4 address': ['for=192.0.2.7', '192.0.2.7 via forwarded'],
    'a quoted IPv4 address with a port': ['for="192.0.2.7:51312"', '192.0.2.7 via forwarded'],
    'bracketed IPv6': ['For="[2001:db8::1]"', '2001:db8::1 via forwarded'],
    'bracketed IPv6 with an obfuscated port': ['for="[2001:db8::1]:_x1"', '2001:db8::1 via forwarded'],
    'other parameters around it': ['proto=https; FOR=192.0.2.7 ;by=10.0.0.1', '192.0.2.7 via forwarded'],
    'the nearest hop that is not listed': [
      'for=203.0.113.9, for=192.0.2.7;proto=http, for=10.0.0.2',
      '192.0.2.7 via forwarded, claimed for=203.0.113.9',
    ],
    'nobody where it says unknown': [
      'for=192.0.2.7, for=unknown',
      '10.0.0.1 via peer, claimed for=192.0.2.7, for=unknown',
    ],
    'nobody where the name is obfuscated': [
      'for=192.0.2.7, for=_x',
      '10.0.0.1 via peer, claimed for=192.0.2.7, for=_x',
    ],
    'nobody where there is no for': [
      'for=192.0.2.7, proto=https',
      '10.0.0.1 via peer, claimed for=192.0.2.7, proto=https',
    ],
    'nobody where there are two in one element': [
      'for=192.0.2.7;for=192.0.2.8',
      '10.0.0.1 via peer, claimed for=192.0.2.7;for=192.0.2.8',
    ],
    'IPv6 only in brackets or bare, IPv4 never in brackets': [
      'for="[192.0.2.7]"',
      '10.0.0.1 via peer, claimed for="[192.0.2.7]"',
    ],
    'its own element where the client left a quote open': [
      'for="x, for="[2001:db8::1]"',
      '2001:db8::1 via forwarded, claimed for="x',
    ],
    'its own element where the client ends with a backslash': [
      'for="x\\, for="[2001:db8::1]"',
      '2001:db8::1 via forwarded, claimed for="x\\',
    ],
    'the real for where a quoted host contains another': [
      'for=192.0.2.7;host="a;for=10.9.9.9, for=10.8.8.8"',
      '192.0.2.7 via forwarded',
    ],
    'the real for where a quoted host contains an escaped quote': [
      'for=192.0.2.7;host="a\\", for=10.8.8.8"',
      '192.0.2.7 via forwarded',
    ],
  } as const
  for (const [what, [header, expected]] of Object.entries(byForwarded))
    test(`Forwarded names ${what}`, () => equal(seen('10.0.0.1', undefined, header), expected))

  test('two headers that agree decide', () =>
    equal(seen('10.0.0.1', '192.0.2.7', 'for=192.0.2.7'), '192.0.2.7 via x-forwarded-for'))

  test('a blank header is none', () => equal(seen('10.0.0.1', ' ', 'for=192.0.2.7'), '192.0.2.7 via forwarded'))

  test('two headers that disagree leave the peer: one of them is the client speaking', () =>
    equal(seen('10.0.0.1', '192.0.2.7', 'for=127.0.0.11'), '10.0.0.1 via peer, claimed 192.0.2.7, for=127.0.0.11'))

  test('a claim is bounded and printable', () => {
    equal(seen('192.0.2.7', `a\u0000\u001b[31mb\u0085\u202e`), '192.0.2.7 via peer, claimed a[31mb')
    const source = sourceAddress({ peer: address('192.0.2.7'), xForwardedFor: 'x'.repeat(10_000) }, trusted)
    equal(source.claimed?.length, 256)
  })

  const peers = {
    'an IPv4 peer of a dual-stack socket is IPv4': ['::ffff:192.0.2.7', '192.0.2.7'],
    'the zone of a link-local peer is cut off': ['fe80::1%eth0', 'fe80::1'],
    'a closed socket has no address': ['', 'ADDRESS_EMPTY'],
  } as const
  for (const [sentence, [text, expected]] of Object.entries(peers))
    test(sentence, () => {
      const peer = peerAddress(text)
      equal(peer.ok ? formatAddress(peer.value) : peer.fault.code, expected)
    })
})

describe('what a client controls', () => {
  const anyAddress = fc.oneof(
    fc.integer({ min: 0, max: 2 ** 32 - 1 }).map(ipv4),
    fc.bigInt(0n, 2n ** 128n - 1n).map(ipv6),
    fc.integer({ min: 0x0a00_0000, max: 0x0aff_ffff }).map(ipv4),
  )
  const piece = fc.oneof(
    anyAddress.map(formatAddress),
    anyAddress.map((some) => `for="${formatAddress(some)}"`),
    fc.constantFrom(',', '"', '\\', ';', 'for=', '[', ']', 'unknown', ' '),
    fc.string(),
  )
  const header = fc.option(
    fc.array(
      fc.array(piece).map((pieces) => pieces.join('')),
      { maxLength: 3 },
    ),
    { nil: undefined },
  )

  test('never decides when the peer is not listed', () => {
    const outsider = anyAddress.filter((some) => !matcherContains(trusted, some))
    fc.assert(
      fc.property(outsider, header, header, (peer, xForwardedFor, forwarded) => {
        const { address: decided, via } = sourceAddress({ peer, xForwardedFor, forwarded }, trusted)
        deepEqual([decided, via], [peer, 'peer'])
      }),
    )
  })

  test('never decides when a listed proxy appends the address that it saw, whatever stood there before', () => {
    fc.assert(
      fc.property(anyAddress, header, fc.boolean(), (client, written, standard) => {
        fc.pre(
          !matcherContains(trusted, client) &&
            parseAddress(formatAddress(client)).ok &&
            address(formatAddress(client)) === client,
        )
        const text = formatAddress(client)
        const appended = standard ? `for="${typeof client === 'bigint' ? `[${text}]` : text}"` : text
        const lines = [...(written ?? []).slice(0, -1), [...(written ?? []).slice(-1), appended].join(', ')]
        const arrival = standard ? { forwarded: lines } : { xForwardedFor: lines }
        equal(sourceAddress({ peer: address('10.0.0.1'), ...arrival }, trusted).address, client)
      }),
    )
  })

  test('leaves the peer or the truth when the proxy maintains one header and passes the other on', () => {
    fc.assert(
      fc.property(header, (forwarded) => {
        const { address: decided } = sourceAddress(
          { peer: address('10.0.0.1'), xForwardedFor: '192.0.2.7', forwarded },
          trusted,
        )
        equal(['192.0.2.7', '10.0.0.1'].includes(formatAddress(decided)), true)
      }),
    )
  })
})
