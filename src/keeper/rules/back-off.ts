/** How long to rest after trouble: twice as long each time, never quite the same, until something goes well. */
import { milliseconds, type Duration } from '../../values/time.ts'

export type BackOff = { readonly first: Duration; readonly most: Duration }

/** `failures` counts the one that is rested for, from 1. `jitter` is 0 to 1 and takes off up to a seventh, so that what failed together does not come again
 *  together. */
export function restAfter(failures: number, jitter: number, { first, most }: BackOff): Duration {
  const doubled = first * 2 ** Math.min(30, Math.max(0, failures - 1))
  return milliseconds(Math.round(Math.min(doubled, Math.max(first, most)) * (1 - jitter / 7)))
}
