/** Whether a request to this machine's own loopback may come from a page in somebody's browser (DNS rebinding). */
import { peerAddress } from '../../../ip/source-address.ts'
import { rangeContains } from '../../../ip/range.ts'
import { parseCidr } from '../../../ip/cidr.ts'
import { parseAuthority } from '../destination/destination.ts'
import { isLocalhost } from '../destination/hosts-file.ts'

/** Such a page has led its own name to the loopback, and asks for that: so whoever reaches the loopback has to call it by an address or as
 *  `localhost`. A request without a readable `Host` comes from no browser. On other addresses names are nobody's business. */
export function isRebound(host: string | undefined, localAddress: string | undefined): boolean {
  const local = peerAddress(localAddress ?? '')
  if (!local.ok || !loopbacks.some((each) => rangeContains(each, local.value))) return false
  const called = parseAuthority(host ?? '', 80)
  return called.ok && called.value.host.kind === 'name' && !isLocalhost(called.value.host.name)
}

const loopbacks = ['127.0.0.0/8', '::1/128'].flatMap((text) => {
  const range = parseCidr(text)
  return range.ok ? [range.value] : []
})
