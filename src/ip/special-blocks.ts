/** The blocks of addresses that are not of the public internet: the registries of IANA for special purposes (RFC 6890, as they stand), what was
 *  withdrawn and is still routed by old machines, and the services that clouds put beside every machine. */
import { ipv6 } from './address.ts'
import { parseCidr } from './cidr.ts'
import type { Range } from './range.ts'

export type SpecialBlock = {
  readonly cidr: string
  readonly range: Range
  /** Follows "which is". */
  readonly kind: string
  /** What lifts it where addresses are listed: a range of this block, or nothing less than the very address. */
  readonly liftedBy: 'range' | 'address'
  /** Where IPv4 addresses lie in it that a packet may come to in the end. */
  readonly embeds: 'nothing' | 'last-32-bits' | 'bits-16-to-48' | 'teredo'
  /** DNS64 adds such addresses to the answers for public names (RFC 6147). */
  readonly dns64: boolean
  /** Stands for what no registry names; whoever lists a range that touches a named block as well has to name that one. */
  readonly unnamed: boolean
}

const plain = { liftedBy: 'range', embeds: 'nothing', dns64: false, unnamed: false } as const

function block(
  cidr: string,
  kind: string,
  more: Partial<Omit<SpecialBlock, 'cidr' | 'kind' | 'range'>> = {},
): SpecialBlock {
  const range = parseCidr(cidr)
  if (!range.ok) throw new Error(range.fault.message)
  return { ...plain, ...more, cidr, kind: `${kind} (${cidr})`, range: range.value }
}

// A listed network must not open these: they hand out the credentials of the machine.
const metadata = (address: string, of: string): SpecialBlock =>
  block(address, `the metadata service of ${of}`, { liftedBy: 'address' })
// Nobody has a service there, and networks that somebody may list lie around them.
const sink = (cidr: string, kind: string): SpecialBlock => block(cidr, kind, { liftedBy: 'address' })

const ipv4Blocks: readonly SpecialBlock[] = [
  block('0.0.0.0/8', 'an address of “this network”'), // RFC 791
  block('0.0.0.0/32', 'the unspecified address', { liftedBy: 'address' }), // dialled, it is the machine itself
  block('10.0.0.0/8', 'a private address'), // RFC 1918
  block('100.64.0.0/10', 'an address behind a carrier’s NAT'), // RFC 6598
  block('127.0.0.0/8', 'a loopback address'), // RFC 1122
  block('169.254.0.0/16', 'a link-local address'), // RFC 3927
  block('172.16.0.0/12', 'a private address'), // RFC 1918
  block('192.0.0.0/24', 'an address for protocols of the IETF'), // RFC 6890
  block('192.0.2.0/24', 'an address for documentation'), // RFC 5737
  sink('192.31.196.0/24', 'an address of AS112'), // RFC 7535
  sink('192.52.193.0/24', 'an address for multicast tunnels'), // RFC 7450
  block('192.88.99.0/24', 'an address of 6to4 relays'), // RFC 7526
  block('192.168.0.0/16', 'a private address'), // RFC 1918
  sink('192.175.48.0/24', 'an address of AS112'), // RFC 7534
  block('198.18.0.0/15', 'an address for benchmarks'), // RFC 2544
  block('198.51.100.0/24', 'an address for documentation'), // RFC 5737
  block('203.0.113.0/24', 'an address for documentation'), // RFC 5737
  block('224.0.0.0/4', 'a multicast address'), // RFC 1112
  block('240.0.0.0/4', 'a reserved address'), // RFC 1112
  block('255.255.255.255/32', 'the broadcast address'), // RFC 919
  metadata('169.254.169.254', 'this cloud'), // Amazon, Google, Azure, and most others
  metadata('169.254.170.2', 'Amazon’s containers'),
  metadata('169.254.170.23', 'Amazon’s pods'),
  metadata('169.254.42.42', 'Scaleway'),
  metadata('100.100.100.200', 'Alibaba Cloud'),
  metadata('192.0.0.192', 'Oracle Cloud'),
  metadata('168.63.129.16', 'Azure’s platform'), // a public address that is only ever the host of the machine
]

const unnamed = (cidr: string): SpecialBlock =>
  block(cidr, 'an address outside of global unicast, 2000::/3', { unnamed: true }) // RFC 4291 section 2.4

const ipv6Blocks: readonly SpecialBlock[] = [
  unnamed('::/3'),
  unnamed('4000::/2'),
  unnamed('8000::/1'),
  block('::/128', 'the unspecified address', { liftedBy: 'address' }), // RFC 4291; dialled, it is the machine itself
  block('::1/128', 'the loopback address'), // RFC 4291
  block('::/96', 'an IPv4-compatible address', { embeds: 'last-32-bits' }), // RFC 4291
  block('::ffff:0:0:0/96', 'an IPv4-translated address', { embeds: 'last-32-bits' }), // RFC 2765
  block('64:ff9b::/96', 'a NAT64 address', { embeds: 'last-32-bits', dns64: true }), // RFC 6052
  block('64:ff9b:1::/48', 'a local NAT64 address', { embeds: 'last-32-bits', dns64: true }), // RFC 8215
  block('100::/64', 'an address that discards'), // RFC 6666
  block('100:0:0:1::/64', 'a dummy address'), // RFC 9780
  block('2001::/23', 'an address for protocols of the IETF'), // RFC 2928
  block('2001::/32', 'a Teredo address', { embeds: 'teredo' }), // RFC 4380
  block('2001:2::/48', 'an address for benchmarks'), // RFC 5180
  block('2001:10::/28', 'an ORCHID'), // RFC 4843
  block('2001:20::/28', 'an ORCHID'), // RFC 7343
  block('2001:30::/28', 'the tag of a drone'), // RFC 9374
  block('2001:db8::/32', 'an address for documentation'), // RFC 3849
  block('2002::/16', 'a 6to4 address', { embeds: 'bits-16-to-48' }), // RFC 3056
  sink('2620:4f:8000::/48', 'an address of AS112'), // RFC 7534
  block('3fff::/20', 'an address for documentation'), // RFC 9637
  block('5f00::/16', 'a segment identifier'), // RFC 9602
  block('fc00::/7', 'a private address'), // RFC 4193
  block('fe80::/10', 'a link-local address'), // RFC 4291
  block('fec0::/10', 'a site-local address'), // RFC 3879
  block('ff00::/8', 'a multicast address'), // RFC 4291
  metadata('fd00:ec2::254', 'Amazon'),
  metadata('fd00:ec2::23', 'Amazon’s pods'),
  metadata('fd20:ce::254', 'Google Cloud'),
  metadata('fd00:42::42', 'Scaleway'),
  metadata('fd00:c1::a9fe:a9fe', 'Oracle Cloud'),
]

// Range of its own making, since `parseCidr` takes it for all of IPv4; no text leads to such an address, so this is the net below (SF-143).
const mapped: SpecialBlock = {
  ...plain,
  cidr: '::ffff:0:0/96',
  kind: 'an IPv4-mapped address (::ffff:0:0/96)',
  range: { start: ipv6(0xffff_0000_0000n), end: ipv6(0xffff_ffff_ffffn) },
  embeds: 'last-32-bits',
}

export const specialBlocks: readonly SpecialBlock[] = [...ipv4Blocks, ...ipv6Blocks, mapped]
