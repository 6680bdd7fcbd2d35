/** How SOCKS5 writes what a tunnel leads to (RFC 1928 section 5), who asks for it (RFC 1929), and why there is none (section 6). */
import { formatAddress, type Address } from './address.ts'
import type { Host } from './hosts.ts'

/** Kind and address; a name is resolved by the proxy. */
export function socksHost(host: Host): Buffer {
  if (host.kind === 'name') return Buffer.concat([Buffer.from([3]), socksText(host.name)])
  return Buffer.concat([Buffer.from([typeof host.address === 'bigint' ? 4 : 1]), packed(host.address)])
}

/** Its length in one byte before it: 255 bytes at most. */
export function socksText(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from([bytes.length]), bytes])
}

function packed(address: Address): Buffer {
  if (typeof address === 'bigint') return Buffer.from(address.toString(16).padStart(32, '0'), 'hex')
  return Buffer.from(formatAddress(address).split('.').map(Number))
}

/** For people: what a proxy means by this reply. */
export const socksReplyWords = (reply: number): string => replies[reply] ?? 'of no known meaning'

const replies: Readonly<Record<number, string>> = {
  1: 'general failure',
  2: 'not allowed by its rules',
  3: 'network unreachable',
  4: 'host unreachable',
  5: 'connection refused',
  6: 'TTL expired',
  7: 'command not supported',
  8: 'address type not supported',
}
