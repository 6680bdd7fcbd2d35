/** The address that an echo answers with, whatever its form (SF-273). */
import { parseAddress, type Address } from './address.ts'

const addressLike = /[0-9A-Fa-f:.]{2,45}/g

/** The first address in the text. */
export function addressIn(text: string): Address | undefined {
  for (const [like] of text.matchAll(addressLike)) {
    const parsed = parseAddress(like.replace(/\.+$/, ''))
    if (parsed.ok) return parsed.value
  }
  return undefined
}
