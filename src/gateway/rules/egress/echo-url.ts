/** The URL of an echo outside, taken apart: where it is dialled, and what it is asked. */
import { parseAuthority, type Destination } from '../destination/destination.ts'

export type OutsideEcho = {
  readonly destination: Destination
  /** As `Host` says it. */
  readonly host: string
  /** With the query. */
  readonly path: string
}

/** Undefined for what is no http:// URL of a host, or has user information. It is asked in the clear, since the gateway opens no TLS of its own to a
 *  destination. Without a port it is 80. */
export function parseEchoUrl(text: string): OutsideEcho | undefined {
  const url = URL.parse(text)
  if (url?.protocol !== 'http:' || url.username !== '' || url.password !== '') return undefined
  const destination = parseAuthority(url.host, 80)
  return destination.ok
    ? { destination: destination.value, host: url.host, path: `${url.pathname}${url.search}` }
    : undefined
}
