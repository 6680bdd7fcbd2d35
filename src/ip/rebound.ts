/** Whether a request to this machine's own loopback may come from a page in somebody's browser (DNS rebinding). */
import { peerAddress } from './source-address.ts'
import { rangeContains } from './range.ts'
import { parseCidr } from './cidr.ts'
import { parseHost } from './hosts.ts'

/** Such a page has led its own name to the loopback, and asks for that: so whoever reaches the loopback has to call it by an address, as `localhost`,
 *  or by the name under which the service is known. A request without a readable `Host` comes from no browser. On other addresses names are nobody's
 *  business. */
export function isRebound(
  host: string | undefined,
  { localAddress, knownAs }: { readonly localAddress: string | undefined; readonly knownAs?: string },
): boolean {
  const local = peerAddress(localAddress ?? '')
  if (!local.ok || !loopbacks.some((each) => rangeContains(each, local.value))) return false
  const called = parseHost((host ?? '').replace(/:\d{1,5}$/, ''))
  if (!called.ok || called.value.kind === 'address') return false
  const { name } = called.value
  return name !== 'localhost' && !name.endsWith('.localhost') && name !== knownAs
}

const loopbacks = ['127.0.0.0/8', '::1/128'].flatMap((text) => {
  const range = parseCidr(text)
  return range.ok ? [range.value] : []
})
