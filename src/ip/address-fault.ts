/** Why a text is not an address: each mistake that people make has its own name and its own advice (SF-145). */

export type AddressFaultCode =
  | 'ADDRESS_EMPTY'
  | 'ADDRESS_HAS_SPACES'
  | 'ADDRESS_HAS_ZONE'
  | 'ADDRESS_HAS_PREFIX_LENGTH'
  | 'ADDRESS_IN_BRACKETS'
  | 'ADDRESS_HAS_PORT'
  | 'ADDRESS_LEADING_ZERO'
  | 'ADDRESS_OCTET_TOO_LARGE'
  | 'ADDRESS_SHORTHAND'
  | 'ADDRESS_IPV6_MALFORMED'
  | 'ADDRESS_UNKNOWN_FORM'

/** `message` is a predicate that follows the quoted text: `"10.0.0.01" has a part with a leading zero; …`. */
export type AddressFault = { readonly code: AddressFaultCode; readonly text: string; readonly message: string }

const advice: Readonly<Record<AddressFaultCode, string>> = {
  ADDRESS_EMPTY: 'is empty; write an IPv4 or IPv6 address',
  ADDRESS_HAS_SPACES: 'has white space in it; write the address alone',
  ADDRESS_HAS_ZONE: 'has a zone id, which means something on one machine only; leave out the % and what follows',
  ADDRESS_HAS_PREFIX_LENGTH: 'has a prefix length; write the first and the last address of the block instead',
  ADDRESS_IN_BRACKETS: 'is in brackets, as in a URL; write the address without brackets and port',
  ADDRESS_HAS_PORT: 'has a port; write the address alone',
  ADDRESS_LEADING_ZERO: 'has a part with a leading zero, which some systems read as octal; write it without',
  ADDRESS_OCTET_TOO_LARGE: 'has a part above 255',
  ADDRESS_SHORTHAND: 'is a shorthand or hexadecimal form of IPv4; write all four parts in decimal',
  ADDRESS_IPV6_MALFORMED:
    'looks like IPv6 but is not: eight groups of one to four hexadecimal digits, with :: at most once',
  ADDRESS_UNKNOWN_FORM: 'is not an IPv4 or IPv6 address',
}

/** Only for a text that `parseAddress` could not read: it never finds a text to be in order. */
export function addressFault(text: string): AddressFault {
  const code = diagnose(text)
  return { code, text: bounded(text), message: advice[code] }
}

/** The text in quotes, then what is wrong with it. */
export const explainAddressFault = ({ text, message }: AddressFault): string => `${JSON.stringify(text)} ${message}`

const bounded = (text: string): string => (text.length > 64 ? `${text.slice(0, 64)}…` : text)

// Linear expressions only: the text may be the client's and as long as a header.
function diagnose(text: string): AddressFaultCode {
  if (text === '') return 'ADDRESS_EMPTY'
  if (text.length > 256) return 'ADDRESS_UNKNOWN_FORM'
  if (/\s/.test(text)) return 'ADDRESS_HAS_SPACES'
  if (text.includes('%')) return 'ADDRESS_HAS_ZONE'
  if (text.includes('/')) return 'ADDRESS_HAS_PREFIX_LENGTH'
  if (text.includes('[') || text.includes(']')) return 'ADDRESS_IN_BRACKETS'
  const firstColon = text.indexOf(':')
  if (firstColon < 0) return diagnoseIpv4(text.split('.'))
  if (firstColon === text.lastIndexOf(':'))
    return /^[\d.]+:\d+$/.test(text) ? 'ADDRESS_HAS_PORT' : 'ADDRESS_UNKNOWN_FORM'
  if (/^[0-9a-f:]+$/i.test(text)) return 'ADDRESS_IPV6_MALFORMED'
  return diagnoseTail(text.slice(text.lastIndexOf(':') + 1))
}

/** What stands behind the last colon of an IPv6 text may be IPv4, with the mistakes of IPv4. */
function diagnoseTail(tail: string): AddressFaultCode {
  const code = diagnoseIpv4(tail.split('.'))
  return code === 'ADDRESS_UNKNOWN_FORM' || code === 'ADDRESS_SHORTHAND' ? 'ADDRESS_IPV6_MALFORMED' : code
}

function diagnoseIpv4(parts: readonly string[]): AddressFaultCode {
  if (!parts.every((part) => /^(?:0x[0-9a-f]+|\d+)$/i.test(part)) || parts.length > 4) return 'ADDRESS_UNKNOWN_FORM'
  if (parts.length < 4 || parts.some((part) => /x/i.test(part))) return 'ADDRESS_SHORTHAND'
  if (parts.some((part) => part.length > 1 && part.startsWith('0'))) return 'ADDRESS_LEADING_ZERO'
  return parts.some((part) => Number(part) > 255) ? 'ADDRESS_OCTET_TOO_LARGE' : 'ADDRESS_IPV6_MALFORMED'
}
