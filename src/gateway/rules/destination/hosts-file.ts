/** Names that are settled on this machine: those of `/etc/hosts`, and `localhost`. */
import { ipv4, ipv6, parseAddress, type Address } from '../../../ip/address.ts'
import { parseName } from './destination.ts'

export type HostsFile = ReadonlyMap<string, readonly Address[]>

/** hosts(5): an address and its names a line, `#` to the end of the line. A line that cannot be read, or an address with a zone, is left out, as
 *  every resolver does. */
export function parseHostsFile(text: string): HostsFile {
  const hosts = new Map<string, Address[]>()
  for (const line of text.split('\n')) {
    const [first = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    const address = parseAddress(first)
    if (!address.ok) continue
    for (const spelled of names) {
      const name = parseName(spelled)
      if (!name.ok || name.value.kind !== 'name') continue
      const known = hosts.get(name.value.name) ?? []
      if (!known.includes(address.value)) hosts.set(name.value.name, [...known, address.value])
    }
  }
  return hosts
}

/** `localhost` and what is below it: always the machine itself (RFC 6761 section 6.3). */
export const isLocalhost = (name: string): boolean => name === 'localhost' || name.endsWith('.localhost')

/** Undefined: ask the name servers. They are never asked for `localhost`, whatever a file says. */
export const settledHere = (hosts: HostsFile, name: string): readonly Address[] | undefined =>
  isLocalhost(name) ? loopback : hosts.get(name)

const loopback: readonly Address[] = [ipv4(0x7f00_0001), ipv6(1n)]
