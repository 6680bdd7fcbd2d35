import { deepEqual, equal, match, ok as holds } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { formatAddress, ipv4, ipv6 } from '../../../ip/address.ts'
import {
  formatDestination,
  parseAuthority,
  parseHost,
  parsePort,
  parseSocksDomain,
  type Destination,
  type Host,
} from './destination.ts'

const shown = (parsed: ReturnType<typeof parseAuthority>): string =>
  parsed.ok ? `${parsed.value.host.kind} ${formatDestination(parsed.value)}` : parsed.fault

describe('the authority of a tunnel', () => {
  const read = {
    'a name is lower-cased': ['Login.Salesforce.COM:443', 'name login.salesforce.com:443'],
    'one dot at the end is the root, and goes': ['login.salesforce.com.:443', 'name login.salesforce.com:443'],
    'underscores and hyphens are of names': ['a_b--c.example:8443', 'name a_b--c.example:8443'],
    'an A-label is a name like others': ['xn--bcher-kva.example:443', 'name xn--bcher-kva.example:443'],
    'a label may be a number if it is not the last': ['1.2.3.example:1', 'name 1.2.3.example:1'],
    'dotted decimal is an address': ['192.0.2.1:65535', 'address 192.0.2.1:65535'],
    'IPv6 stands in brackets': ['[2001:DB8::1]:443', 'address [2001:db8::1]:443'],
    'SF-143: a mapped address is its IPv4 address': ['[::ffff:127.0.0.1]:80', 'address 127.0.0.1:80'],
    'SF-143: in hexadecimal as well': ['[0:0:0:0:0:ffff:7f00:1]:80', 'address 127.0.0.1:80'],
    'a label may have 63 characters': [`${'a'.repeat(63)}.example:80`, `name ${'a'.repeat(63)}.example:80`],
  } as const
  for (const [sentence, [text, expected]] of Object.entries(read))
    test(sentence, () => equal(shown(parseAuthority(text)), expected))

  const refused = {
    'G-03: without a port': ['login.salesforce.com', /has no port; write login\.salesforce\.com:443/],
    'with an empty port': ['login.salesforce.com:', /is no port/],
    'with port 0': ['a.example:0', /"0" is no port/],
    'with a port above 65535': ['a.example:65536', /is no port/],
    'with a port of six digits': ['a.example:000443', /is no port/],
    'with a leading zero in the port': ['a.example:0443', /is no port/],
    'with a sign before the port': ['a.example:+443', /is no port/],
    'with user information': ['user:pass@a.example:443', /^the destination carries user information/],
    'with user information of one part': ['user@a.example:443', /user information/],
    'with no host': [':443', /names no host/],
    'with the root as host': ['.:443', /names no host|empty label/],
    'with an empty label': ['a..example:443', /empty label/],
    'with two dots at its end': ['a.example..:443', /empty label/],
    'with a dot at its beginning': ['.a.example:443', /empty label/],
    'with a label of 64 characters': [`${'a'.repeat(64)}.example:443`, /more than 63/],
    'with a name of 254 characters': [`${'a.'.repeat(126)}aa:443`, /254 characters; a name has at most 253/],
    'with a name that no name server takes': [`${'a'.repeat(100_000)}:443`, /longer than any/],
    'with a path': ['a.example/x:443', /has a path or a query/],
    'with a space': ['a example:443', /is no host name/],
    'with a line break': ['a.example\r\nHost: b:443', /colon in its host|is no host name/],
    'with a NUL': ['a.example\0.salesforce.com:443', /is no host name/],
    'with percent-encoding': ['%6c%6fcalhost:443', /percent sign/],
    'with letters of another script': ['bücher.example:443', /write its A-labels/],
    'with letters that only look like ASCII in lower case': ['\u212Aube.example:443', /write its A-labels/],
    'with digits of full width': ['\uff11\uff12\uff17.0.0.1:80', /write its A-labels/],
    'with an ideographic full stop': ['127\u30020\u30020\u30021:80', /write its A-labels/],
    'with a soft hyphen': ['local\u00adhost:80', /write its A-labels/],
    'IPv6 without brackets': ['2001:db8::1:443', /colon in its host; IPv6 stands in brackets/],
    'IPv6 with a zone': ['[fe80::1%eth0]:443', /zone id/],
    'IPv6 with an encoded zone': ['[fe80::1%25eth0]:443', /zone id/],
    'IPv4 in brackets': ['[127.0.0.1]:80', /only those stand in brackets/],
    'an address of the future': ['[v1.fe80]:80', /not an IPv4 or IPv6 address|looks like/],
    'a bracket that stays open': ['[::1:80', /does not close|no port/],
    'nothing in the brackets': ['[]:80', /is empty/],
    'something behind the brackets': ['[::1]x:80', /does not close/],
  } as const
  for (const [sentence, [text, expected]] of Object.entries(refused))
    test(`is refused ${sentence}`, () => match(shown(parseAuthority(text)), expected))

  const spellings = [
    ...['0x7f.1', '0x7f000001', '0X7F.0.0.1', '2130706433', '017700000001', '127.1', '127.0.1', '0177.0.0.1'],
    ...['127.0.0.01', '127.0.0.0x1', '0', '0x', '0x0', '00000000000', '127.0.0.1.', '256.1.1.1', '1.2.3.4.5'],
    ...['a.b.1', 'localhost.0x7f', '4294967296', '0xffffffffff', '127.0.0.1.0', 'example.08', '192.168.257', '1'],
  ]
  for (const text of spellings)
    test(`${text} is no way to an address, and no name`, () =>
      holds(!parseHost(text).ok, shown(parseAuthority(`${text}:80`))))

  test('a URL may leave its port out', () => {
    equal(shown(parseAuthority('a.example', 80)), 'name a.example:80')
    equal(shown(parseAuthority('a.example:', 80)), 'name a.example:80')
    equal(shown(parseAuthority('[::1]', 80)), 'address [::1]:80')
    equal(shown(parseAuthority('a.example:81', 80)), 'name a.example:81')
  })

  test('SOCKS5 clients send literal addresses as domains, IPv6 without brackets', () => {
    const kind = (text: string) => {
      const host = parseSocksDomain(text)
      return host.ok ? host.value.kind : 'refused'
    }
    deepEqual(['127.0.0.1', '::1', '[::1]', '::ffff:127.0.0.1', 'a.example', '127.1', 'a:b', 'fe80::1%1'].map(kind), [
      'address',
      'address',
      'address',
      'address',
      'name',
      'refused',
      'refused',
      'refused',
    ])
  })
})

const name = fc
  .array(fc.stringMatching(/^[a-z0-9_-]{1,12}$/), { minLength: 1, maxLength: 4 })
  .map((labels) => [...labels, 'x'].join('.'))
const host: fc.Arbitrary<Host> = fc.oneof(
  name.map((text): Host => ({ kind: 'name', name: text })),
  fc.integer({ min: 0, max: 0xffff_ffff }).map((n): Host => ({ kind: 'address', address: ipv4(n) })),
  fc.bigInt({ min: 1n << 64n, max: (1n << 128n) - 1n }).map((n): Host => ({ kind: 'address', address: ipv6(n) })),
)

describe('reading a destination', () => {
  test('reads what it writes', () => {
    fc.assert(
      fc.property(host, fc.integer({ min: 1, max: 65_535 }), (some, port) => {
        const destination: Destination = { host: some, port }
        deepEqual(parseAuthority(formatDestination(destination)), { ok: true, value: destination })
      }),
    )
  })

  // The reader of URLs in every browser and in Node: what it would dial as an address must never pass here as a name.
  test('never takes for a name what the URL standard takes for an address', () => {
    const trick = fc.oneof(
      fc.string({ unit: fc.constantFrom('0', '1', '7', 'f', 'x', 'X', '.', 'a', '-'), maxLength: 14 }),
      fc
        .array(fc.constantFrom('0x7f', '0177', '127', '0', '1', '0x', '', 'a', '08', '0xg', '256', '4294967296'), {
          maxLength: 6,
        })
        .map((parts) => parts.join('.')),
      fc.string({ unit: 'binary', maxLength: 12 }),
    )
    let names = 0
    fc.assert(
      fc.property(trick, (text) => {
        const parsed = parseHost(text)
        if (!parsed.ok) return
        const url = URL.parse(`http://${text}/`)
        if (url === null) return // longer, or an xn-- label that decodes to nothing: no reader makes an address of it
        if (parsed.value.kind === 'name') {
          names += 1
          equal(url.hostname.replace(/\.$/, ''), parsed.value.name)
        } else equal(url.hostname.replace(/^\[|\]$/g, ''), formatAddress(parsed.value.address))
      }),
      { numRuns: 5000 },
    )
    holds(names > 50, `only ${names} names were compared`)
  })

  test('takes exactly the ports that there are', () => {
    for (let port = -1; port <= 70_000; port += 1) equal(parsePort(String(port)).ok, port >= 1 && port <= 65_535)
  })
})
