/** Who plays which address in a rehearsal: each itself where this machine has them all, and otherwise loopback addresses. */
import { compareAddresses, familyOf, formatAddress, ipv4, parseAddress, type Address } from '../../../ip/address.ts'
import { rangeContains } from '../../../ip/range.ts'
import type { ListRows } from '../../../cutover/rules/list-change.ts'
import type { AddressText } from '../../../cutover/rules/plan.ts'

export type StandIns = {
  /** Undefined where every address plays itself. */
  readonly pairs: readonly { readonly address: AddressText; readonly by: AddressText }[] | undefined
  readonly of: (address: AddressText) => AddressText
  readonly rows: (rows: ListRows) => ListRows
  /** In a text: each stand-in as the address that it plays. */
  readonly named: (text: string) => string
}

export const itself: StandIns = { pairs: undefined, of: (each) => each, rows: (rows) => rows, named: (text) => text }

/** Neighbours stay neighbours, so that a range of them stays one. */
export function standInsFor(addresses: readonly AddressText[], dead?: AddressText): StandIns {
  const sorted = [...new Set(addresses)]
    .map((text) => ({ text, address: addressOf(text) }))
    .toSorted((a, b) => compareAddresses(a.address, b.address))
  let at = first
  const pairs = sorted.map(({ text, address }, i) => {
    const before = sorted[i - 1]?.address
    if (before !== undefined) at += areNeighbours(before, address) ? 1 : gap
    return { address: text, by: text === dead ? nobody : formatAddress(ipv4(at)) }
  })
  const of = (address: AddressText): AddressText => pairs.find((each) => each.address === address)?.by ?? address
  return { pairs, of, rows: (rows) => rows.map((row) => played(row, addresses, of)), named: namedBy(pairs) }
}

/** 127.90.0.10, and what is left between two that are no neighbours. */
const [first, gap] = [0x7f5a000a, 10]
/** RFC 5737: no machine has it, so nothing leaves from there. */
const nobody = '192.0.2.254'

const areNeighbours = (a: Address, b: Address): boolean => familyOf(a) === familyOf(b) && BigInt(b) - BigInt(a) === 1n

function played(row: ListRows[number], addresses: readonly AddressText[], of: StandIns['of']): ListRows[number] {
  const inside = addresses
    .filter((each) => rangeContains(row, addressOf(each)))
    .map((each) => addressOf(of(each)))
    .toSorted(compareAddresses)
  const [start, end] = [inside[0], inside.at(-1)]
  return start === undefined || end === undefined ? row : { ...row, start, end }
}

function namedBy(pairs: readonly { readonly address: AddressText; readonly by: AddressText }[]) {
  const playedBy = new Map(pairs.map(({ address, by }) => [by, address]))
  return (text: string): string => text.replace(/\d+\.\d+\.\d+\.\d+/g, (each) => playedBy.get(each) ?? each)
}

function addressOf(text: AddressText): Address {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(`${text} is no address`)
  return parsed.value
}
