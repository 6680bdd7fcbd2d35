/** Where a server listens, for people. */
import type { AddressInfo } from 'node:net'

/** As the socket has it, so that port 0 is told as the port that it became; of an address that stands for all of them, the loopback one. */
export function originOf(address: AddressInfo | string | null, host: string): string {
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
  const shown = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host
  return `http://${shown}:${address.port}`
}
