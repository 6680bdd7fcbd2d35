import { deepEqual, equal, match, ok as holds } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { formatAddress, ipv4, ipv6, parseAddress, type Address } from './address.ts'
import { parseCidr } from './cidr.ts'
import { rangeContains, type Range } from './range.ts'
import { describeSpecial, judgeRange, specialBlockOf } from './address-class.ts'

function address(text: string): Address {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(parsed.fault.message)
  return parsed.value
}

function range(text: string): Range {
  const parsed = parseCidr(text)
  if (!parsed.ok) throw new Error(parsed.fault.message)
  return parsed.value
}

function kindOf(some: Address): string {
  const block = specialBlockOf(some)
  return block === undefined ? 'public' : describeSpecial(some, block)
}

// Copied from IANA's registries of special-purpose addresses, those that are called global among them, and from the registries of multicast and
// of the IPv6 address space.
const registered = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.0.0/29', '192.0.0.8/32', '192.0.0.9/32', '192.0.0.10/32', '192.0.0.170/32', '192.0.0.171/32'],
  ...['192.0.2.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24', '192.168.0.0/16', '192.175.48.0/24'],
  ...['198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4', '255.255.255.255/32'],
  ...['::1/128', '::/128', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '100:0:0:1::/64', '2001::/23', '2001::/32'],
  ...['2001:1::1/128', '2001:1::2/128', '2001:1::3/128', '2001:2::/48', '2001:3::/32', '2001:4:112::/48'],
  ...['2001:10::/28', '2001:20::/28', '2001:30::/28', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'],
  ...['5f00::/16', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8', '::/8', '100::/8', '200::/7', '400::/6'],
  ...['800::/5', '1000::/4', '4000::/3', '6000::/3', '8000::/3', 'a000::/3', 'c000::/3', 'e000::/4', 'f000::/5'],
  ...['f800::/6', 'fe00::/9'],
]
// Not of a registry: the host of every machine of one cloud.
const ours = ['168.63.129.16/32']
const special = [...registered, ...ours].map(range)
const isSpecial = (some: Address): boolean => special.some((each) => rangeContains(each, some))

const step = (some: Address, by: 1 | -1): Address | undefined => {
  const next = BigInt(some) + BigInt(by)
  const bits = typeof some === 'number' ? 32n : 128n
  if (next < 0n || next >= 1n << bits) return undefined
  return typeof some === 'number' ? ipv4(Number(next)) : ipv6(next)
}

describe('the class of an address', () => {
  for (const text of registered)
    test(`${text} is special from its first to its last address, and what lies beside it is as the registries say`, () => {
      const { start, end } = range(text)
      for (const inside of [start, end]) holds(specialBlockOf(inside) !== undefined, formatAddress(inside))
      for (const beside of [step(start, -1), step(end, 1)])
        if (beside !== undefined) equal(specialBlockOf(beside) !== undefined, isSpecial(beside), formatAddress(beside))
    })

  test('equals the registries over both families', () => {
    const v4 = fc.integer({ min: 0, max: 0xffff_ffff }).map((n): Address => ipv4(n))
    const v6 = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map((n): Address => ipv6(n))
    const global6 = fc.bigInt({ min: 0n, max: (1n << 125n) - 1n }).map((n): Address => ipv6((1n << 125n) + n))
    const near = fc
      .tuple(fc.constantFrom(...special), fc.bigInt({ min: -300n, max: 300n }), fc.boolean())
      .map(([{ start, end }, by, last]): Address => {
        const n = BigInt(last ? end : start) + by
        return typeof start === 'number' ? ipv4(Number(BigInt.asUintN(32, n))) : ipv6(BigInt.asUintN(128, n))
      })
    const seen = { special: 0, public: 0 }
    fc.assert(
      fc.property(fc.oneof(v4, v6, global6, near), (some) => {
        const interfaceId = typeof some === 'bigint' ? (some >> 32n) & 0xfdff_ffffn : 0n
        const expected = isSpecial(some) || interfaceId === 0x5efen
        equal(specialBlockOf(some) !== undefined, expected, formatAddress(some))
        seen[expected ? 'special' : 'public'] += 1
      }),
      { numRuns: 20_000 },
    )
    holds(seen.special > 1000 && seen.public > 1000, JSON.stringify(seen))
  })

  const kinds = {
    '10.0.0.1': /^a private address \(10\.0\.0\.0\/8\)$/,
    '172.31.255.255': /^a private address/,
    '192.168.1.1': /^a private address/,
    '127.0.0.1': /^a loopback address/,
    '0.0.0.0': /^the unspecified address/,
    '0.1.2.3': /“this network”/,
    '100.64.0.1': /a carrier’s NAT/,
    '169.254.1.1': /^a link-local address/,
    '169.254.169.254': /^the metadata service of this cloud/,
    '169.254.170.2': /metadata service of Amazon/,
    '100.100.100.200': /metadata service of Alibaba/,
    '192.0.0.192': /metadata service of Oracle/,
    '168.63.129.16': /metadata service of Azure/,
    'fd00:ec2::254': /metadata service of Amazon/,
    'fd20:ce::254': /metadata service of Google/,
    '224.0.0.1': /^a multicast address/,
    '240.0.0.1': /^a reserved address/,
    '255.255.255.255': /^the broadcast address/,
    '198.18.0.1': /benchmarks/,
    '203.0.113.9': /documentation/,
    '::': /^the unspecified address/,
    '::1': /^the loopback address/,
    'fc00::1': /^a private address/,
    'fe80::1': /^a link-local address/,
    'fec0::1': /^a site-local address/,
    'ff02::1': /^a multicast address/,
    '2001:db8::1': /documentation/,
    '3fff::1': /documentation/,
    '5f00::1': /segment identifier/,
    '4000::1': /outside of global unicast/,
    '100::1': /discards/,
    '2001:20::1': /ORCHID/,
    '64:ff9b::10.0.0.1': /^a NAT64 address \(64:ff9b::\/96\) for 10\.0\.0\.1, a private address \(10\.0\.0\.0\/8\)$/,
    '64:ff9b::8.8.8.8': /^a NAT64 address \(64:ff9b::\/96\) for 8\.8\.8\.8$/,
    '64:ff9b:1::127.0.0.1': /local NAT64 address .* for 127\.0\.0\.1, a loopback address/,
    '2002:7f00:1::1': /6to4 address .* for 127\.0\.0\.1, a loopback address/,
    '2001:0:a9fe:a9fe::f5ff:fffe':
      /Teredo address .* for 169\.254\.169\.254, the metadata .* and 10\.0\.0\.1, a private/,
    '::127.0.0.1': /IPv4-compatible address .* for 127\.0\.0\.1/,
    '::ffff:0:10.0.0.1': /IPv4-translated address .* for 10\.0\.0\.1/,
    '2600::5efe:192.168.0.1': /ISATAP address for 192\.168\.0\.1, a private/,
    '2600::200:5efe:8.8.8.8': /ISATAP address for 8\.8\.8\.8$/,
  }
  for (const [text, expected] of Object.entries(kinds))
    test(`${text} is told by its name`, () => match(kindOf(address(text)), expected))

  test('SF-143: a mapped address that no text leads to is special all the same', () =>
    match(kindOf(ipv6(0xffff_0808_0808n)), /IPv4-mapped address .* for 8\.8\.8\.8/))

  const publics = ['8.8.8.8', '1.1.1.1', '13.108.0.1', '11.0.0.0', '9.255.255.255', '172.32.0.0', '192.0.1.0', '223.255.255.255', '2606:4700::1', '2001:4860:4860::8888', '2a00::1'] // prettier-ignore
  test('what is public is public', () =>
    deepEqual(
      publics.filter((text) => specialBlockOf(address(text)) !== undefined),
      [],
    ))
})

describe('a range in allow', () => {
  const verdicts = {
    '10.0.0.0/8': 'inside',
    '10.1.0.0/16': 'inside',
    '127.0.0.11': 'inside',
    '169.254.0.0/16': 'inside',
    '64:ff9b::/96': 'inside',
    '2001::/23': 'inside',
    'fd00::/8': 'inside',
    '4000::/8': 'inside',
    '168.63.129.16': 'inside',
    '13.108.0.0/14': 'public',
    '168.0.0.0/8': 'public', // the platform of a cloud lies in it, and is not lifted
    '2600::/12': 'public',
    '2606:4700::1': 'public',
    '0.0.0.0/0': 'across',
    '0.0.0.0/1': 'across',
    '8.0.0.0/5': 'across',
    '172.0.0.0/8': 'across',
    '192.0.0.0/8': 'across',
    '::/0': 'across',
    '::/8': 'across',
    '2000::/3': 'across',
    'fc00::/6': 'across',
    '8000::/1': 'across',
    '4000::/2': 'across',
  } as const
  for (const [text, expected] of Object.entries(verdicts))
    test(`${text} is ${expected}`, () => equal(judgeRange(range(text)).kind, expected))
})
