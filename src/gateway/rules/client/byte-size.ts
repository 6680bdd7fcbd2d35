/** Volumes as people write them. */
import { fault, ok, type Result } from '../../../values/result.ts'

const units: Readonly<Record<string, number>> = { '': 1, 'B': 1, 'kB': 1e3, 'MB': 1e6, 'GB': 1e9, 'TB': 1e12 }

/** Whole bytes from `10GB`, `1.5 TB`, `500`; powers of 1000, as volumes are sold (SF-275). The fault ends a sentence that begins with the text. */
export function parseByteSize(text: string): Result<number, string> {
  const [, digits, unit] = /^(\d{1,15}(?:\.\d{1,6})?) ?([a-zA-Z]*)$/.exec(text.trim()) ?? []
  if (digits === undefined || unit === undefined) return fault('is no volume, such as 10GB')
  const factor = units[unit]
  if (factor === undefined) return fault(`has the unit ${unit}; the units are B, kB, MB, GB and TB`)
  const bytes = Math.round(Number(digits) * factor)
  if (bytes < 1) return fault('is no volume at all')
  if (!Number.isSafeInteger(bytes)) return fault('is more than can be counted exactly')
  return ok(bytes)
}
