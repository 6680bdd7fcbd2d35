/** Ids of history, alerts and audit rows: they carry time, so that pages, `since` and pruning need no second index. */

/** The lowest id that a record of that instant can have: milliseconds times 1024, below 2^53 until the year 2248. */
export const idAt = (at: number): number => at * 1024

/** How many ids a decision takes: its own record and up to seven that belong to it. */
const stride = 8

export type RecordIds = (at: number) => number

/** Rising ids, also where many fall in one millisecond or the clock goes back. `last` is the highest id in the store. */
export function openRecordIds(last: number): RecordIds {
  let previous = last
  return (at) => {
    previous = Math.max(idAt(at), previous + stride)
    return previous
  }
}
