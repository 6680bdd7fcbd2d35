/** Dotted decimal IPv4, read in one pass without allocating: it runs on every token request. */

const dot = 46
const zero = 48

/** The address from position `from` to the end as an unsigned number, or -1. Exactly four decimal parts of 0 to 255, none with a leading zero:
 *  other readers take `010` for 8 or for 10, and an allowlist must not depend on which (SF-145). */
export function readIpv4(text: string, from: number): number {
  let value = 0
  let octet = 0
  let digits = 0
  let dots = 0
  for (let i = from; i < text.length; i += 1) {
    const character = text.charCodeAt(i)
    if (character === dot) {
      if (digits === 0 || dots === 3) return -1
      value = value * 256 + octet
      octet = 0
      digits = 0
      dots += 1
      continue
    }
    const digit = character - zero
    if (digit < 0 || digit > 9 || (digits > 0 && octet === 0)) return -1
    octet = octet * 10 + digit
    if (octet > 255) return -1
    digits += 1
  }
  return dots === 3 && digits > 0 ? value * 256 + octet : -1
}
