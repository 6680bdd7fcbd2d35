/** What a cutover is to bring about, and how patient it is. */
import type { Duration } from '../../values/time.ts'

/** As `formatAddress` writes it, so that equal addresses are equal texts. */
export type AddressText = string

export type Terms = {
  /** How long a change of the list may take to be in force everywhere (SF-139, SF-293). */
  readonly propagation: Duration
  /** After the removal (SF-285). */
  readonly watch: Duration
  /** Share of redemptions that have to succeed meanwhile, 0 to 1. */
  readonly redemptionSuccess: number
  /** For so long nothing has left from the old addresses before they are removed (P-66). */
  readonly quiet: Duration
  /** For so long tunnels from the old addresses may end by themselves; then a person is asked. */
  readonly drain: Duration
  /** Answers in a row that show that an address is live (SF-288). */
  readonly probes: number
  /** Redemptions in a row that prove an address (SF-287). */
  readonly proofs: number
  /** How old the newest proof of an address may be at the removal: gates are kept shut by what fails while they wait (L-101). */
  readonly recheck: Duration
  /** Between two tries of what did not go well. */
  readonly retry: Duration
  /** Tries in a row that did not go well, before something else is done. */
  readonly patience: number
  /** How often a save of the list is tried that does not take (L-97). */
  readonly saves: number
  /** How old what was seen of list and pool may be. */
  readonly freshness: Duration
}

/** A list of an External Client App is changed in a moment; one of a Connected App by a support case (SF-141, SF-291). */
export type AppKind = 'external-client-app' | 'connected-app'
export type PlannedApp = { readonly name: string; readonly kind: AppKind }

export type Plan = {
  /** Whose traffic leaves by the one pool, each with a list of its own, in the order in which the lists are changed: never two at once (SF-292). */
  readonly apps: readonly PlannedApp[]
  readonly from: readonly AddressText[]
  readonly to: readonly AddressText[]
  /** Traffic goes by one of two proxies of somebody else, which pin nothing; left out, by a pool that does. */
  readonly by?: 'proxies'
  readonly terms: Terms
}

/** Forth as planned, or back to how it was before. */
export type Direction = 'forth' | 'back'

/** Where the traffic is to leave from in the end, and where it left from. */
export const sidesOf = (
  { from, to }: Plan,
  direction: Direction,
): { readonly target: readonly AddressText[]; readonly source: readonly AddressText[] } =>
  direction === 'forth' ? { target: to, source: from } : { target: from, source: to }

/** For people. */
export const appsOf = ({ apps }: Pick<Plan, 'apps'>): string => apps.map(({ name }) => name).join(' and ')

/** For people: of several apps the one that is meant, after what is said of it. */
export const ofApp = ({ apps }: Pick<Plan, 'apps'>, list: number, by = 'of'): string =>
  apps.length > 1 ? ` ${by} ${apps[list]?.name ?? ''}` : ''

/** Of the same apps from and to the same addresses, be they as patient as they like. */
export const isSameMove = (a: Plan, b: Plan): boolean => moveWords(a) === moveWords(b)
const moveWords = ({ apps, from, to }: Plan): string => JSON.stringify([apps.map(({ name }) => name), from, to])
