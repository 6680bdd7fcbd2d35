/** What a cutover does to an allowlist: it adds single addresses and takes them out again, and leaves everything else as it is. */
import { formatAddress, parseAddress, type Address } from '../../ip/address.ts'
import { parseAllowlist, type Allowlist } from '../../ip/allowlist.ts'
import { formatRange, rangeContains, rangeSize, type Range } from '../../ip/range.ts'
import type { DescribedRange, RangeRow } from '../../ip/range-spelling.ts'
import { fault, type Result } from '../../values/result.ts'
import type { AddressText } from './plan.ts'

/** `rows` in the order of the list. */
export type ListRows = readonly DescribedRange[]

/** As text, so that a journal can hold it. */
export const writeRows = (rows: ListRows): readonly RangeRow[] =>
  rows.map(({ start, end, description }) => ({
    ...{ start: formatAddress(start), end: formatAddress(end) },
    ...(description === undefined ? {} : { description }),
  }))

/** Which of the addresses the list holds, be it by a row of their own or by a wider one. */
export const listedOf = (rows: ListRows, addresses: readonly AddressText[]): readonly AddressText[] =>
  addresses.filter((each) => rows.some((row) => rangeContains(row, addressOf(each))))

/** Names everything in the list that the plan does not change: equal texts are equal lists, in whatever order. */
export const othersOf = (rows: ListRows, addresses: readonly AddressText[]): string =>
  rows
    .filter((row) => !isWithin(row, addresses))
    .map(formatRange)
    .toSorted()
    .join(' ')

/** Rows that hold the address and others than those that go with it: it cannot be taken out without them. */
export const widerRows = (
  rows: ListRows,
  address: AddressText,
  going: readonly AddressText[] = [address],
): readonly Range[] => rows.filter((row) => rangeContains(row, addressOf(address)) && !isWithin(row, going))

/** The list as it is to be. What is listed already is not added again, since rows may not overlap; the fault is what the org would say of it (SF-134). */
export function changedRows(
  rows: ListRows,
  {
    add,
    remove,
    description,
  }: { readonly add: readonly AddressText[]; readonly remove: readonly AddressText[]; readonly description: string },
): Result<Allowlist, readonly { readonly message: string }[]> {
  const wide = remove.flatMap((each) =>
    widerRows(rows, each, remove).map((row) => ({ message: `${formatRange(row)} holds more than ${each}.` })),
  )
  if (wide.length > 0) return fault(wide)
  const kept = rows.filter((row) => !isWithin(row, remove))
  const added = add.filter((each) => listedOf(kept, [each]).length === 0)
  return parseAllowlist([...writeRows(kept), ...added.map((each) => ({ start: each, end: each, description }))])
}

/** Every address of the row is among them. */
const isWithin = (row: Range, addresses: readonly AddressText[]): boolean =>
  BigInt(new Set(addresses.filter((each) => rangeContains(row, addressOf(each)))).size) === rangeSize(row)

/** Of a plan, whose addresses were read before. */
function addressOf(text: AddressText): Address {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(`${text} is no address`)
  return parsed.value
}
