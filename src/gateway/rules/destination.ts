/** Where a tunnel is asked to go. */
import type { Address } from '../../ip/address.ts'

export type Host =
  /** Lower case, without a final dot, at most 253 characters. */
  { readonly kind: 'name'; readonly name: string } | { readonly kind: 'address'; readonly address: Address }

/** `port` is 1 to 65535. */
export type Destination = { readonly host: Host; readonly port: number }
