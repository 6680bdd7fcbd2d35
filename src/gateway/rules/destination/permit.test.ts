import { deepEqual, equal, match, ok as holds } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { formatAddress, ipv4, ipv6, parseAddress, type Address } from '../../../ip/address.ts'
import { specialBlockOf } from '../../../ip/address-class.ts'
import { compileAllow } from './allow.ts'
import { compileOwnListeners } from './own-listeners.ts'
import { permit } from './permit.ts'
import { reasonOf } from '../refusal.ts'

function address(text: string): Address {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(parsed.fault.message)
  return parsed.value
}

type Ask = { readonly allow?: readonly string[]; readonly to: readonly string[]; readonly port?: number }

const ownPort = 9293

function asked({ allow = [], to, port = 443 }: Ask) {
  const rules = compileAllow(['*:*', ...allow], { allowEverything: true })
  if (!rules.ok) throw new Error(rules.fault.map(({ message }) => message).join('; '))
  return permit({
    rules: rules.value,
    destination: { host: { kind: 'name', name: 'a.example' }, port },
    addresses: to.map(address),
    own: compileOwnListeners({ ports: [ownPort, 9294], machine: ['192.0.2.7', '2606:4700::7'].map(address) }),
  })
}

function verdict(ask: Ask): readonly string[] | string {
  const permitted = asked(ask)
  return permitted.ok ? permitted.value.map(formatAddress) : permitted.fault.code
}

describe('permitting addresses', () => {
  const [publicOne, publicTwo] = ['13.108.0.1', '2606:4700::1']
  const verdicts = {
    'public addresses, in their order': [{ to: [publicTwo, publicOne] }, [publicTwo, publicOne]],
    'L-77: a private one is refused': [{ to: ['10.0.0.1'] }, 'ADDRESS_PROHIBITED'],
    'L-77: a private one beside a public one spoils the answer': [{ to: [publicOne, '10.0.0.1'] }, 'ADDRESS_PROHIBITED'],
    'L-77: whatever the order': [{ to: ['::1', publicTwo] }, 'ADDRESS_PROHIBITED'],
    'L-78: a host pattern lifts no class': [{ allow: ['*.example:*', 'a.example:*'], to: ['10.0.0.1'] }, 'ADDRESS_PROHIBITED'],
    'L-78: the address itself lifts it': [{ allow: ['10.0.0.1:443'], to: ['10.0.0.1'] }, ['10.0.0.1']],
    'L-78: at its port alone': [{ allow: ['10.0.0.1:80'], to: ['10.0.0.1'] }, 'ADDRESS_PROHIBITED'],
    'L-78: a range around it lifts it': [{ allow: ['10.0.0.0/8:443'], to: ['10.0.0.1'] }, ['10.0.0.1']],
    'a listed one beside a public one is permitted': [{ allow: ['10.0.0.1:443'], to: ['10.0.0.1', publicOne] }, ['10.0.0.1', publicOne]],
    'of private ones alone the listed are kept': [{ allow: ['127.0.0.1:443'], to: ['::1', '127.0.0.1'] }, ['127.0.0.1']],
    'unless a public one is among them': [{ allow: ['127.0.0.1:443'], to: ['::1', '127.0.0.1', publicOne] }, 'ADDRESS_PROHIBITED'],
    'a range does not lift the metadata service in it': [{ allow: ['169.254.0.0/16:443'], to: ['169.254.169.254'] }, 'ADDRESS_PROHIBITED'],
    'but does lift its neighbour': [{ allow: ['169.254.0.0/16:443'], to: ['169.254.169.253'] }, ['169.254.169.253']],
    'only the address itself lifts the metadata service': [{ allow: ['169.254.169.254:443'], to: ['169.254.169.254'] }, ['169.254.169.254']],
    'a range of public addresses does not lift the platform of a cloud': [{ allow: ['168.0.0.0/8:443'], to: ['168.63.129.16'] }, 'ADDRESS_PROHIBITED'],
    'the unspecified address is not lifted by its range': [{ allow: ['0.0.0.0/8:443'], to: ['0.0.0.0'] }, 'ADDRESS_PROHIBITED'],
    'NAT64 of a private address is refused': [{ to: ['64:ff9b::10.0.0.1'] }, 'ADDRESS_PROHIBITED'],
    'NAT64 of a public address alone is refused': [{ to: ['64:ff9b::13.108.0.1'] }, 'ADDRESS_PROHIBITED'],
    'DNS64 beside the public address is left out': [{ to: ['13.108.0.1', '64:ff9b::13.108.0.1'] }, ['13.108.0.1']],
    'DNS64 of a private address spoils the answer': [{ to: ['13.108.0.1', '64:ff9b::10.0.0.1'] }, 'ADDRESS_PROHIBITED'],
    'DNS64 of the metadata service spoils the answer': [{ to: ['13.108.0.1', '64:ff9b::169.254.169.254'] }, 'ADDRESS_PROHIBITED'],
    'a listed NAT64 range leads to public addresses': [{ allow: ['[64:ff9b::/96]:443'], to: ['64:ff9b::13.108.0.1'] }, ['64:ff9b::d6c:1']],
    'and to no private ones behind it': [{ allow: ['[64:ff9b::/96]:443'], to: ['64:ff9b::10.0.0.1'] }, 'ADDRESS_PROHIBITED'],
    'unless those are listed as well': [{ allow: ['[64:ff9b::/96]:443', '10.0.0.0/8:443'], to: ['64:ff9b::10.0.0.1'] }, ['64:ff9b::a00:1']],
    'or the very address is': [{ allow: ['[64:ff9b::a00:1]:443'], to: ['64:ff9b::10.0.0.1'] }, ['64:ff9b::a00:1']],
    '6to4 beside a public address spoils the answer': [{ to: [publicOne, '2002:0d6c:0001::1'] }, 'ADDRESS_PROHIBITED'],
    'a listed 6to4 range leads to no private network': [{ allow: ['[2002::/16]:443'], to: ['2002:a00:1::1'] }, 'ADDRESS_PROHIBITED'],
    'a listed Teredo range leads to no private client': [{ allow: ['[2001::/32]:443'], to: ['2001:0:d6c:1::f5ff:fffe'] }, 'ADDRESS_PROHIBITED'],
    'ISATAP in a public network is refused': [{ to: ['2606:4700::5efe:10.0.0.1'] }, 'ADDRESS_PROHIBITED'],
    'the gateway at its own address': [{ to: ['192.0.2.7'], port: ownPort }, 'GATEWAY_ITSELF'],
    'the admin API on the loopback': [{ to: ['127.0.0.1'], port: 9294 }, 'GATEWAY_ITSELF'],
    'also when that is listed': [{ allow: ['127.0.0.0/8:*', '127.0.0.1:9294'], to: ['127.0.0.1'], port: 9294 }, 'GATEWAY_ITSELF'],
    'at another address of the loopback': [{ allow: ['127.0.0.0/8:*'], to: ['127.9.9.9'], port: ownPort }, 'GATEWAY_ITSELF'],
    'at the unspecified address': [{ allow: ['0.0.0.0:*'], to: ['0.0.0.0'], port: ownPort }, 'GATEWAY_ITSELF'],
    'at the unspecified address of IPv6': [{ allow: ['[::]:*'], to: ['::'], port: ownPort }, 'GATEWAY_ITSELF'],
    'by way of a listed translator': [{ allow: ['[64:ff9b::/96]:*', '127.0.0.0/8:*'], to: ['64:ff9b::127.0.0.1'], port: ownPort }, 'GATEWAY_ITSELF'],
    'by way of a translator that is listed itself': [{ allow: ['[64:ff9b::7f00:1]:*'], to: ['64:ff9b::127.0.0.1'], port: ownPort }, 'GATEWAY_ITSELF'],
    'at its public address of IPv6': [{ to: ['2606:4700::7'], port: ownPort }, 'GATEWAY_ITSELF'],
    'another port of its machine is no listener': [{ to: ['2606:4700::7'], port: 443 }, ['2606:4700::7']],
    'its port on another machine is none': [{ to: [publicOne], port: ownPort }, [publicOne]],
  } as const // prettier-ignore
  for (const [sentence, [ask, expected]] of Object.entries(verdicts))
    test(sentence, () => deepEqual(verdict(ask), expected))

  test('a refusal says what the address is', () => {
    const permitted = asked({ to: ['13.108.0.1', '169.254.169.254'] })
    if (permitted.ok) throw new Error('it was permitted')
    const { status, error, means, next } = reasonOf(permitted.fault)
    deepEqual([status, error], [403, 'destination_ip_prohibited'])
    equal(
      means(permitted.fault.saw),
      'a.example:443 leads to 169.254.169.254, which is the metadata service of this cloud (169.254.169.254).',
    )
    match(next, /list it/)
  })

  test('the way to the gateway itself is refused as such', () => {
    const permitted = asked({ to: ['127.0.0.1'], port: ownPort })
    if (permitted.ok) throw new Error('it was permitted')
    const { status, error, means } = reasonOf(permitted.fault)
    deepEqual([status, error], [403, 'destination_ip_prohibited'])
    equal(means(permitted.fault.saw), 'a.example:9293 leads to 127.0.0.1, which is this gateway itself.')
  })
})

test('without a listed address nothing special is ever permitted, and what is refused has something special in it', () => {
  const v4 = fc.integer({ min: 0, max: 0xffff_ffff }).map((n): Address => ipv4(n))
  const v6 = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map((n): Address => ipv6(n))
  const global6 = fc.bigInt({ min: 0n, max: (1n << 125n) - 1n }).map((n): Address => ipv6((1n << 125n) + n))
  const dns64 = fc.integer({ min: 0, max: 0xffff_ffff }).map((n): Address => ipv6((0x64_ff9bn << 96n) + BigInt(n)))
  const rules = compileAllow(['*:*'], { allowEverything: true })
  if (!rules.ok) throw new Error('every host is a rule')
  const seen = { permitted: 0, refused: 0 }
  fc.assert(
    fc.property(fc.array(fc.oneof(v4, v6, global6, dns64), { minLength: 1, maxLength: 5 }), (addresses) => {
      const own = compileOwnListeners({ ports: [], machine: [] })
      const found = permit({
        rules: rules.value,
        destination: { host: { kind: 'name', name: 'x' }, port: 1 },
        addresses,
        own,
      })
      if (found.ok) {
        holds(found.value.length > 0)
        deepEqual(
          found.value,
          addresses.filter((each) => specialBlockOf(each) === undefined),
        )
      } else holds(addresses.some((each) => specialBlockOf(each) !== undefined))
      seen[found.ok ? 'permitted' : 'refused'] += 1
    }),
    { numRuns: 3000 },
  )
  holds(seen.permitted > 100 && seen.refused > 100, JSON.stringify(seen))
})
