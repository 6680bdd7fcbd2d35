/** The declared set of egresses: what the configuration may say, and what cannot be declared together. */
import { parseAddress, type Address } from '../../../ip/address.ts'
import { explainAddressFault } from '../../../ip/address-fault.ts'
import { fault, ok, type Result } from '../../../values/result.ts'
import { formatDestination, type Destination } from '../destination/destination.ts'
import { parseProxyUrl } from '../../../ip/proxy-url.ts'

export type EgressDeclaration = {
  readonly name: string
  readonly through:
    | { readonly kind: 'address'; readonly address: Address; readonly confirm: boolean }
    /** The URL has credentials in it: it is never shown. */
    | { readonly kind: 'via'; readonly url: string }
  /** Declared public address; undefined: the local address, or for a `via` not known. */
  readonly public: Address | undefined
}

/** As the configuration has it, secrets exposed. */
export type EgressEntry =
  | { readonly name: string; readonly address: string; readonly public?: string; readonly confirm: 'on' | 'off' }
  | { readonly name: string; readonly via: string; readonly public?: string }

/** `path` is inside `gateway`, as in `egress[1].via`; `message` follows it. */
export type EgressFault = { readonly path: string; readonly message: string }

/** Every fault, not the first only. `own`: where the gateway listens; an egress through itself would go round for ever. Whether an address is
 *  on this machine is seen when it is bound: such an egress is `unusable`, and the others work. */
export function parseEgressSet(
  entries: readonly EgressEntry[],
  own: readonly Destination[],
): Result<readonly EgressDeclaration[], readonly EgressFault[]> {
  const read = entries.map((entry) => parseEntry(entry, own))
  const faults = read.flatMap((each, i) =>
    each.ok ? [] : each.fault.map(({ path, message }) => ({ path: `egress[${i}].${path}`, message })),
  )
  const names = entries.map(({ name }) => name)
  const ways = entries.map((entry) => ('address' in entry ? canonical(entry.address) : entry.via))
  faults.push(...doubles(names, '.name', 'is the name of'), ...doubles(ways, '', 'goes the same way as'))
  return faults.length === 0 ? ok(read.flatMap((each) => (each.ok ? [each.value] : []))) : fault(faults)
}

// it stands behind + in a proxy user, and in fields of HTTP as a token
const nameShape = /^[!#$%&'*.^_`|~0-9A-Za-z-]+$/

function parseEntry(
  entry: EgressEntry,
  own: readonly Destination[],
): Result<EgressDeclaration, readonly EgressFault[]> {
  const faults: EgressFault[] = []
  if (!nameShape.test(entry.name))
    faults.push({ path: 'name', message: 'cannot stand in a header; use letters, digits, . _ and -' })
  const declared = entry.public === undefined ? undefined : parseAddress(entry.public)
  if (declared?.ok === false) faults.push({ path: 'public', message: explainAddressFault(declared.fault) })
  const through = 'address' in entry ? parseLocal(entry.address, entry.confirm) : parseVia(entry.via, own)
  if (!through.ok) faults.push({ path: 'address' in entry ? 'address' : 'via', message: through.fault })
  if (!through.ok || faults.length > 0) return fault(faults)
  return ok({ name: entry.name, through: through.value, public: declared?.ok === true ? declared.value : undefined })
}

function parseLocal(text: string, confirm: 'on' | 'off'): Result<EgressDeclaration['through'], string> {
  const address = parseAddress(text)
  if (!address.ok) return fault(explainAddressFault(address.fault))
  if (address.value === 0 || address.value === 0n) return fault(`is ${text}, which is any; name the one to leave by`)
  return ok({ kind: 'address', address: address.value, confirm: confirm === 'on' })
}

function parseVia(text: string, own: readonly Destination[]): Result<EgressDeclaration['through'], string> {
  const url = parseProxyUrl(text)
  if (!url.ok) return url
  return own.some((place) => meets(url.value, place))
    ? fault(`leads to ${formatDestination(url.value)}, which is this gateway itself; name another proxy`)
    : ok({ kind: 'via', url: text })
}

/** By name and address alone; another name that resolves to this gateway is found out when a request comes round. */
function meets(to: Destination, place: Destination): boolean {
  if (to.port !== place.port) return false
  if (formatDestination(to) === formatDestination(place)) return true
  const everywhere = place.host.kind === 'address' && (place.host.address === 0 || place.host.address === 0n)
  return isLoopback(to) && (everywhere || isLoopback(place))
}

const isLoopback = ({ host }: Destination): boolean =>
  host.kind === 'name'
    ? host.name === 'localhost' || host.name.endsWith('.localhost')
    : host.address === 0x7f000001 || host.address === 1n

function doubles(values: readonly string[], field: string, what: string): readonly EgressFault[] {
  return values.flatMap((value, i) => {
    const first = values.indexOf(value)
    if (first === i) return []
    return [{ path: `egress[${i}]${field}`, message: `${what} egress[${first}]; a pair needs two` }]
  })
}

/** So that two spellings of one address are found to be one. */
function canonical(text: string): string {
  const address = parseAddress(text)
  return address.ok ? `${typeof address.value} ${address.value}` : text
}
