/** Where a webhook may go: read from configuration, and judged again for every address that its name resolves to (P-28). */
import type { Address } from '../../ip/address.ts'
import { addressIsLoopback, addressIsPrivate } from '../../ip/classification.ts'
import { parseCidr } from '../../ip/cidr.ts'
import { rangeContains } from '../../ip/range.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import { formatDestination, parseHost, type Destination, type Host } from '../../ip/hosts.ts'
import { judgeAddresses } from './judge-addresses.ts'

export type WebhookTarget = Destination & {
  readonly secure: boolean
  /** With its query, which may hold a secret: shown to nobody. */
  readonly path: string
}

export type TargetTerms = {
  /** Private and loopback addresses, and those behind a carrier's NAT, may be dialled, and over http as well. */
  readonly allowPrivate: boolean
}

/** The fault follows "its URL", and holds nothing of the URL but its host. */
export function parseWebhookUrl(text: string, { allowPrivate }: TargetTerms): Result<WebhookTarget, string> {
  const parts = /^(https?):\/\/([^/?#\\]*)([^#\\]*)$/i.exec(text)
  if (parts === null) return fault('has to be https://HOST/PATH, without a fragment')
  const [, scheme = '', authority = '', rest = ''] = parts
  if (authority.includes('@')) return fault('has credentials in it; what the signature proves needs no password')
  const secure = scheme.toLowerCase() === 'https'
  const to = destinationOf(authority, secure ? 443 : 80)
  if (!to.ok) return to
  const path = rest.startsWith('/') ? rest : `/${rest}`
  if (!/^[!-~]*$/.test(path)) return fault('has a character in its path that has to be escaped with a percent sign')
  if (!secure && !allowPrivate) return fault(httpRefused)
  return ok({ ...to.value, secure, path })
}

const httpRefused =
  'is http, which only a private or loopback address may have, and only with allowPrivate; write https'

function destinationOf(authority: string, usualPort: number): Result<Destination, string> {
  const [, name = '', digits] = /^(\[[^\]]*\]|[^:]*)(?::(\d{0,5}))?$/.exec(authority) ?? []
  const host: Result<Host, string> = name === '' ? fault('is missing') : parseHost(name)
  if (!host.ok) return fault(`has a host that ${host.fault}`)
  const port = digits === undefined || digits === '' ? usualPort : Number(digits)
  return port >= 1 && port <= 65_535 ? ok({ host: host.value, port }) : fault('has a port that is none')
}

/** Those that may be dialled. The fault is a sentence without its full stop. */
export function judgeTarget(
  target: WebhookTarget,
  addresses: readonly Address[],
  { allowPrivate }: TargetTerms,
): Result<readonly Address[], string> {
  return judgeAddresses(formatDestination(target), addresses, (address, block) => {
    if (block === undefined) return target.secure ? undefined : ', and http is not sent there'
    if (block.liftedBy === 'address' || !isLocal(address)) return ": never a webhook's"
    return allowPrivate ? undefined : '; allowPrivate would let it go there'
  })
}

const carrierNat = parseCidr('100.64.0.0/10') // RFC 6598; private networks of many machines use it as well

const isLocal = (address: Address): boolean =>
  addressIsPrivate(address) || addressIsLoopback(address) || (carrierNat.ok && rangeContains(carrierNat.value, address))
