/** Looks that tell nothing new. A run may wait for days and looks every few seconds: what it saw is written where it differs from the line before, where
 *  something is done by it, and once a minute. */
import type { Instant } from '../values/time.ts'
import type { Entry } from './rules/journal.ts'
import { hasTunnels, type Seen } from './rules/seen.ts'
import { stateOf, withEntry, type State } from './rules/state.ts'

type Look = Extract<Entry, { readonly kind: 'observed' }>

/** Of no line, and after so many: it counts as long as nothing is written behind it, be it by whoever asks for something. */
export type HeldLook = { readonly look: Look; readonly behind: number }

export const isStanding = (held: HeldLook | undefined, lines: readonly Entry[]): held is HeldLook =>
  held?.behind === lines.length

export function stateWith(lines: readonly Entry[], held: HeldLook | undefined): State {
  const state = stateOf(lines)
  return isStanding(held, lines) ? withEntry(state, held.look) : state
}

const longestSilence = 60_000 // ms

/** Where the line before is the same look, to take it in once more changes nothing but its age. What is not whole counts each time. */
export function isWorthALine(lines: readonly Entry[], look: Look): boolean {
  const last = lines.at(-1)
  if (last?.kind !== 'observed' || !look.seen.pool.whole || !last.seen.pool.whole) return true
  return apart(last.at, look.at) >= longestSilence || tellingOf(last.seen) !== tellingOf(look.seen)
}

const apart = (a: Instant, b: Instant): number => Math.abs(a - b)

/** All that a later line may build on; not how many are open, nor how long ago one was used, which change all the time. */
function tellingOf({ lists, pool, strangers, silent }: Seen): string {
  const members = pool.members.map((each) => ({
    ...each,
    tunnels: each.tunnels === 'unknown' ? each.tunnels : hasTunnels(each),
  }))
  return JSON.stringify([lists, pool.version, members, strangers, silent])
}
