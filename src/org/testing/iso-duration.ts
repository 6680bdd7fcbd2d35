/** Lengths of time in ISO 8601, as tests write them. */
import { fault, ok, type Result } from '../../values/result.ts'
import { days, milliseconds, type Duration } from '../../values/time.ts'

const form = /^P(?:(\d+)W|(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,3})?)S)?)?)$/
const longest = days(36_500)

/** Weeks, or days and a time. Years and months have no fixed length and are refused; the fault ends a sentence. */
export function parseIsoDuration(text: string): Result<Duration, string> {
  const shown = JSON.stringify(text)
  if (/^P[^T]*[YM]/.test(text)) return fault(`is ${shown}; years and months have no fixed length`)
  const [whole, w, d, h, m, s] = form.exec(text) ?? []
  if (whole === undefined || /[PT]$/.test(text)) return fault(`is ${shown}, which is no ISO 8601 duration`)
  const hours = (Number(w ?? 0) * 7 + Number(d ?? 0)) * 24 + Number(h ?? 0)
  const length = milliseconds(Math.round(((hours * 60 + Number(m ?? 0)) * 60 + Number(s ?? 0)) * 1000))
  return length <= longest ? ok(length) : fault(`is ${shown}, more than a hundred years`)
}
