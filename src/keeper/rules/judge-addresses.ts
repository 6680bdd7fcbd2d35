/** Which addresses of a host may be dialled: the name was resolved once, every address is judged, and one that was judged is dialled (L-77, L-78). */
import { formatAddress, type Address } from '../../ip/address.ts'
import { describeSpecial, embeddedIn, specialBlockOf } from '../../ip/address-class.ts'
import type { SpecialBlock } from '../../ip/special-blocks.ts'
import { fault, ok, type Result } from '../../values/result.ts'

/** Undefined: it may be dialled; else what follows the address. `block` is undefined of a public one. */
export type Objection = (address: Address, block: SpecialBlock | undefined) => string | undefined

/** Those that may be dialled, in their order, at least one. `shown` names the host; the fault is a sentence without its full stop. A name that answers with a
 *  public and with another address has not done so by accident, so one that may not be dialled refuses them all; but NAT64 addresses of public ones, which
 *  DNS64 adds to the answer for any name (RFC 6147), are left out. */
export function judgeAddresses(
  shown: string,
  addresses: readonly Address[],
  objection: Objection,
): Result<readonly Address[], string> {
  const good: Address[] = []
  for (const address of addresses) {
    const block = specialBlockOf(address)
    const why = objection(address, block)
    if (why === undefined) good.push(address)
    else if (!isOfDns64(address, block)) return fault(`${shown} is at ${wordsFor(address, block)}${why}`)
  }
  return good.length > 0 ? ok(good) : fault(`${shown} has no address that can be dialled`)
}

const isOfDns64 = (address: Address, block: SpecialBlock | undefined): boolean =>
  block?.dns64 === true && embeddedIn(address, block).every((each) => specialBlockOf(each) === undefined)

const wordsFor = (address: Address, block: SpecialBlock | undefined): string =>
  `${formatAddress(address)}, ${block === undefined ? 'a public address' : describeSpecial(address, block)}`
