/** Which of a destination's addresses may be dialled (L-77, L-78). */
import { formatAddress, type Address } from '../../../ip/address.ts'
import { fault, ok, type Result } from '../../../values/result.ts'
import { describeSpecial, embeddedIn, specialBlockOf } from '../../../ip/address-class.ts'
import { listed, type AllowRules } from './allow.ts'
import { formatDestination, type Destination } from './destination.ts'
import { isOwnListener, type OwnListeners } from './own-listeners.ts'
import { refusal, type Refusal } from '../refusal.ts'
import type { SpecialBlock } from '../../../ip/special-blocks.ts'

export type PermitAsk = {
  readonly rules: AllowRules
  readonly destination: Destination
  /** The address of a literal, or all that the name resolved to; at least one. */
  readonly addresses: readonly Address[]
  readonly own: OwnListeners
}

/** Those that may be dialled, in their order, at least one; or a refusal that names the first that may not. A name that answers with a public and
 *  an unlisted private address has not done so by accident, so that answer is refused as a whole: to dial the public one alone would be as
 *  safe here, but an egress that resolves for itself (P-43) may take the other. A name of private addresses alone leads to those that are
 *  listed. Left out without harm are the NAT64 addresses of public ones, which DNS64 adds to the answer for any name (RFC 6147). Whether the
 *  destination is allowed at all, `firstRule` says. */
export function permit(ask: PermitAsk): Result<readonly Address[], Refusal> {
  const verdicts = ask.addresses.map((address) => judge(ask, address))
  if (verdicts.every(({ kind }) => kind === 'public' || kind === 'listed')) return ok(ask.addresses)
  const bad = verdicts.find((each) => each.kind === 'prohibited')
  const mixed = bad !== undefined && verdicts.some(({ kind }) => kind === 'public')
  const kept = mixed
    ? []
    : ask.addresses.filter((_, i) => verdicts[i]?.kind === 'public' || verdicts[i]?.kind === 'listed')
  if (kept.length > 0) return ok(kept)
  const first = bad ?? verdicts.find((each) => each.kind === 'translated')
  if (first === undefined) throw new Error('a destination was to be permitted without an address')
  return fault(first.why)
}

type Verdict =
  | { readonly kind: 'public' }
  | { readonly kind: 'listed' }
  /** NAT64 of public addresses, and not listed. */
  | { readonly kind: 'translated'; readonly why: Refusal }
  | { readonly kind: 'prohibited'; readonly why: Refusal }

const global: Verdict = { kind: 'public' }
const inAllow: Verdict = { kind: 'listed' }

function judge({ rules, destination, own }: PermitAsk, address: Address): Verdict {
  const { port } = destination
  if (isOwnListener(own, address, port)) return { kind: 'prohibited', why: itself(destination, address) }
  const block = specialBlockOf(address)
  if (block === undefined) return global
  const inside = embeddedIn(address, block)
  if (inside.some((each) => isOwnListener(own, each, port)))
    return { kind: 'prohibited', why: itself(destination, address) }
  const how = listed(rules, address, port)
  if (how === 'address') return inAllow // somebody wrote this very address, whatever lies in it
  const reaches = (each: Address): boolean => lifted(rules, each, port)
  if (how === 'range' && block.liftedBy === 'range' && inside.every(reaches)) return inAllow
  const publicInside = block.dns64 && inside.every((each) => specialBlockOf(each) === undefined)
  return { kind: publicInside ? 'translated' : 'prohibited', why: special(destination, address, block) }
}

/** What a translator would reach in the end has to be allowed for itself: `[64:ff9b::/96]:443` opens no private network behind it. */
function lifted(rules: AllowRules, address: Address, port: number): boolean {
  const block = specialBlockOf(address)
  if (block === undefined) return true
  const how = listed(rules, address, port)
  return how === 'address' || (how === 'range' && block.liftedBy === 'range')
}

function special(destination: Destination, address: Address, block: SpecialBlock): Refusal {
  return refusal('ADDRESS_PROHIBITED', {
    destination: formatDestination(destination),
    address: formatAddress(address),
    kind: describeSpecial(address, block),
  })
}

const itself = (destination: Destination, address: Address): Refusal =>
  refusal('GATEWAY_ITSELF', { destination: formatDestination(destination), address: formatAddress(address) })
