import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bareHost, formatDestination, parseHost } from './hosts.ts'

describe('a host', () => {
  const hosts: Readonly<Record<string, readonly [text: string, destination: string, bare: string]>> = {
    'is a name in lower case': ['Login.Salesforce.COM', 'login.salesforce.com:443', 'login.salesforce.com'],
    'loses its final dot, which certificates do not have': [
      'login.salesforce.com.',
      'login.salesforce.com:443',
      'login.salesforce.com',
    ],
    'may be of one label': ['localhost', 'localhost:443', 'localhost'],
    'may have hyphens and underscores': [
      'my_domain--dev.my.salesforce.com',
      'my_domain--dev.my.salesforce.com:443',
      'my_domain--dev.my.salesforce.com',
    ],
    'may be an address of IPv4': ['192.0.2.1', '192.0.2.1:443', '192.0.2.1'],
    'may be an address of IPv6': ['2001:DB8::1', '[2001:db8::1]:443', '2001:db8::1'],
    'may be one of IPv6 in brackets': ['[2001:db8::1]', '[2001:db8::1]:443', '2001:db8::1'],
    'is IPv4 where it is an IPv4-mapped address': ['::ffff:192.0.2.1', '192.0.2.1:443', '192.0.2.1'],
  }
  for (const [sentence, [text, destination, bare]] of Object.entries(hosts))
    test(sentence, () => {
      const host = parseHost(text)
      if (!host.ok) throw new Error(host.fault)
      deepEqual([formatDestination({ host: host.value, port: 443 }), bareHost(host.value)], [destination, bare])
    })

  const refused: Readonly<Record<string, readonly [text: string, why: RegExp]>> = {
    'that is empty': ['', /^is empty$/],
    'that is a dot': ['.', /^is empty$/],
    'with an empty label': ['a..b', /^is no name that DNS can have/],
    'with a line break': ['a\r\nb', /^is no name that DNS can have/],
    'with a user': ['user@host', /^is no name that DNS can have/],
    'with a path': ['host/path', /^is no name that DNS can have/],
    'of other than ASCII': ['bücher.example', /^is no name that DNS can have/],
    'with a port': ['host:443', /^is no address/],
    'with a zone': ['fe80::1%eth0', /^is no address/],
    'with a label of 64 characters': [`${'a'.repeat(64)}.example`, /^is no name that DNS can have/],
    'of 254 characters': [`a${'a.'.repeat(126)}a`, /^is no name that DNS can have/],
    'that is an address in shorthand': ['127.1', /^is no address/],
    'that is an address as one number': ['2130706433', /^is no address/],
    'that is an address in hexadecimal': ['0x7f000001', /^is no address/],
    'that is an address with a final dot': ['127.0.0.1.', /^is no address/],
  }
  for (const [sentence, [text, why]] of Object.entries(refused))
    test(`${sentence} is refused`, () => {
      const host = parseHost(text)
      equal(host.ok, false)
      match(host.ok ? '' : host.fault, why)
    })
})
