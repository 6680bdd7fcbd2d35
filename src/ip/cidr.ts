/** Blocks such as `10.0.0.0/8`, for trusted proxies and for commands that expand them; metadata itself has no such form (SF-145). */
import { fault, ok, type Result } from '../values/result.ts'
import { familyOf, formatAddress, ipv4, ipv6, parseAddress, type Address } from './address.ts'
import { explainAddressFault, type AddressFaultCode } from './address-fault.ts'
import { parseRange, singleAddress, type Range, type RangeFaultCode } from './range.ts'

export type CidrFaultCode = AddressFaultCode | 'CIDR_LENGTH_NOT_A_NUMBER' | 'CIDR_LENGTH_TOO_LONG' | 'CIDR_HOST_BITS'
/** `message` reads on its own and quotes what was given. */
export type CidrFault = { readonly code: CidrFaultCode; readonly message: string }

/** A block, or a single address as a block of one. Bits behind the prefix are refused: `10.0.0.1/8` may have meant one address or all. */
export function parseCidr(text: string): Result<Range, CidrFault> {
  const slash = text.indexOf('/')
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash))
  if (!address.ok) return fault({ code: address.fault.code, message: explainAddressFault(address.fault) })
  if (slash < 0) return ok(singleAddress(address.value))
  const length = text.slice(slash + 1)
  if (!/^(?:0|[1-9]\d{0,2})$/.test(length)) {
    return fault({
      code: 'CIDR_LENGTH_NOT_A_NUMBER',
      message: `"${quotable(text)}" needs a plain number of bits after the slash`,
    })
  }
  // An IPv4-mapped block is written with the bits of IPv6: ::ffff:10.0.0.0/104 is 10.0.0.0/8.
  const mapped = typeof address.value === 'number' && text.includes(':')
  return block(address.value, mapped ? Number(length) - 96 : Number(length), quotable(text))
}

function block(address: Address, length: number, text: string): Result<Range, CidrFault> {
  const bits = typeof address === 'number' ? 32 : 128
  if (length > bits || length < 0) {
    return fault({
      code: 'CIDR_LENGTH_TOO_LONG',
      message: `"${text}" needs 0 to ${bits} bits for ${familyOf(address)}`,
    })
  }
  const size = 1n << BigInt(bits - length)
  const start = BigInt(address) - (BigInt(address) % size)
  const range = { start: sameFamily(address, start), end: sameFamily(address, start + size - 1n) }
  if (start === BigInt(address)) return ok(range)
  const network = `${formatAddress(range.start)}/${length}`
  return fault({
    code: 'CIDR_HOST_BITS',
    message: `"${text}" has bits behind its prefix; write ${network} for the block, or leave out the length for one address`,
  })
}

const sameFamily = (like: Address, value: bigint): Address =>
  typeof like === 'number' ? ipv4(Number(value)) : ipv6(value)

const quotable = (text: string): string => JSON.stringify(text.slice(0, 64)).slice(1, -1)

/** What a person types for some addresses: one address, a block, or `start-end`. */
export function parseRangeText(
  text: string,
): Result<Range, { readonly code: CidrFaultCode | RangeFaultCode; readonly message: string }> {
  const dash = text.indexOf('-')
  if (dash < 0) return parseCidr(text.trim())
  const range = parseRange(text.slice(0, dash).trim(), text.slice(dash + 1).trim())
  if (range.ok) return range
  const [first, ...others] = range.fault
  if (first === undefined) throw new Error('a range was refused without a reason')
  return fault({ code: first.code, message: [first, ...others].map(({ message }) => message).join('; and ') })
}

/** Every block of a list, or every fault, each with its place in the list counted from 0. */
export function parseCidrs(
  texts: readonly string[],
): Result<readonly Range[], readonly (CidrFault & { readonly at: number })[]> {
  const parsed = texts.map(parseCidr)
  const faults = parsed.flatMap((each, at) => (each.ok ? [] : [{ ...each.fault, at }]))
  if (faults.length > 0) return fault(faults)
  return ok(parsed.flatMap((each) => (each.ok ? [each.value] : [])))
}
