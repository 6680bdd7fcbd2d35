/** From a destination to the addresses that may be dialled: allowed? resolved once, each address classified (L-77). */
import type { Address } from '../ip/address.ts'
import type { Result } from '../values/result.ts'
import type { Destination } from './rules/destination.ts'
import type { Refusal } from './rules/refusal.ts'

/** What a dial may go to, and nothing else: the name is not resolved again. */
export type Reachable = {
  readonly destination: Destination
  /** In the order of the resolver, each permitted; only `via` egresses, which resolve for themselves, may go without (P-43). */
  readonly addresses: readonly Address[]
}

export type Reach = {
  /** `resolves: false` where every egress that could be chosen resolves for itself: then a name that does not resolve here is no refusal (P-43). */
  readonly find: (
    destination: Destination,
    options: { readonly resolves: boolean },
  ) => Promise<Result<Reachable, Refusal>>
  /** The allow rule that matched, as the admission of P-42 groups destinations: e.g. `*.salesforce.com:443`. */
  readonly groupOf: (destination: Destination) => string
}
