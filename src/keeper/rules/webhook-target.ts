/** Where a webhook may go: read from configuration, and judged again for every address that its name resolves to (P-28). */
import { formatAddress, type Address } from '../../ip/address.ts'
import { describeSpecial, embeddedIn, specialBlockOf } from '../../ip/address-class.ts'
import { addressIsLoopback, addressIsPrivate } from '../../ip/classification.ts'
import { parseCidr } from '../../ip/cidr.ts'
import { rangeContains } from '../../ip/range.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import { formatDestination, parseHost, type Destination, type Host } from './hosts.ts'

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

/** Those that may be dialled, in their order, at least one. The fault is a sentence without its full stop. A name that answers with a public and with
 *  another address has not done so by accident, so one that may not be dialled refuses them all; but NAT64 addresses of public ones, which DNS64
 *  adds to the answer for any name (RFC 6147), are left out. */
export function judgeAddresses(
  target: WebhookTarget,
  addresses: readonly Address[],
  terms: TargetTerms,
): Result<readonly Address[], string> {
  const verdicts = addresses.map((address) => ({ address, verdict: verdictOf(address, target, terms) }))
  const bad = verdicts.find(({ verdict }) => verdict.kind === 'refused')
  if (bad?.verdict.kind === 'refused') return fault(`${formatDestination(target)} is at ${bad.verdict.why}`)
  const good = verdicts.filter(({ verdict }) => verdict.kind === 'good').map(({ address }) => address)
  return good.length > 0 ? ok(good) : fault(`${formatDestination(target)} has no address that can be dialled`)
}

type Verdict =
  { readonly kind: 'good' } | { readonly kind: 'left-out' } | { readonly kind: 'refused'; readonly why: string }

function verdictOf(address: Address, { secure }: WebhookTarget, { allowPrivate }: TargetTerms): Verdict {
  const block = specialBlockOf(address)
  const shown = formatAddress(address)
  if (block === undefined)
    return secure
      ? { kind: 'good' }
      : { kind: 'refused', why: `${shown}, a public address, and http is not sent there` }
  if (block.dns64 && embeddedIn(address, block).every((each) => specialBlockOf(each) === undefined))
    return { kind: 'left-out' }
  const why = `${shown}, ${describeSpecial(address, block)}`
  if (block.liftedBy === 'address' || !isLocal(address)) return { kind: 'refused', why: `${why}: never a webhook's` }
  return allowPrivate ? { kind: 'good' } : { kind: 'refused', why: `${why}; allowPrivate would let it go there` }
}

const carrierNat = parseCidr('100.64.0.0/10') // RFC 6598; private networks of many machines use it as well

const isLocal = (address: Address): boolean =>
  addressIsPrivate(address) || addressIsLoopback(address) || (carrierNat.ok && rangeContains(carrierNat.value, address))
