/** The clock of another machine, as far as its answers tell it. What it says of times is compared in ours alone, so that nothing is proven falsely, and
 *  nothing waited for without end, where the two do not agree. */
import type { Instant } from '../../values/time.ts'
import { instant } from '../../values/time.ts'

export type OtherClock = {
  /** `date`: the header of an answer (RFC 9110 section 6.6.1), whose second lies between the two of our instants; one that is none says nothing. */
  readonly heard: (date: string | null | undefined, asked: Instant, answered: Instant) => void
  /** Milliseconds that it is ahead of ours, the least that its answers allow; less than 0 where it is behind, 0 where the two may agree. */
  readonly ahead: () => number
  /** Never later than it is there: who asks for what was since then misses nothing. */
  readonly toTheirs: (ours: Instant) => Instant
  /** Never earlier than it was here: what was used is not older than it seems. */
  readonly toOurs: (theirs: Instant) => Instant
}

const second = 1000 // ms: a header names no less

export function openOtherClock(): OtherClock {
  let known = { least: -Infinity, most: Infinity }
  const ahead = (): number => (known.least <= 0 && known.most >= 0 ? 0 : known.least)
  return {
    heard(date, asked, answered) {
      const named = Date.parse(date ?? '')
      if (Number.isNaN(named)) return
      const fresh = { least: named - answered, most: named + second - asked }
      const both = { least: Math.max(known.least, fresh.least), most: Math.min(known.most, fresh.most) }
      known = both.least <= both.most ? both : fresh // one of the two was put right meanwhile
    },
    ahead,
    toTheirs: (ours) => instant(ours + ahead()),
    toOurs: (theirs) => instant(theirs - ahead()),
  }
}
