/** A log for what anybody outside can cause as often as he likes: each event once a minute, with how often it was left out. */
import type { Log } from '../parts.ts'

export type QuietLog = (event: string, fields: Readonly<Record<string, unknown>>) => void

const quiet = 60_000

/** `now` is milliseconds that never go back. Events are few and named in the code, so there is a bound on what is kept. */
export function openQuietLog(log: Log, now: () => number): QuietLog {
  const said = new Map<string, { readonly at: number; leftOut: number }>()
  return (event, fields) => {
    const last = said.get(event)
    const at = now()
    if (last !== undefined && at - last.at < quiet) {
      last.leftOut += 1
      return
    }
    said.set(event, { at, leftOut: 0 })
    log.warn(event, last === undefined || last.leftOut === 0 ? fields : { ...fields, leftOut: last.leftOut })
  }
}
