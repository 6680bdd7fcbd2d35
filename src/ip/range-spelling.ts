/** The three spellings that Salesforce's metadata has for the two ends of a range, read into one form and written back (L-105). */
import { formatAddress } from './address.ts'
import type { Range } from './range.ts'

/** A range as someone wrote it: the ends are still text. */
export type RangeRow = { readonly start?: string; readonly end?: string; readonly description?: string }

/** A range that was accepted, with the note that came with it. */
export type DescribedRange = Range & { readonly description?: string }

export type RangeSpelling<Start extends string = string, End extends string = string> = {
  readonly start: Start
  readonly end: End
}

/** Connected App `ipRanges`, Security settings `networkAccess.ipRanges` (SF-263). */
export const startEnd: RangeSpelling<'start', 'end'> = { start: 'start', end: 'end' }
/** External Client App `trustedIpRanges` and `tokenIpRanges` (SF-264). */
export const startIpAddress: RangeSpelling<'startIpAddress', 'endIpAddress'> = {
  start: 'startIpAddress',
  end: 'endIpAddress',
}
/** Profile `loginIpRanges` (SF-265). */
export const startAddress: RangeSpelling<'startAddress', 'endAddress'> = { start: 'startAddress', end: 'endAddress' }

type Written<Start extends string, End extends string> = { readonly [end in Start | End]: string } & {
  readonly description?: string
}

/** Takes the fields of this spelling and no other; an absent or null field stays absent. A number or a boolean becomes its text, so that
 *  the refusal of the address can show what was written. Objects and lists count as absent. */
export function readRangeRow(fields: Readonly<Record<string, unknown>>, spelling: RangeSpelling): RangeRow {
  const start = textOf(fields[spelling.start])
  const end = textOf(fields[spelling.end])
  const description = textOf(fields['description'])
  return {
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...(description === undefined ? {} : { description }),
  }
}

/** Addresses in canonical form (SF-145), the description only if there is one. */
export function writeRangeRow<Start extends string, End extends string>(
  range: DescribedRange,
  spelling: RangeSpelling<Start, End>,
): Written<Start, End> {
  const ends = { [spelling.start]: formatAddress(range.start), [spelling.end]: formatAddress(range.end) }
  const description = range.description === undefined ? {} : { description: range.description }
  // A computed key widens to string; the two keys above are exactly Start and End.
  return { ...ends, ...description } as Written<Start, End>
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}
