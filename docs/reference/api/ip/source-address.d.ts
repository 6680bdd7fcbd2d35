/** Where a request came from: the socket's peer, unless the peer is a proxy that we were told to believe (SF-10). */
import type { Result } from '../values/result.ts';
import { type Address } from './address.ts';
import type { AddressFault } from './address-fault.ts';
import { type RangeMatcher } from './matcher.ts';
/** How the address was learned travels with the address. */
export type SourceAddress = {
    readonly address: Address;
    readonly via: 'peer' | 'x-forwarded-for' | 'forwarded';
    readonly peer: Address;
    /** What a forwarding header said and nobody believed; for the record only (L-107). At most 256 characters, no control characters. */
    readonly claimed?: string;
};
/** Header lines as they came: one text, or one a line. */
export type HeaderLines = string | readonly string[] | undefined;
export type Arrival = {
    readonly peer: Address;
    readonly xForwardedFor?: HeaderLines;
    readonly forwarded?: HeaderLines;
};
/** Walks the header from its right end, which the nearest proxy wrote, and stops at the first hop that is not a listed proxy. An entry that is
 *  no address stops the walk at the proxy that passed it on: whoever wrote it never decides.
 *
 *  With both headers present each is walked, and they decide only if they agree; else it is the peer. A proxy maintains one of the two and
 *  passes the other on as the client wrote it, and which one cannot be seen from here. */
export declare function sourceAddress(arrival: Arrival, trustedProxies: RangeMatcher): SourceAddress;
/** The socket's own word for its peer. Node appends a zone to link-local addresses; that comes from the kernel, not from the client, and is cut off.
 *  An IPv4 peer of a dual-stack socket (`::ffff:192.0.2.7`) is IPv4 (SF-143). A socket that is already closed has no peer: pass ''. */
export declare function peerAddress(text: string): Result<Address, AddressFault>;
