/** Lists of ranges as people write them: every row is read, every fault is reported with the number of its row. */
import { fault, ok, type Result } from '../values/result.ts'
import { rangeHasMulticast, rangeHasUnspecified, tenSlashEight } from './classification.ts'
import { familyOf } from './address.ts'
import type { DescribedRange, RangeRow } from './range-spelling.ts'
import {
  formatRange,
  parseRange,
  rangesAreEqual,
  rangeSize,
  rangesOverlap,
  type Range,
  type RangeFaultCode,
} from './range.ts'

export type RangeListLimits = {
  readonly ranges: number | 'none'
  /** Over all ranges of both families together. */
  readonly addresses: bigint | 'none'
  /** Of one range; addresses in 10.0.0.0/8 are not counted (SF-154). */
  readonly span: { readonly IPv4: bigint; readonly IPv6: bigint } | 'none'
  readonly overlaps: 'refused' | 'allowed'
  readonly unspecifiedAndMulticast: 'refused' | 'allowed'
}

/** Trusted ranges of the org and login ranges of a profile. They block or trust whole networks: no limit on their number is known, and
 *  organizations list everything from 0.0.0.0 upwards in them (SF-150, SF-153, SF-154). */
export const trustedRangeLimits: RangeListLimits = {
  ranges: 'none',
  addresses: 'none',
  span: { IPv4: 16_777_216n, IPv6: 1n << 99n },
  overlaps: 'allowed',
  unspecifiedAndMulticast: 'allowed',
}

/** Ranges of an app for the web server flow (SF-152). */
export const appRangeLimits: RangeListLimits = { ...trustedRangeLimits, ranges: 128 }

export type RowFaultCode =
  | RangeFaultCode
  | 'RANGE_HAS_UNSPECIFIED'
  | 'RANGE_HAS_MULTICAST'
  | 'RANGE_TOO_LARGE'
  | 'RANGE_REPEATED'
  | 'RANGE_OVERLAPS'
  | 'RANGE_DESCRIPTION_TOO_LONG'
  | 'RANGE_DESCRIPTION_UNPRINTABLE'
  | 'RANGES_TOO_MANY'
  | 'ADDRESSES_TOO_MANY'

/** `row` counts from 1; `otherRow` is the earlier row of a pair. `message` reads on its own and names the row. */
export type RowFault = {
  readonly code: RowFaultCode
  readonly row: number
  readonly otherRow?: number
  readonly message: string
}

type NumberedRange = { readonly row: number; readonly range: DescribedRange }

const longestDescription = 255

/** Keeps the rows in the order given. Faults come in the order of their rows; a row can have several. */
export function parseRangeList(
  rows: readonly RangeRow[],
  limits: RangeListLimits,
): Result<readonly DescribedRange[], readonly RowFault[]> {
  const read = rows.map((row, i) => parseRow(row, i + 1, limits))
  const ranges = read.flatMap(({ parsed }) => parsed)
  const faults = [
    ...read.flatMap((each) => each.faults),
    ...tooManyRanges(rows, limits),
    ...(limits.overlaps === 'refused'
      ? overlaps(ranges.slice(0, limits.ranges === 'none' ? undefined : limits.ranges))
      : []),
  ]
  faults.push(...tooManyAddresses(ranges, faults, limits))
  if (faults.length > 0) return fault(faults.toSorted((a, b) => a.row - b.row))
  return ok(ranges.map(({ range }) => range))
}

function parseRow(
  row: RangeRow,
  number: number,
  limits: RangeListLimits,
): { parsed: NumberedRange[]; faults: RowFault[] } {
  const at = (code: RowFaultCode, what: string): RowFault => ({ code, row: number, message: `Row ${number}: ${what}.` })
  const faults = descriptionFaults(row.description).map(([code, what]) => at(code, what))
  const parsed = parseRange(row.start, row.end)
  if (!parsed.ok)
    return { parsed: [], faults: [...parsed.fault.map(({ code, message }) => at(code, message)), ...faults] }
  faults.unshift(...contentFaults(parsed.value, limits).map(([code, what]) => at(code, what)))
  const range = row.description === undefined ? parsed.value : { ...parsed.value, description: row.description }
  return { parsed: [{ row: number, range }], faults }
}

type Finding = readonly [RowFaultCode, string]

function contentFaults(range: Range, limits: RangeListLimits): Finding[] {
  const found: Finding[] = []
  const text = formatRange(range)
  if (limits.unspecifiedAndMulticast === 'refused') {
    if (rangeHasUnspecified(range))
      found.push(['RANGE_HAS_UNSPECIFIED', `${text} has the unspecified address in it, from which nobody calls`])
    if (rangeHasMulticast(range))
      found.push(['RANGE_HAS_MULTICAST', `${text} has multicast addresses in it, from which nobody calls`])
  }
  const most = limits.span === 'none' ? undefined : limits.span[familyOf(range.start)]
  if (most !== undefined && countedSize(range) > most) {
    found.push([
      'RANGE_TOO_LARGE',
      `${text} spans ${countedSize(range)} addresses; at most ${most} are allowed in one ${familyOf(range.start)} range`,
    ])
  }
  return found
}

/** The size without what lies in 10.0.0.0/8 (SF-154). */
function countedSize(range: Range): bigint {
  if (!rangesOverlap(range, tenSlashEight)) return rangeSize(range)
  const start = range.start > tenSlashEight.start ? range.start : tenSlashEight.start
  const end = range.end < tenSlashEight.end ? range.end : tenSlashEight.end
  return rangeSize(range) - rangeSize({ start, end })
}

function descriptionFaults(description: string | undefined): Finding[] {
  if (description === undefined) return []
  const found: Finding[] = []
  if (description.length > longestDescription) {
    found.push([
      'RANGE_DESCRIPTION_TOO_LONG',
      `the description has ${description.length} characters; at most ${longestDescription} are kept`,
    ])
  }
  if (/\p{Cc}/u.test(description))
    found.push(['RANGE_DESCRIPTION_UNPRINTABLE', 'the description has line breaks or other control characters'])
  return found
}

function tooManyRanges(rows: readonly RangeRow[], limits: RangeListLimits): RowFault[] {
  if (limits.ranges === 'none' || rows.length <= limits.ranges) return []
  const row = limits.ranges + 1
  const message = `Row ${row} is one too many: ${rows.length} ranges were given, at most ${limits.ranges} are allowed.`
  return [{ code: 'RANGES_TOO_MANY', row, message }]
}

/** Compares every pair: at most 128 ranges come here. Adjacent ranges are fine (SF-144). */
function overlaps(ranges: readonly NumberedRange[]): RowFault[] {
  return ranges.flatMap((later, i) =>
    ranges
      .slice(0, i)
      .flatMap((earlier) => (rangesOverlap(earlier.range, later.range) ? [overlap(earlier, later)] : [])),
  )
}

function overlap(earlier: NumberedRange, later: NumberedRange): RowFault {
  const place = { row: later.row, otherRow: earlier.row }
  const text = formatRange(later.range)
  if (rangesAreEqual(earlier.range, later.range)) {
    return { code: 'RANGE_REPEATED', ...place, message: `Row ${later.row}: ${text} is already in row ${earlier.row}.` }
  }
  const message = `Row ${later.row}: ${text} overlaps row ${earlier.row}, ${formatRange(earlier.range)}.`
  return { code: 'RANGE_OVERLAPS', ...place, message }
}

/** Names the row with which the total passes the limit. A row that repeats or overlaps another is not counted: it is refused already, and
 *  its addresses may be counted with the other row. */
function tooManyAddresses(
  ranges: readonly NumberedRange[],
  faults: readonly RowFault[],
  { addresses: most }: RangeListLimits,
): RowFault[] {
  if (most === 'none') return []
  const doubled = new Set(faults.flatMap(({ row, otherRow }) => (otherRow === undefined ? [] : [row])))
  let total = 0n
  let passedAt: NumberedRange | undefined
  for (const each of ranges) {
    if (doubled.has(each.row)) continue
    total += rangeSize(each.range)
    if (total > most) passedAt ??= each
  }
  if (passedAt === undefined) return []
  const { row, range } = passedAt
  const message = `Row ${row}: with ${formatRange(range)} the list passes ${most} addresses; all rows together have ${total}.`
  return [{ code: 'ADDRESSES_TOO_MANY', row, message }]
}
