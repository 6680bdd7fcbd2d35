/** Every class of address that is nobody's destination, by every way to ask for it, through a gateway that allows every host: refused with the
 *  class by name, and nothing is dialled (L-77, SF-280). */
import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseAddress } from '../../src/ip/address.ts'
import { startDnsServer } from './dns-server.ts'
import { startTestGateway, type Scope, type TestGateway } from './kit.ts'
import { connectRefused, forwardThrough, socksThrough } from './raw-client.ts'

const classes: Readonly<Record<string, readonly string[]>> = {
  'private (RFC 1918)': [
    '10.0.0.1',
    '10.255.255.255',
    '172.16.0.1',
    '172.31.255.254',
    '192.168.0.1',
    '192.168.255.255',
  ],
  'loopback': ['127.0.0.1', '127.255.255.254', '::1'],
  'link-local, the metadata service among them': ['169.254.169.254', '169.254.0.1', 'fe80::1', 'fec0::1'],
  'behind a carrier’s NAT': ['100.64.0.1', '100.127.255.254', '100.100.100.200'],
  '“this network”, and unspecified': ['0.0.0.0', '0.1.2.3', '::'],
  'multicast, broadcast and reserved': ['224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255', 'ff02::1'],
  'for documentation, protocols and benchmarks': [
    '192.0.2.1',
    '198.51.100.1',
    '203.0.113.1',
    '192.0.0.8',
    '198.18.0.1',
    '2001:db8::1',
    '3fff::1',
    '2001:2::1',
  ],
  'private (RFC 4193)': ['fc00::1', 'fd00:ec2::254', 'fdff::1'],
  'NAT64 of an IPv4 address that is prohibited': ['64:ff9b::a00:1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::a00:1'],
  '6to4': ['2002:a00:1::', '2002:7f00:1::1', '2002:a9fe:a9fe::1'],
  'Teredo': ['2001::1', '2001:0:4136:e378:8000:63bf:f5ff:fffe'],
  'IPv4-mapped, -compatible and -translated': [
    '::ffff:10.0.0.1',
    '::ffff:169.254.169.254',
    '::10.0.0.1',
    '::ffff:0:10.0.0.1',
  ],
  'that discards': ['100::1'],
}

const inUrl = (address: string): string => (address.includes(':') ? `[${address}]` : address)
const fieldOf = (text: string): RegExp => new RegExp(`error=${text}`)

function bytesOf(text: string): { kind: 'ipv4' | 'ipv6'; bytes: Uint8Array } {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(`${text} is no address`)
  const kind = text.includes(':') ? 'ipv6' : 'ipv4'
  const mapped = kind === 'ipv6' && typeof parsed.value === 'number' ? 0xffffn << 32n : 0n
  const hex = (mapped | BigInt(parsed.value)).toString(16).padStart(kind === 'ipv6' ? 32 : 8, '0')
  return { kind, bytes: Buffer.from(hex, 'hex') }
}

type Watched = { readonly gateway: TestGateway; readonly dials: () => number }

/** The pool alone opens connections; it is asked for none. */
async function watched(t: Scope): Promise<Watched> {
  const answers = new Map<string, string>()
  for (const address of Object.values(classes).flat()) answers.set(nameOf(address), address)
  const dns = await startDnsServer(({ name }) => ({ addresses: [answers.get(name) ?? '10.0.0.1'] }))
  t.after(() => dns.close())
  const gateway = await startTestGateway(t, {
    ...{ allow: ['*:*'], configuration: { allowEverything: true } },
    environment: { nameServers: [dns.server] },
  })
  const { pool } = gateway.running.parts
  const { open } = pool
  let dials = 0
  Object.assign(pool, {
    open(ask: Parameters<typeof open>[0]) {
      dials += 1
      return open(ask)
    },
  })
  return { gateway, dials: () => dials }
}

/** A name that the test's server answers with it. */
const nameOf = (address: string): string => `n${Object.values(classes).flat().indexOf(address)}.example.com`

describe('an address that is nobody’s destination is refused, and nothing is dialled', () => {
  for (const [sentence, addresses] of Object.entries(classes))
    test(`L-77: ${sentence}`, async (t) => {
      const { gateway, dials } = await watched(t)
      for (const address of addresses) {
        const host = inUrl(address)
        for (const target of [host, nameOf(address)]) {
          const connected = await connectRefused(gateway, `${target}:443`)
          equal(connected.status, 403, `CONNECT ${target} (${address})`)
          match(connected.fields.get('proxy-status') ?? '', fieldOf('destination_ip_prohibited'))
          match(connected.body, /which is /)
          const forwarded = await forwardThrough(gateway, `http://${target}/`)
          equal(forwarded.status, 403, `http://${target}/ (${address})`)
        }
        for (const asked of [bytesOf(address), { kind: 'name' as const, name: nameOf(address) }]) {
          const { raw, code } = await socksThrough(gateway, { address: asked, port: 443 })
          raw.socket.destroy()
          equal(code, 2, `SOCKS5 ${asked.kind} ${address}`)
        }
      }
      equal(dials(), 0)
      deepEqual(gateway.tunnels(), [])
    })

  test('and the way to a public address is the pool’s, so that the count above would have seen it', async (t) => {
    const { gateway, dials } = await watched(t)
    const egress = [{ name: 'a', address: '192.0.2.77', confirm: 'on' as const }]
    await gateway.running.reload({ ...gateway.configuration, egress }) // nothing goes out
    equal((await connectRefused(gateway, '93.184.215.14:443')).status, 503)
    equal(dials(), 1)
  })
})
