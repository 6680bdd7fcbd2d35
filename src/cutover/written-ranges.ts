/** Rows of a list as a person writes them into a cutover file, read as Salesforce would take them (SF-134, SF-145). */
import { formatAddress } from '../ip/address.ts'
import { parseAllowlist } from '../ip/allowlist.ts'
import { parseCidr } from '../ip/cidr.ts'
import type { RangeRow } from '../ip/range-spelling.ts'
import { fault, ok, type Result } from '../values/result.ts'
import type { WrittenRange } from './configuration-file.ts'
import type { ListRows } from './rules/list-change.ts'

/** Of one row, counted from 0. */
export type WrittenRangeFault = { readonly index: number; readonly message: string }

export function readWrittenRanges(written: readonly WrittenRange[]): Result<ListRows, readonly WrittenRangeFault[]> {
  const rows = written.map(rowOf)
  const unread = rows.flatMap((row, index) => (row.ok ? [] : [{ index, message: row.fault }]))
  if (unread.length > 0) return fault(unread)
  const list = parseAllowlist(rows.flatMap((row) => (row.ok ? [row.value] : [])))
  if (list.ok) return ok(list.value.rows)
  return fault(list.fault.map(({ row, message }) => ({ index: row - 1, message })))
}

/** A hyphen is in no address, a slash in no range. */
function rowOf(written: WrittenRange): Result<RangeRow, string> {
  if (typeof written !== 'string') return ok({ ...written, end: written.end ?? written.start })
  const [start = '', end = start, ...rest] = written.split(/-| to /).map((each) => each.trim())
  if (rest.length > 0) return fault(`${JSON.stringify(written)} has more than two ends.`)
  if (!written.includes('/')) return ok({ start, end })
  const block = parseCidr(written.trim())
  if (!block.ok) return fault(`${block.fault.message}.`)
  return ok({ start: formatAddress(block.value.start), end: formatAddress(block.value.end) })
}
