/** Which hosts the keeper speaks to as login hosts and instances: Salesforce's own, and what the configuration lists (SF-317, P-28). Whoever may save an app
 *  could otherwise have the keeper knock at any door of the network that it stands in. */
import type { Address } from '../../ip/address.ts'
import { embeddedIn, judgeRange, specialBlockOf } from '../../ip/address-class.ts'
import { parseCidr } from '../../ip/cidr.ts'
import { rangeContains, rangeSize, type Range } from '../../ip/range.ts'
import type { SpecialBlock } from '../../ip/special-blocks.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import { formatDestination, parseHost, type Destination, type Host } from '../../ip/hosts.ts'
import { judgeAddresses } from './judge-addresses.ts'
import { isSalesforceHost } from './salesforce-domains.ts'

/** Compiled; opaque to everyone else. */
export type LoginHosts = {
  readonly names: ReadonlySet<string>
  /** `.example.com` of `*.example.com`. */
  readonly suffixes: readonly string[]
  readonly ranges: readonly Range[]
}

export const onlySalesforce: LoginHosts = { names: new Set(), suffixes: [], ranges: [] }

/** `row` counts from 0; `why` is a predicate of the row. */
export type LoginHostFault = { readonly row: number; readonly why: string }

/** Each row is a name, `*.example.com` for all below one, an address, or a range of addresses within one special block. */
export function compileLoginHosts(rows: readonly string[]): Result<LoginHosts, readonly LoginHostFault[]> {
  const names = new Set<string>()
  const [suffixes, ranges, faults]: [string[], Range[], LoginHostFault[]] = [[], [], []]
  for (const [row, text] of rows.entries()) {
    const parsed = parseRow(text)
    if (!parsed.ok) faults.push({ row, why: parsed.fault })
    else if ('range' in parsed.value) ranges.push(parsed.value.range)
    else if ('suffix' in parsed.value) suffixes.push(parsed.value.suffix)
    else names.add(parsed.value.name)
  }
  return faults.length > 0 ? fault(faults) : ok({ names, suffixes, ranges })
}

type Row = { readonly name: string } | { readonly suffix: string } | { readonly range: Range }

function parseRow(text: string): Result<Row, string> {
  if (text.includes('://')) return fault('is a URL; write its host alone')
  if (text.startsWith('*.')) {
    const below = parseHost(text.slice(2))
    if (!below.ok || below.value.kind !== 'name' || !below.value.name.includes('.'))
      return fault('is no pattern; write *.example.com')
    return ok({ suffix: `.${below.value.name}` })
  }
  const block = text.includes('/') ? parseCidr(text.replace(/^\[(.*)\]/, '$1')) : undefined
  if (block?.ok === false) return fault(`is no range of addresses: ${block.fault.message}`)
  if (block !== undefined) return oneBlock(block.value)
  const host = parseHost(text)
  if (!host.ok) return fault(host.fault)
  if (host.value.kind === 'name') return ok({ name: host.value.name })
  return ok({ range: { start: host.value.address, end: host.value.address } })
}

function oneBlock(range: Range): Result<Row, string> {
  const verdict = judgeRange(range)
  if (verdict.kind === 'inside' || rangeSize(range) === 1n) return ok({ range })
  return fault('holds public addresses; list hosts by name, and ranges for private addresses alone')
}

export const loginHostsAdvice = 'List it under keeper.loginHosts (SALLYPORT_KEEPER_LOGIN_HOSTS) if that is meant.'

/** Of its name alone: what addresses it leads to is judged when they are known. */
export function isLoginHost(listed: LoginHosts, host: Host): boolean {
  if (host.kind === 'address') return liftedBy(listed, host.address) !== undefined
  return isSalesforceHost(host.name) || isListedName(listed, host.name)
}

const isListedName = ({ names, suffixes, ranges }: LoginHosts, name: string): boolean =>
  names.has(name) || suffixes.some((suffix) => name.endsWith(suffix)) || (isLocalhost(name) && lists127(ranges))

const isLocalhost = (name: string): boolean => name === 'localhost' || name.endsWith('.localhost')
const loopback = parseHost('127.0.0.1')
const lists127 = (ranges: readonly Range[]): boolean =>
  loopback.ok &&
  loopback.value.kind === 'address' &&
  ranges.some((each) => loopback.value.kind === 'address' && rangeContains(each, loopback.value.address))

/** Where nobody stands in between: those of the addresses of a login host that may be dialled. Public ones, those that are listed, and whatever a host that is
 *  listed by its very name leads to, but for metadata services and the like. The fault is a sentence without its full stop. */
export function judgeLoginAddresses(
  listed: LoginHosts,
  to: Destination,
  addresses: readonly Address[],
): Result<readonly Address[], string> {
  const isNamed = to.host.kind === 'name' && (listed.names.has(to.host.name) || isLocalhost(to.host.name))
  return judgeAddresses(formatDestination(to), addresses, (address, block) => {
    if (block === undefined || lifts(listed, address, block)) return undefined
    if (isNamed && block.liftedBy === 'range' && opensNothing(address, block)) return undefined
    return `, which only keeper.loginHosts would let it go to`
  })
}

/** The very address in the list lifts all; a range whatever a range may lift, if it does so for what lies in it as well. */
function lifts(listed: LoginHosts, address: Address, block: SpecialBlock): boolean {
  const by = liftedBy(listed, address)
  if (by === 'address') return true
  return by === 'range' && block.liftedBy === 'range' && opensNothing(address, block, listed)
}

/** What a translator would reach in the end is judged for itself. */
const opensNothing = (address: Address, block: SpecialBlock, listed?: LoginHosts): boolean =>
  embeddedIn(address, block).every((each) => {
    const inside = specialBlockOf(each)
    return inside === undefined || (listed !== undefined && lifts(listed, each, inside))
  })

function liftedBy({ ranges }: LoginHosts, address: Address): 'address' | 'range' | undefined {
  const around = ranges.filter((each) => rangeContains(each, address))
  if (around.length === 0) return undefined
  return around.some(({ start, end }) => start === end) ? 'address' : 'range'
}
