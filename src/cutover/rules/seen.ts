/** What was seen of the world, read anew and never remembered from before a takeover (SF-294). */
import type { Instant } from '../../values/time.ts'
import type { AddressText } from './plan.ts'

/** `standby`: only what is pinned to it leaves by it. `draining`: what is open runs on, nothing new. */
export type PoolMode = 'active' | 'standby' | 'draining'

export type PoolMember = {
  readonly address: AddressText
  readonly mode: PoolMode
  /** As the gateway's own probes have it; before the first are in, too. Unknown where nothing probes all the time. */
  readonly up: boolean | 'unknown'
  /** Open now, over all nodes. Unknown where traffic goes by a setting of somebody else's proxy: whether anything still leaves from there is then in
   *  the org's history alone (P-63, P-66), and there is nothing that could be taken out of a pool. */
  readonly tunnels: number | 'unknown'
  readonly name?: string
  /** It leaves by more than its address says, such as another proxy: taken out of the pool, nobody could put it back by its address alone. */
  readonly isFixed?: boolean
}

export type ListSeen = {
  readonly version: string
  /** Addresses of the plan that the list covers. */
  readonly listed: readonly AddressText[]
  /** Names everything else in the list: another text is another list. */
  readonly others: string
  /** Nobody can read it: what there is, is what a person says there is. Nothing follows from that alone. */
  readonly claimed: boolean
}

export type Seen = {
  /** On the runner's clock, as every instant here. */
  readonly at: Instant
  /** Milliseconds that the clock of each org and of the pool was ahead of it; left out where they agree, as far as anybody can tell. */
  readonly ahead?: { readonly lists: readonly number[]; readonly pool: number }
  /** Of each app of the plan, in its order. */
  readonly lists: readonly ListSeen[]
  readonly pool: {
    readonly version: string
    readonly members: readonly PoolMember[]
    /** Every node of the gateway has answered; otherwise nothing is known of what is not seen (P-66). */
    readonly whole: boolean
  }
  /** When something last left from an address of the plan: a tunnel, or a redemption that the org recorded. */
  readonly usedAt: ReadonlyMap<AddressText, Instant>
  /** Clients of the pool that the plan does not name (P-62); unknown where nothing tells them apart. */
  readonly strangers: readonly string[] | 'unknown'
  /** Those whose latest redemption in the look-back left from an address that is to go (P-63, L-99). */
  readonly silent: readonly string[]
}

/** Where traffic leaves from, or may leave from in the next moment. */
export const trafficOf = ({ pool }: Pick<Seen, 'pool'>): readonly AddressText[] =>
  pool.members.filter((each) => each.mode === 'active' || hasTunnels(each)).map(({ address }) => address)

/** As far as is known. */
export const hasTunnels = ({ tunnels }: PoolMember): boolean => tunnels !== 'unknown' && tunnels > 0
