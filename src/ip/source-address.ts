/** Where a request came from: the socket's peer, unless the peer is a proxy that we were told to believe (SF-10). */
import type { Result } from '../values/result.ts'
import { parseAddress, type Address } from './address.ts'
import type { AddressFault } from './address-fault.ts'
import { readForwarded, readForwardedFor, type Hop, type Hops } from './forwarding-header.ts'
import { matcherContains, type RangeMatcher } from './matcher.ts'

/** How the address was learned travels with the address. */
export type SourceAddress = {
  readonly address: Address
  readonly via: 'peer' | 'x-forwarded-for' | 'forwarded'
  readonly peer: Address
  /** What a forwarding header said and nobody believed; for the record only (L-107). At most 256 characters, no control characters. */
  readonly claimed?: string
}

/** Header lines as they came: one text, or one a line. */
export type HeaderLines = string | readonly string[] | undefined

export type Arrival = {
  readonly peer: Address
  readonly xForwardedFor?: HeaderLines
  readonly forwarded?: HeaderLines
}

const longestClaim = 256

/** Walks the header from its right end, which the nearest proxy wrote, and stops at the first hop that is not a listed proxy. An entry that is
 *  no address stops the walk at the proxy that passed it on: whoever wrote it never decides.
 *
 *  With both headers present each is walked, and they decide only if they agree; else it is the peer. A proxy maintains one of the two and
 *  passes the other on as the client wrote it, and which one cannot be seen from here. */
export function sourceAddress(arrival: Arrival, trustedProxies: RangeMatcher): SourceAddress {
  const { peer } = arrival
  const forwardedFor = linesOf(arrival.xForwardedFor)
  const forwarded = linesOf(arrival.forwarded)
  if (forwardedFor.length === 0 && forwarded.length === 0) return { address: peer, via: 'peer', peer }
  if (!matcherContains(trustedProxies, peer)) return fromPeer(peer, [...forwardedFor, ...forwarded])

  const first = walk(peer, readForwardedFor(forwardedFor), trustedProxies)
  const second = walk(peer, readForwarded(forwarded), trustedProxies)
  if (forwarded.length === 0) return fromWalk(peer, first, 'x-forwarded-for')
  if (forwardedFor.length === 0) return fromWalk(peer, second, 'forwarded')
  if (first.address === second.address) return fromWalk(peer, first, 'x-forwarded-for')
  return fromPeer(peer, [...forwardedFor, ...forwarded])
}

/** The socket's own word for its peer. Node appends a zone to link-local addresses; that comes from the kernel, not from the client, and is cut off.
 *  An IPv4 peer of a dual-stack socket (`::ffff:192.0.2.7`) is IPv4 (SF-143). A socket that is already closed has no peer: pass ''. */
export function peerAddress(text: string): Result<Address, AddressFault> {
  const zone = text.indexOf('%')
  return parseAddress(zone < 0 ? text : text.slice(0, zone))
}

type Walk = { readonly address: Address; readonly moved: boolean; readonly unread: string }

function walk(peer: Address, hops: Hops, trustedProxies: RangeMatcher): Walk {
  let address = peer
  let moved = false
  let hop: Hop | undefined
  while ((hop = hops.next()) !== undefined) {
    if (hop.kind === 'unusable') return { address, moved, unread: hops.rest(hop) }
    address = hop.address
    moved = true
    if (!matcherContains(trustedProxies, address)) return { address, moved, unread: hops.rest() }
  }
  return { address, moved, unread: '' }
}

function fromWalk(
  peer: Address,
  { address, moved, unread }: Walk,
  header: 'x-forwarded-for' | 'forwarded',
): SourceAddress {
  return { address, via: moved ? header : 'peer', peer, ...claimOf(unread) }
}

function fromPeer(peer: Address, lines: readonly string[]): SourceAddress {
  return { address: peer, via: 'peer', peer, ...claimOf(lines.join(', ')) }
}

function claimOf(text: string): { readonly claimed?: string } {
  const claimed = text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '')
    .trim()
    .slice(0, longestClaim)
    .toWellFormed()
  return claimed === '' ? {} : { claimed }
}

/** A blank line says nothing, so it is no header. */
function linesOf(header: HeaderLines): readonly string[] {
  if (header === undefined) return []
  return (typeof header === 'string' ? [header] : header).filter((line) => line.trim() !== '')
}
