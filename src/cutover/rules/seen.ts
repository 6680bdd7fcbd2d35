/** What was seen of the world, read anew and never remembered from before a takeover (SF-294). */
import type { Instant } from '../../values/time.ts'
import type { AddressText } from './plan.ts'

/** `standby`: only what is pinned to it leaves by it. `draining`: what is open runs on, nothing new. */
export type PoolMode = 'active' | 'standby' | 'draining'

export type PoolMember = {
  readonly address: AddressText
  readonly mode: PoolMode
  /** As the gateway's own probes have it; before the first are in, too. */
  readonly up: boolean
  /** Open now, over all nodes. */
  readonly tunnels: number
}

export type ListSeen = {
  readonly version: string
  /** Addresses of the plan that the list covers. */
  readonly listed: readonly AddressText[]
  /** Names everything else in the list: another text is another list. */
  readonly others: string
}

export type Seen = {
  readonly at: Instant
  readonly list: ListSeen
  readonly pool: {
    readonly version: string
    readonly members: readonly PoolMember[]
    /** Every node of the gateway has answered; otherwise nothing is known of what is not seen (P-66). */
    readonly whole: boolean
  }
  /** When something last left from an address of the plan: a tunnel, or a redemption that the org recorded. */
  readonly usedAt: ReadonlyMap<AddressText, Instant>
  /** Clients of the pool that the plan does not name (P-62). */
  readonly strangers: readonly string[]
  /** Those whose latest redemption in the look-back left from an address that is to go (P-63, L-99). */
  readonly silent: readonly string[]
}

/** Where traffic leaves from, or may leave from in the next moment. */
export const trafficOf = ({ pool }: Pick<Seen, 'pool'>): readonly AddressText[] =>
  pool.members.filter(({ mode, tunnels }) => mode === 'active' || tunnels > 0).map(({ address }) => address)
