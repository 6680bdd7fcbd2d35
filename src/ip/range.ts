/** A range of addresses, both ends inclusive (SF-135). */
import { compareAddresses, familyOf, formatAddress, parseAddress, type Address } from './address.ts'
import { explainAddressFault, type AddressFaultCode } from './address-fault.ts'
import { fault, ok, type Result } from '../values/result.ts'

/** Both ends of one family, `start` at most `end`: whoever holds a Range may rely on it. */
export type Range = { readonly start: Address; readonly end: Address }

export type RangeFaultCode =
  AddressFaultCode | 'RANGE_START_MISSING' | 'RANGE_END_MISSING' | 'RANGE_FAMILIES_MIXED' | 'RANGE_START_ABOVE_END'

/** `message` reads on its own and quotes what was given. */
export type RangeFault = { readonly code: RangeFaultCode; readonly message: string }

/** Both ends as text. A malformed start and a malformed end are both reported; what the two make together only if each is an address. */
export function parseRange(start: string | undefined, end: string | undefined): Result<Range, readonly RangeFault[]> {
  const [first, startFaults] = parseEnd(start, 'start')
  const [last, endFaults] = parseEnd(end, 'end')
  if (first === undefined || last === undefined) return fault([...startFaults, ...endFaults])
  const mismatch = endsMismatch(first, last)
  return mismatch === undefined ? ok({ start: first, end: last }) : fault([mismatch])
}

function parseEnd(text: string | undefined, side: 'start' | 'end'): [Address | undefined, readonly RangeFault[]] {
  if (text === undefined) {
    const code = side === 'start' ? 'RANGE_START_MISSING' : 'RANGE_END_MISSING'
    return [undefined, [{ code, message: `the ${side} is missing; for a single address give it as start and as end` }]]
  }
  const parsed = parseAddress(text)
  if (parsed.ok) return [parsed.value, []]
  return [undefined, [{ code: parsed.fault.code, message: `the ${side} ${explainAddressFault(parsed.fault)}` }]]
}

function endsMismatch(start: Address, end: Address): RangeFault | undefined {
  const ends = `${formatAddress(start)} to ${formatAddress(end)}`
  if (familyOf(start) !== familyOf(end)) {
    const message = `${ends} mixes ${familyOf(start)} and ${familyOf(end)}; both ends must be of one family`
    return { code: 'RANGE_FAMILIES_MIXED', message }
  }
  if (compareAddresses(start, end) <= 0) return undefined
  return { code: 'RANGE_START_ABOVE_END', message: `${ends} starts above its end; swap the two` }
}

export const singleAddress = (address: Address): Range => ({ start: address, end: address })

/** How many addresses, exactly: an IPv6 range may hold up to 2^128. */
export const rangeSize = ({ start, end }: Range): bigint => BigInt(end) - BigInt(start) + 1n

/** False for an address of the other family, whatever its number. */
export const rangeContains = ({ start, end }: Range, address: Address): boolean =>
  typeof address === typeof start && address >= start && address <= end

export const rangesOverlap = (a: Range, b: Range): boolean =>
  typeof a.start === typeof b.start && a.start <= b.end && b.start <= a.end

export const rangesAreEqual = (a: Range, b: Range): boolean => a.start === b.start && a.end === b.end

/** IPv4 first, then by start, then by end. */
export const compareRanges = (a: Range, b: Range): number =>
  compareAddresses(a.start, b.start) || compareAddresses(a.end, b.end)

/** `192.0.2.7`, or `192.0.2.7 to 192.0.2.9`; for people. */
export function formatRange({ start, end }: Range): string {
  return start === end ? formatAddress(start) : `${formatAddress(start)} to ${formatAddress(end)}`
}
