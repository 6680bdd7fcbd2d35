/** A limit by the minute as one number for each client: the virtual instant until which its allowance is spent. */

const minute = 60_000
/** Of many additions, generously. */
const rounding = 0.5

/** What `spentUntil` becomes when one more is taken at `now`, or undefined where it is one too many. As many as a minute allows may come at once;
 *  then the allowance comes back evenly. So no span of a minute sees more than twice the limit. Milliseconds that never go back; begins with 0. */
export function takeOne(spentUntil: number, now: number, perMinute: number): number | undefined {
  const each = minute / perMinute
  const from = Math.max(spentUntil, now)
  return from + each > now + minute + rounding ? undefined : from + each
}
