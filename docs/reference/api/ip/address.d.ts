/** An IPv4 or IPv6 address as a value that compares with `<`, and the one place that reads an address from text. */
import { type Result } from '../values/result.ts';
import { type AddressFault } from './address-fault.ts';
/** An unsigned 32-bit whole number, so that the hot path allocates nothing. */
export type Ipv4 = number & {
    readonly __brand: 'Ipv4';
};
/** An unsigned 128-bit number. Never an IPv4-mapped address when it was read by `parseAddress` (SF-143). */
export type Ipv6 = bigint & {
    readonly __brand: 'Ipv6';
};
/** `typeof` tells the family. JSON cannot carry an IPv6 address: write `formatAddress`. */
export type Address = Ipv4 | Ipv6;
/** Reads any textual form of IPv6 and dotted IPv4. IPv4-mapped IPv6 comes back as IPv4; 6to4 and NAT64 forms stay as they are (SF-143).
 *  Zone ids, brackets, ports, prefix lengths, leading zeros and shorthand IPv4 are refused, each by name (SF-145). */
export declare function parseAddress(text: string): Result<Address, AddressFault>;
/** Dotted decimal, or the canonical text of RFC 5952. `parseAddress` of it is the same address. */
export declare function formatAddress(address: Address): string;
/** For arithmetic inside `ip/`: the number must already lie in 0 to 2^32 - 1. */
export declare const ipv4: (value: number) => Ipv4;
/** For arithmetic inside `ip/`: the number must already lie in 0 to 2^128 - 1. */
export declare const ipv6: (value: bigint) => Ipv6;
export type Family = 'IPv4' | 'IPv6';
export declare const familyOf: (address: Address) => Family;
/** By family, IPv4 first, then by value; for sorting. */
export declare function compareAddresses(a: Address, b: Address): number;
