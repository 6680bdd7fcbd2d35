/** The table of L-77: every special class of address by literal, by the answer of a name server, inside IPv6, in every spelling, and by a name
 *  that rebinds. Nothing here is ever dialled: what is refused is refused before there is anything to dial. */
import { deepEqual, equal, match, ok as holds } from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { formatAddress, parseAddress } from '../../src/ip/address.ts'
import { parseEchoUrl } from '../../src/gateway/rules/egress/echo-url.ts'
import { openReach, type Reach, type ReachParts } from '../../src/gateway/reach.ts'
import { openResolver } from '../../src/gateway/resolver.ts'
import { compileAllow } from '../../src/gateway/rules/destination/allow.ts'
import { parseAuthority, parseSocksDomain, type Destination } from '../../src/gateway/rules/destination/destination.ts'
import { compileOwnListeners } from '../../src/gateway/rules/destination/own-listeners.ts'
import { reasonOf } from '../../src/gateway/rules/refusal.ts'
import { milliseconds, type Duration } from '../../src/values/time.ts'
import { startDnsServer, type DnsAnswer, type DnsQuestion, type DnsServer } from './dns-server.ts'

type World = {
  readonly allow?: readonly string[]
  readonly answer?: (question: DnsQuestion) => DnsAnswer | Promise<DnsAnswer>
  readonly echo?: ReachParts['echo']
  readonly deadline?: () => Duration
}
type Scene = { readonly reach: Reach; readonly dns: DnsServer; readonly pass: (ms: number) => void }

async function scene(t: TestContext, { allow = ['*:*'], answer, echo, ...waiting }: World = {}): Promise<Scene> {
  const dns = await startDnsServer(answer ?? (() => ({ code: 'NXDOMAIN' })))
  let now = 0
  const resolver = openResolver({ monotonic: () => now, servers: [dns.server], ...waiting })
  t.after(async () => {
    resolver.close()
    await dns.close()
  })
  const rules = compileAllow(allow, { allowEverything: true })
  if (!rules.ok) throw new Error(rules.fault.map(({ message }) => message).join('; '))
  const own = compileOwnListeners({ ports: [9293, 9294], machine: [] })
  const reach = openReach({ allow: () => rules.value, resolver, own: () => own, echo: echo ?? (() => undefined) })
  return { reach, dns, pass: (ms) => void (now += ms) }
}

function destination(text: string): Destination {
  const parsed = parseAuthority(text)
  if (!parsed.ok) throw new Error(parsed.fault)
  return parsed.value
}

async function verdict({ reach }: Scene, to: string, resolves = true): Promise<string> {
  const found = await reach.find(destination(to), { resolves })
  if (!found.ok) return found.fault.code
  return found.value.addresses.map(formatAddress).join(' ')
}

const special = {
  'this network': ['0.0.0.0', '0.1.2.3'],
  'private': ['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1', 'fc00::1', 'fdff::1'],
  'carrier NAT': ['100.64.0.1', '100.127.255.255'],
  'loopback': ['127.0.0.1', '127.255.255.254', '::1'],
  'link-local': ['169.254.0.1', 'fe80::1', 'febf::1'],
  'metadata': ['169.254.169.254', '169.254.170.2', '100.100.100.200', '192.0.0.192', '168.63.129.16', 'fd00:ec2::254'],
  'IETF protocols': ['192.0.0.1', '192.0.0.170', '2001::1', '2001:1::1'],
  'documentation': ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1'],
  'AS112 and AMT': ['192.31.196.1', '192.52.193.1', '192.175.48.1', '2620:4f:8000::1', '2001:4:112::1'],
  'benchmarks': ['198.18.0.1', '198.19.255.255', '2001:2::1'],
  'multicast': ['224.0.0.1', '239.255.255.255', 'ff02::1', 'ff0e::1'],
  'reserved': ['240.0.0.1', '255.255.255.254', '255.255.255.255', '4000::1', '1000::1', 'e000::1', 'fe00::1'],
  'unspecified': ['::'],
  'site-local': ['fec0::1', 'feff::1'],
  'discard and dummy': ['100::1', '100:0:0:1::1'],
  'ORCHID and drones': ['2001:10::1', '2001:20::1', '2001:30::1'],
  'segment routing': ['5f00::1'],
  'NAT64': ['64:ff9b::a00:1', '64:ff9b::127.0.0.1', '64:ff9b::169.254.169.254', '64:ff9b::8.8.8.8', '64:ff9b:1::a00:1'],
  '6to4': ['2002:a00:1::1', '2002:7f00:1::', '2002:a9fe:a9fe::1', '2002:808:808::1', '192.88.99.1'],
  'Teredo': ['2001:0:4136:e378:8000:63bf:f5ff:fffe', '2001:0:7f00:1::'],
  'mapped IPv4': ['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:169.254.169.254'],
  'compatible IPv4': ['::127.0.0.1', '::10.0.0.1', '::8.8.8.8'],
  'translated IPv4': ['::ffff:0:127.0.0.1', '::ffff:0:8.8.8.8'],
  'ISATAP': ['2606:4700::5efe:127.0.0.1', '2606:4700::200:5efe:10.0.0.1'],
} as const
const all = Object.values(special).flat()
const literal = (address: string): string => (address.includes(':') ? `[${address}]` : address)

describe('L-77: a special address', () => {
  for (const [kind, addresses] of Object.entries(special)) {
    test(`of ${kind} is refused as a literal, and no name server is asked`, async (t) => {
      const here = await scene(t)
      for (const address of addresses)
        equal(await verdict(here, `${literal(address)}:443`), 'ADDRESS_PROHIBITED', address)
      deepEqual(here.dns.asked, [])
    })

    test(`of ${kind} is refused as the answer for a name`, async (t) => {
      const here = await scene(t, {
        answer: ({ name }) => ({ addresses: [addresses[Number(name.slice(1, name.indexOf('.')))] ?? ''] }),
      })
      for (const [i, address] of addresses.entries())
        equal(await verdict(here, `n${i}.example:443`), 'ADDRESS_PROHIBITED', address)
      equal(here.dns.asked.length, addresses.length * 2)
    })

    test(`of ${kind} beside a public one spoils the answer, unless it is the DNS64 of a public one`, async (t) => {
      for (const address of addresses) {
        const here = await scene(t, { answer: () => ({ addresses: ['13.108.0.1', address] }) })
        const harmless = ['64:ff9b::8.8.8.8'].includes(address)
        equal(await verdict(here, 'a.example:443'), harmless ? '13.108.0.1' : 'ADDRESS_PROHIBITED', address)
      }
    })
  }

  test('of any kind is refused through a proxy that resolves for itself, when it is a literal', async (t) => {
    const here = await scene(t)
    for (const address of all)
      equal(await verdict(here, `${literal(address)}:443`, false), 'ADDRESS_PROHIBITED', address)
  })

  test('of any kind is refused when SOCKS5 has it as a domain, and as an address', async (t) => {
    const { reach } = await scene(t)
    for (const address of all) {
      const host = parseSocksDomain(address)
      if (!host.ok) throw new Error(host.fault)
      const found = await reach.find({ host: host.value, port: 443 }, { resolves: true })
      equal(found.ok ? 'found' : found.fault.code, 'ADDRESS_PROHIBITED', address)
    }
  })

  test('is told by its kind, in a sentence', async (t) => {
    const { reach } = await scene(t)
    const found = await reach.find(destination('[64:ff9b::a00:1]:443'), { resolves: true })
    if (found.ok) throw new Error('it was found')
    equal(
      reasonOf(found.fault).means(found.fault.saw),
      '[64:ff9b::a00:1]:443 leads to 64:ff9b::a00:1, which is a NAT64 address (64:ff9b::/96) for 10.0.0.1, a private address (10.0.0.0/8).',
    )
  })

  test('G-15: is refused as such with the usual rules, and asks for no rule of its own', async (t) => {
    const here = await scene(t, { allow: ['*.salesforce.com:443'] })
    equal(await verdict(here, '127.0.0.1:443'), 'ADDRESS_PROHIBITED')
    equal(await verdict(here, '13.108.0.1:443'), 'DESTINATION_NOT_ALLOWED')
  })

  const spellings = ['0x7f.1', '0x7f000001', '2130706433', '017700000001', '127.1', '127.0.1', '0177.0.0.1', '127.0.0.01', '127.0.0.1.', '%31%32%37.0.0.1', '１２７.0.0.1', '127。0。0。1', '[::1%lo]', '[::1%25lo]', '[127.0.0.1]', '①②⑦.0.0.1', 'loc\u00adalhost', '0', '0x'] // prettier-ignore
  for (const text of spellings)
    test(`has no spelling ${JSON.stringify(text)}`, () => {
      holds(!parseAuthority(`${text}:80`).ok)
      holds(!parseSocksDomain(text).ok)
    })
})

describe('a name that rebinds', () => {
  const rebinding = (): NonNullable<World['answer']> => {
    const answered = new Map<string, number>()
    return ({ type }) => {
      const times = (answered.get(type) ?? 0) + 1
      answered.set(type, times)
      return { addresses: times === 1 ? ['13.108.0.1'] : ['127.0.0.1', '::1'], ttl: 0 }
    }
  }

  test('L-77: is asked once, and what was checked is what is dialled', async (t) => {
    const here = await scene(t, { answer: rebinding() })
    equal(await verdict(here, 'a.example:443'), '13.108.0.1')
    deepEqual(here.dns.asked.map(({ type }) => type).toSorted(), ['A', 'AAAA'])
  })

  test('is checked anew when it is asked anew', async (t) => {
    const here = await scene(t, { answer: rebinding() })
    await verdict(here, 'a.example:443')
    here.pass(1000)
    equal(await verdict(here, 'a.example:443'), 'ADDRESS_PROHIBITED')
    equal(here.dns.asked.length, 4)
  })

  test('is judged by the rules in force, not by those of the answer', async (t) => {
    const dns = await startDnsServer(() => ({ addresses: ['10.0.0.1'] }))
    const resolver = openResolver({ monotonic: () => 0, servers: [dns.server] })
    t.after(async () => (resolver.close(), await dns.close()))
    const compiled = (rows: readonly string[]) => {
      const rules = compileAllow(rows, { allowEverything: false })
      if (!rules.ok) throw new Error('the rules of the test cannot be read')
      return rules.value
    }
    let rules = compiled(['a.example:443', '10.0.0.0/8:443'])
    const own = compileOwnListeners({ ports: [], machine: [] })
    const reach = openReach({ allow: () => rules, resolver, own: () => own, echo: () => undefined })
    const found = async () => (await reach.find(destination('a.example:443'), { resolves: true })).ok
    equal(await found(), true)
    rules = compiled(['a.example:443'])
    equal(await found(), false)
    equal(dns.asked.length, 2)
  })
})

describe('finding a name', () => {
  test('has the addresses of both families', async (t) => {
    const here = await scene(t, { answer: () => ({ addresses: ['13.108.0.1', '2606:4700::1'] }) })
    equal(await verdict(here, 'Login.Salesforce.com.:443'), '13.108.0.1 2606:4700::1')
    deepEqual(new Set(here.dns.asked.map(({ name }) => name)), new Set(['login.salesforce.com']))
  })

  test('that is not allowed asks no name server', async (t) => {
    const here = await scene(t, { allow: ['*.salesforce.com:443'] })
    equal(await verdict(here, 'secret-of-the-caller.evil.example:443'), 'DESTINATION_NOT_ALLOWED')
    equal(await verdict(here, 'login.salesforce.com:80'), 'DESTINATION_NOT_ALLOWED')
    deepEqual(here.dns.asked, [])
  })

  test('L-78: by a host pattern leads to no private address, and with its range listed it does', async (t) => {
    const answer = () => ({ addresses: ['10.1.2.3'] })
    equal(
      await verdict(await scene(t, { answer, allow: ['*.internal.example:443'] }), 'db.internal.example:443'),
      'ADDRESS_PROHIBITED',
    )
    const listed = ['*.internal.example:443', '10.1.0.0/16:443']
    equal(await verdict(await scene(t, { answer, allow: listed }), 'db.internal.example:443'), '10.1.2.3')
  })

  test('a listed range alone lets no name in that leads there', async (t) => {
    const here = await scene(t, { answer: () => ({ addresses: ['10.1.2.3'] }), allow: ['10.1.0.0/16:443'] })
    equal(await verdict(here, 'db.internal.example:443'), 'DESTINATION_NOT_ALLOWED')
  })

  test('G-02: one that does not exist is told so', async (t) => {
    const { reach } = await scene(t)
    const found = await reach.find(destination('a.example:443'), { resolves: true })
    if (found.ok) throw new Error('it was found')
    const { status, error, means } = reasonOf(found.fault)
    deepEqual([status, error], [502, 'dns_error'])
    match(means(found.fault.saw), /^a\.example does not resolve \(there is no such name\)\.$/)
  })

  const failures = {
    'that has no address': [{ addresses: [] }, 'NAME_NOT_RESOLVED'],
    'whose server fails': [{ code: 'SERVFAIL' }, 'NAME_NOT_RESOLVED'],
    'whose server refuses': [{ code: 'REFUSED' }, 'NAME_NOT_RESOLVED'],
  } as const
  for (const [sentence, [answer, expected]] of Object.entries(failures))
    test(`one ${sentence} is told so`, async (t) =>
      equal(await verdict(await scene(t, { answer: () => answer }), 'a.example:443'), expected))

  test('one whose server says nothing has timed out', async (t) => {
    const { reach } = await scene(t, { answer: () => 'silent', deadline: () => milliseconds(50) })
    const found = await reach.find(destination('a.example:443'), { resolves: true })
    if (found.ok) throw new Error('it was found')
    const { status, error, means } = reasonOf(found.fault)
    deepEqual([status, error], [504, 'dns_timeout'])
    match(means(found.fault.saw), /^The name server gave no answer for a\.example in time\.$/)
  })

  test('is not held up by the family that does not answer', async (t) => {
    const here = await scene(t, { answer: ({ type }) => (type === 'AAAA' ? 'silent' : { addresses: ['13.108.0.1'] }) })
    equal(await verdict(here, 'a.example:443'), '13.108.0.1')
  })

  test('P-43: is left to egresses that resolve for themselves', async (t) => {
    const here = await scene(t)
    equal(await verdict(here, 'a.example:443', false), '')
    deepEqual(here.dns.asked, [])
  })

  test('P-43: but localhost is nobody’s to resolve', async (t) => {
    const here = await scene(t)
    for (const name of ['localhost', 'app.localhost'])
      equal(await verdict(here, `${name}:80`, false), 'ADDRESS_PROHIBITED')
  })

  test('localhost is the machine itself, and is asked of nobody', async (t) => {
    const here = await scene(t, { answer: () => ({ addresses: ['13.108.0.1'] }) })
    equal(await verdict(here, 'localhost:80'), 'ADDRESS_PROHIBITED')
    equal(await verdict(here, 'LOCALHOST.:80'), 'ADDRESS_PROHIBITED')
    deepEqual(here.dns.asked, [])
  })

  test('P-42: is grouped under the rule that let it in', async (t) => {
    const { reach } = await scene(t, { allow: ['*.Salesforce.com:443', 'login.salesforce.com:443'] })
    equal(reach.groupOf(destination('login.salesforce.com:443')), '*.salesforce.com:443')
    equal(reach.groupOf(destination('a.example:443')), 'a.example:443')
    equal(reach.groupOf(destination('ip.sallyport:80')), 'ip.sallyport')
  })
})

describe('ip.sallyport', () => {
  const loopback = ['127.0.0.1', '::1'].flatMap((text) => {
    const parsed = parseAddress(text)
    return parsed.ok ? [parsed.value] : []
  })

  test('leads to the gateway’s own echo without a rule, in each family', async (t) => {
    const { reach } = await scene(t, { allow: [], echo: () => ({ addresses: loopback, port: 4711 }) })
    const found = await reach.find(destination('IP.Sallyport:80'), { resolves: true })
    deepEqual(found, {
      ok: true,
      value: {
        destination: destination('127.0.0.1:4711'),
        addresses: loopback,
        forVia: destination('ip.sallyport:80'),
      },
    })
  })

  test('opens no other way there', async (t) => {
    const here = await scene(t, { allow: ['*:*'], echo: () => ({ addresses: loopback, port: 4711 }) })
    equal(await verdict(here, '127.0.0.1:4711'), 'ADDRESS_PROHIBITED')
    equal(await verdict(await scene(t, { allow: [] }), 'ip.sallyport:443'), 'DESTINATION_NOT_ALLOWED')
  })

  test('leads to an echo outside, which is judged like any host', async (t) => {
    const world = (address: string): World => ({
      allow: [],
      echo: () => parseEchoUrl('http://ip.quotaguard.com/'),
      answer: () => ({ addresses: [address] }),
    })
    equal(await verdict(await scene(t, world('13.108.0.1')), 'ip.sallyport:80'), '13.108.0.1')
    equal(await verdict(await scene(t, world('10.0.0.1')), 'ip.sallyport:80'), 'ADDRESS_PROHIBITED')
  })

  test('says that there is no echo', async (t) =>
    equal(await verdict(await scene(t), 'ip.sallyport:80'), 'NAME_NOT_RESOLVED'))
})
