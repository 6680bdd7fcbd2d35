/** Lengths of time as people write them: `5s`, `250ms`, `15m`, `25d`. */
import { fault, ok, type Result } from '../values/result.ts'
import { days, hours, milliseconds, minutes, seconds, type Duration } from '../values/time.ts'

const units: Readonly<Record<string, (n: number) => Duration>> = {
  ms: milliseconds,
  s: seconds,
  m: minutes,
  h: hours,
  d: days,
}

/** A whole number and a unit; the fault ends a sentence that begins with the setting. At most a hundred years. */
export function parseDuration(text: string): Result<Duration, string> {
  const [, digits, name] = /^(\d{1,15})(ms|s|m|h|d)$/.exec(text) ?? []
  const unit = name === undefined ? undefined : units[name]
  if (unit === undefined)
    return fault(`${JSON.stringify(text.slice(0, 40))} is no length of time; write a whole number and ms, s, m, h or d`)
  const length = unit(Number(digits))
  return length <= days(36_500) ? ok(length) : fault(`${JSON.stringify(text)} is longer than a hundred years`)
}
