/** The gateway's own ports on the addresses of its own machine: nobody is ever sent there, whatever `allow` lists. */
import { ipv4, ipv6, type Address } from '../../../ip/address.ts'
import { compileRanges, matcherContains, type RangeMatcher } from '../../../ip/matcher.ts'
import { singleAddress } from '../../../ip/range.ts'

export type OwnListeners = { readonly ports: ReadonlySet<number>; readonly addresses: RangeMatcher }

/** `ports` of proxy and admin API; `machine`: what its interfaces have, and the public addresses under which a NAT may lead back to it. On which
 *  of them a port is bound does not matter: a firewall may carry one to the other. */
export function compileOwnListeners(own: {
  readonly ports: readonly number[]
  readonly machine: readonly Address[]
}): OwnListeners {
  return {
    ports: new Set(own.ports),
    addresses: compileRanges([...own.machine.map(singleAddress), ...toItself]),
  }
}

export const isOwnListener = ({ ports, addresses }: OwnListeners, address: Address, port: number): boolean =>
  ports.has(port) && matcherContains(addresses, address)

// The unspecified address, dialled, is the loopback.
const toItself = [
  { start: ipv4(0x7f00_0000), end: ipv4(0x7fff_ffff) },
  ...[ipv4(0), ipv6(0n), ipv6(1n)].map(singleAddress),
]
