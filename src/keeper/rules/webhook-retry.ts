/** What an answer to a delivery means, and when it is tried again: at once, then for about three days. */
import { hours, milliseconds, minutes, seconds, type Duration } from '../../values/time.ts'

/** What became of one attempt. `why` is a sentence without its full stop, and holds no byte of the answer but its status. */
export type Delivered =
  | { readonly kind: 'taken'; readonly status: number }
  | { readonly kind: 'failed'; readonly why: string }
  /** 410: the receiver wants no more. */
  | { readonly kind: 'gone' }

export function deliveredBy(status: number): Delivered {
  if (status >= 200 && status < 300) return { kind: 'taken', status }
  if (status === 410) return { kind: 'gone' }
  const moved = status >= 300 && status < 400 ? ': a redirect, which is not followed; name the new URL' : ''
  return { kind: 'failed', why: `it answered ${status}${moved}` }
}

/** Before the second attempt, the third, and so on: some 76 hours altogether. */
export const pauses: readonly Duration[] = [
  ...[seconds(5), minutes(5), minutes(30), hours(2)],
  ...[hours(5), hours(10), hours(14), hours(20), hours(24)],
]

/** After so many attempts an event is given up. */
export const mostAttempts: number = pauses.length + 1

/** Before the next attempt; `lot` is 0 to 1, and makes it up to a fifth shorter or longer. Undefined after the last one. */
export function pauseAfter(attempts: number, lot: number): Duration | undefined {
  const pause = pauses[attempts - 1]
  return pause === undefined ? undefined : milliseconds(Math.round(pause * (0.8 + 0.4 * lot)))
}

/** From so many failures in a row on, the receiver is taken to be down. */
export const downAfter = 3

/** Whether an event that was not tried yet may be, while `waiting` others are tried again. What is not begun costs nothing but its event. */
export const mayBeginAnother = (failures: number, waiting: number): boolean =>
  waiting === 0 || (failures < downAfter && waiting < mostWaiting)

const mostWaiting = 500
