/** A history whose instants are ours, whatever the clock of the org says. */
import type { Instant } from '../../values/time.ts'
import type { HistoryPort } from './history.ts'
import type { OtherClock } from './other-clock.ts'

/** `history` is asked, and answers, in the time of the org. */
export function inOurTime(history: HistoryPort, clock: OtherClock): HistoryPort {
  let last: { readonly ours: Instant; readonly theirs: Instant } | undefined
  // one instant goes on being the same one: what was counted since then is not read again for a millisecond
  const theirsOf = (ours: Instant): Instant => {
    const theirs = clock.toTheirs(ours)
    if (last?.ours !== ours || Math.abs(last.theirs - theirs) > near) last = { ours, theirs }
    return last.theirs
  }
  const since = async <T>(ours: Instant, read: (theirs: Instant) => Promise<T>): Promise<T> => {
    const asked = theirsOf(ours)
    const answer = await read(asked)
    const theirs = theirsOf(ours) // the first answer may be the first that tells the time
    return theirs === asked ? answer : await read(theirs)
  }
  return {
    async redeemers(ours) {
      const all = await since(ours, history.redeemers)
      return all.map((each) => ({ ...each, at: clock.toOurs(each.at) }))
    },
    redemptions: async (ours, addresses) => await since(ours, (theirs) => history.redemptions(theirs, addresses)),
    attempts: async (ours) => await since(ours, history.attempts),
    ...(history.leftOut === undefined ? {} : { leftOut: history.leftOut }),
    ahead: clock.ahead,
  }
}

const near = 2000 // ms
