/** The same move by hand, in orders that lock clients out: what a cutover is there to prevent. */
import { changeList, move } from './by-hand.ts'
import { ask, onePair, otherPair, post, type Place } from './place.ts'

export type WrongOrder = {
  readonly what: string
  /** By hand, from the first pair to the other. */
  readonly make: (place: Place) => Promise<unknown>
  /** From where clients are refused then. */
  readonly refused: readonly string[]
}

export const wrongOrders: readonly WrongOrder[] = [
  {
    what: 'the old addresses are removed before the traffic is moved',
    make: (place) => changeList(place, { add: otherPair, remove: onePair }),
    refused: onePair,
  },
  {
    what: 'the traffic is moved before the new addresses are added',
    make: (place) => move(place, otherPair),
    refused: otherPair,
  },
  {
    what: 'the traffic is moved before the added addresses are in force',
    async make(place) {
      await post(place.testing, '/faults', { kind: 'slow-propagation', for: 'PT1S' })
      await changeList(place, { add: otherPair })
      await move(place, otherPair)
    },
    refused: otherPair,
  },
]

/** Addresses of the redemptions that the org says its list has refused since then. */
export async function refusedBy({ org }: Place, since: string): Promise<readonly string[]> {
  const query = new URLSearchParams({ app: org.app, since, decision: 'refresh_token_ip_allowlist', limit: '1000' })
  const { entries } = (await ask(org, `/login-history?${query.toString()}`)).body as {
    entries: readonly { sourceIp: string }[]
  }
  return entries.map(({ sourceIp }) => sourceIp)
}
