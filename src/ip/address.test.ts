import { deepEqual, equal } from 'node:assert/strict'
import { isIP, isIPv6 } from 'node:net'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { compareAddresses, familyOf, formatAddress, ipv4, ipv6, parseAddress, type Address } from './address.ts'
import { explainAddressFault } from './address-fault.ts'
import {
  addressIsLinkLocal,
  addressIsLoopback,
  addressIsMulticast,
  addressIsPrivate,
  addressIsUnspecified,
} from './classification.ts'

function address(text: string): Address {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(explainAddressFault(parsed.fault))
  return parsed.value
}

const anyIpv4 = fc.integer({ min: 0, max: 2 ** 32 - 1 }).map(ipv4)
const sparseGroups = fc.array(fc.constantFrom(0n, 0n, 0n, 1n, 0xabcn, 0xffffn), { minLength: 8, maxLength: 8 })
const anyIpv6 = fc
  .oneof(
    fc.bigInt(0n, 2n ** 128n - 1n),
    sparseGroups.map((groups) => groups.reduce<bigint>((value, group) => (value << 16n) | group, 0n)),
  )
  .filter((value) => value >> 32n !== 0xffffn) // those are IPv4 by then
  .map(ipv6)

describe('reading an address', () => {
  const canonical = {
    'dotted IPv4 stays as it is': ['192.0.2.7', '192.0.2.7'],
    'the lowest IPv4 address is read': ['0.0.0.0', '0.0.0.0'],
    'the highest IPv4 address is unsigned': ['255.255.255.255', '255.255.255.255'],
    'full IPv6 is shortened': ['2001:0DB8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    'the unspecified IPv6 address is two colons': ['0:0:0:0:0:0:0:0', '::'],
    'a gap at the end is read': ['2001:db8::', '2001:db8::'],
    'a gap for one group is read, and written out': ['1:2:3::5:6:7:8', '1:2:3:0:5:6:7:8'],
    'the first of two equal runs of zeros is shortened': ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    'the longer of two runs of zeros is shortened': ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    'a dotted tail is read': ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    'a dotted tail without a gap is read': ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:102:304'],
    'IPv4-mapped is IPv4': ['::ffff:192.0.2.7', '192.0.2.7'],
    'IPv4-mapped in hexadecimal is IPv4': ['::FFFF:c000:207', '192.0.2.7'],
    'IPv4-mapped written in full is IPv4': ['0:0:0:0:0:ffff:192.0.2.7', '192.0.2.7'],
    '6to4 stays IPv6': ['2002:c000:207::', '2002:c000:207::'],
    'the old IPv4-compatible form stays IPv6': ['::192.0.2.7', '::c000:207'],
  } as const
  for (const [sentence, [text, expected]] of Object.entries(canonical))
    test(sentence, () => equal(formatAddress(address(text)), expected))

  const refused = {
    'nothing at all': ['', 'ADDRESS_EMPTY'],
    'white space before it': [' 192.0.2.7', 'ADDRESS_HAS_SPACES'],
    'a line break after it': ['192.0.2.7\n', 'ADDRESS_HAS_SPACES'],
    'a zone id': ['fe80::1%eth0', 'ADDRESS_HAS_ZONE'],
    'a prefix length': ['10.0.0.0/8', 'ADDRESS_HAS_PREFIX_LENGTH'],
    'a prefix length of IPv6': ['2001:db8::/32', 'ADDRESS_HAS_PREFIX_LENGTH'],
    'brackets': ['[2001:db8::1]', 'ADDRESS_IN_BRACKETS'],
    'brackets and a port': ['[2001:db8::1]:443', 'ADDRESS_IN_BRACKETS'],
    'a port': ['192.0.2.7:443', 'ADDRESS_HAS_PORT'],
    'a leading zero': ['192.0.2.07', 'ADDRESS_LEADING_ZERO'],
    'a double zero': ['192.0.00.7', 'ADDRESS_LEADING_ZERO'],
    'an octet above 255': ['192.0.2.256', 'ADDRESS_OCTET_TOO_LARGE'],
    'two parts': ['127.1', 'ADDRESS_SHORTHAND'],
    'one number': ['2130706433', 'ADDRESS_SHORTHAND'],
    'hexadecimal IPv4': ['0x7f.0.0.1', 'ADDRESS_SHORTHAND'],
    'five parts': ['1.2.3.4.5', 'ADDRESS_UNKNOWN_FORM'],
    'an empty part': ['1..2.3', 'ADDRESS_UNKNOWN_FORM'],
    'a host name': ['login.example', 'ADDRESS_UNKNOWN_FORM'],
    'a host name and a port': ['login.example:443', 'ADDRESS_UNKNOWN_FORM'],
    'digits of another script': ['١.٢.٣.٤', 'ADDRESS_UNKNOWN_FORM'],
    'two gaps': ['1::2::3', 'ADDRESS_IPV6_MALFORMED'],
    'three colons': [':::1', 'ADDRESS_IPV6_MALFORMED'],
    'seven groups': ['1:2:3:4:5:6:7', 'ADDRESS_IPV6_MALFORMED'],
    'nine groups': ['1:2:3:4:5:6:7:8:9', 'ADDRESS_IPV6_MALFORMED'],
    'a gap that stands for nothing': ['1:2:3:4::5:6:7:8', 'ADDRESS_IPV6_MALFORMED'],
    'a group of five digits': ['2001:db8::12345', 'ADDRESS_IPV6_MALFORMED'],
    'a leading zero in the dotted tail': ['::ffff:192.0.2.07', 'ADDRESS_LEADING_ZERO'],
    'a dotted part before the gap': ['1.2.3.4::', 'ADDRESS_IPV6_MALFORMED'],
    'a very long text': ['1'.repeat(10_000), 'ADDRESS_UNKNOWN_FORM'],
  } as const
  for (const [what, [text, code]] of Object.entries(refused))
    test(`refuses ${what} by name`, () => {
      const parsed = parseAddress(text)
      equal(parsed.ok ? 'accepted' : parsed.fault.code, code)
    })

  test('quotes what was written and bounds it', () => {
    const parsed = parseAddress(`x\u0007${'y'.repeat(500)}`)
    const text = parsed.ok ? '' : explainAddressFault(parsed.fault)
    equal(text, `"x\\u0007${'y'.repeat(62)}…" is not an IPv4 or IPv6 address`)
  })

  test('parse after format is identity', () => {
    fc.assert(fc.property(fc.oneof(anyIpv4, anyIpv6), (some) => equal(address(formatAddress(some)), some)))
  })

  test('agrees with the platform on what is an address, but for zones', () => {
    const near = fc.stringMatching(/^[0-9a-f:.]{0,20}$/)
    const groups = fc.array(fc.constantFrom('', '0', '1', 'ffff', '1.2.3.4', '01', '256'), { maxLength: 9 })
    const texts = fc.oneof(
      fc.ipV6(),
      fc.ipV4(),
      near,
      groups.map((parts) => parts.join(':')),
    )
    fc.assert(
      fc.property(texts, (text) => equal(parseAddress(text).ok, isIP(text) !== 0)),
      { numRuns: 2000 },
    )
  })

  test('writes IPv6 in a form that the platform reads', () => {
    fc.assert(fc.property(anyIpv6, (some) => equal(isIPv6(formatAddress(some)), true)))
  })
})

describe('kinds of addresses', () => {
  const kinds = {
    'unspecified': [addressIsUnspecified, ['0.0.0.0', '::'], ['0.0.0.1', '::1']],
    'multicast': [
      addressIsMulticast,
      ['224.0.0.0', '239.255.255.255', 'ff02::1'],
      ['223.255.255.255', '240.0.0.0', 'fe80::1'],
    ],
    'loopback': [addressIsLoopback, ['127.0.0.1', '127.255.255.255', '::1'], ['126.255.255.255', '128.0.0.0', '::2']],
    'link-local': [addressIsLinkLocal, ['169.254.0.1', 'fe80::1', 'febf::1'], ['169.253.255.255', 'fec0::1']],
    'private': [
      addressIsPrivate,
      ['10.0.0.0', '172.31.0.1', '192.168.1.1', 'fd00::1'],
      ['11.0.0.0', '172.32.0.0', 'fe00::1'],
    ],
  } as const
  for (const [kind, [is, inside, outside]] of Object.entries(kinds))
    test(`${kind} addresses are told from their neighbours`, () => {
      deepEqual(
        inside.filter((text) => !is(address(text))),
        [],
      )
      deepEqual(
        outside.filter((text) => is(address(text))),
        [],
      )
    })

  test('an IPv4 address is not the IPv6 address with the same number', () => {
    equal(compareAddresses(ipv4(1), ipv6(1n)), -1)
    equal(compareAddresses(ipv6(0n), ipv4(1)), 1)
    equal(addressIsLoopback(ipv4(1)), false)
    deepEqual([familyOf(ipv4(1)), familyOf(ipv6(1n))], ['IPv4', 'IPv6'])
  })
})
