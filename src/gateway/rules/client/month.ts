/** UTC calendar months, by which plans run. */
import type { Instant } from '../../../values/time.ts'

/** Counted from January of year 0, so that months compare and add up. */
export type Month = number

export function monthOf(at: Instant): Month {
  const date = new Date(at)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}

/** `2026-11`. */
export function monthText(month: Month): string {
  const year = Math.floor(month / 12)
  return `${String(year).padStart(4, '0')}-${String((month % 12) + 1).padStart(2, '0')}`
}

/** The first instant of the month after it, in milliseconds since 1970. */
export const monthEnd = (month: Month): number => Date.UTC(Math.floor(month / 12), (month % 12) + 1, 1)
