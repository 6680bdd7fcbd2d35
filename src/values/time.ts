/** Instants and durations in whole milliseconds; the clock itself lives elsewhere, here is only arithmetic. */

/** Milliseconds since 1970-01-01T00:00:00Z on the store's clock (P-13). */
export type Instant = number & { readonly __brand: 'Instant' }
/** Milliseconds; never negative. */
export type Duration = number & { readonly __brand: 'Duration' }
export type ValidityUnit = 'Hours' | 'Days' | 'Months'

export const milliseconds = (n: number): Duration => n as Duration
export const seconds = (n: number): Duration => (n * 1000) as Duration
export const minutes = (n: number): Duration => (n * 60_000) as Duration
export const hours = (n: number): Duration => (n * 3_600_000) as Duration
export const days = (n: number): Duration => (n * 86_400_000) as Duration

/** Reads milliseconds or an ISO 8601 text; throws on anything else, so it is for literals and stored values. */
export function instant(at: number | string): Instant {
  const ms = typeof at === 'number' ? at : Date.parse(at)
  if (!Number.isFinite(ms)) throw new Error(`not an instant: ${String(at)}`)
  return Math.trunc(ms) as Instant
}

export const after = (from: Instant, length: Duration): Instant => (from + length) as Instant
export const before = (from: Instant, length: Duration): Instant => (from - length) as Instant
/** Zero where `to` lies before `from`: a clock that went back makes nobody idle. */
export const between = (from: Instant, to: Instant): Duration => Math.max(0, to - from) as Duration

export function earlier(a: Instant | 'never', b: Instant | 'never'): Instant | 'never' {
  if (a === 'never') return b
  if (b === 'never') return a
  return a <= b ? a : b
}

/** Hours and days are exact; months are UTC calendar months, clamped to the month's end (SF-183). */
export function validUntil(from: Instant, period: number, unit: ValidityUnit): Instant {
  if (unit === 'Hours') return after(from, hours(period))
  if (unit === 'Days') return after(from, days(period))
  return addMonths(from, period)
}

function addMonths(from: Instant, months: number): Instant {
  const date = new Date(from)
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + months)
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(day, lastDay))
  return date.getTime() as Instant
}

export const isoText = (at: Instant): string => new Date(at).toISOString()
