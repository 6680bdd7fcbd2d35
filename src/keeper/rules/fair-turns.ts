/** Whose turn it is among the tenants of one login host: its budget is shared by all of them, and while several wait none has much more of it than another,
 *  however often it asks (P-28). Start-time fair queueing: each turn costs one, and whoever is ahead of one that waits gives way. */
import type { Instant } from '../../values/time.ts'

export type Standing = {
  /** Of the host: where the turn stood that it gave last. */
  readonly served: number
  /** Of the tenant: where it stands; undefined where it has not waited lately. */
  readonly own: number | undefined
  /** Exchanges of the tenant with the host that are under way. */
  readonly flying: number
  /** Other tenants that were told to come again and have not had their turn. */
  readonly others: { readonly count: number; readonly least: number }
}

/** Nobody else is there. */
export const alone: Standing = { served: 0, own: undefined, flying: 0, others: { count: 0, least: 0 } }

/** Whoever waited is as far behind as he was; whoever did not has saved nothing up. */
export const placeOf = ({ own, served }: Standing): number => own ?? served

/** How many turns the tenant may have at one time, and be ahead of another one, while others wait. */
const shareOf = ({ others }: Standing, atOnce: number): number => Math.max(1, Math.floor(atOnce / (others.count + 1)))

/** It has its part under way: what it waits for is its own. */
export const hasItsPart = (standing: Standing, atOnce: number): boolean =>
  standing.others.count > 0 && standing.flying >= shareOf(standing, atOnce)

/** Others have waited for as long as this one had its part and more. */
export const isAhead = (standing: Standing, atOnce: number): boolean =>
  standing.others.count > 0 && placeOf(standing) - standing.others.least >= shareOf(standing, atOnce)

/** Others have had their part while it waited: then it is asked for, whoever asks. */
export const isBehind = (standing: Standing, atOnce: number): boolean =>
  standing.own !== undefined && standing.served - standing.own >= shareOf(standing, atOnce)

/** For which one that was told to come again counts as waiting beyond that moment: its process may have died, or lost its patience. */
const grace = 1000 // ms
const longest = 60_000 // ms

export const waitsUntil = (now: Instant, until: Instant): number => Math.min(until, now + longest) + grace

/** What lies further ahead was written before the clock was set back (L-56). */
export const furthestWait: number = longest + grace
