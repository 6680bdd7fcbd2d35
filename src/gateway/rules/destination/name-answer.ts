/** What two questions to the name servers, for IPv4 and for IPv6, come to together. */
import { parseAddress, type Address } from '../../../ip/address.ts'
import { fault, ok, type Result } from '../../../values/result.ts'
import { milliseconds, seconds, type Duration } from '../../../values/time.ts'

export type NameFault =
  /** `why` stands in brackets behind "does not resolve". */
  { readonly kind: 'not-resolved'; readonly why: string } | { readonly kind: 'timed-out' }

/** Addresses without repetition, IPv4 first; at least one. */
export type NameAnswer = Result<readonly Address[], NameFault>

/** Of one question. `ttl` in seconds; `code` as c-ares names it. */
export type FamilyAnswer =
  | { readonly kind: 'records'; readonly records: readonly { readonly address: string; readonly ttl: number }[] }
  | { readonly kind: 'failed'; readonly code: string }

/** `keepFor`: how long it may be given to others. Undefined in place of a family: it had not answered when the other had waited long enough. */
export function combineFamilies(families: readonly (FamilyAnswer | undefined)[]): {
  readonly answer: NameAnswer
  readonly keepFor: Duration
} {
  const records = families.flatMap((each) => (each?.kind === 'records' ? each.records.slice(0, mostRecords) : []))
  const addresses = records.flatMap(({ address }) => {
    const parsed = parseAddress(address)
    return parsed.ok ? [parsed.value] : []
  })
  if (addresses.length === 0) return { answer: fault(failure(families)), keepFor: seconds(1) }
  const whole = families.every((each) => each !== undefined && !(each.kind === 'failed' && !absent.has(each.code)))
  const ttl = Math.min(...records.map((each) => each.ttl))
  const kept = whole ? Math.min(Math.max(ttl * 1000, shortest), longest) : shortest
  return { answer: ok([...new Set(addresses)]), keepFor: milliseconds(kept) }
}

const mostRecords = 8 // of each family; nobody dials more
// One answer serves the tunnels of a second even if its servers would have it asked anew for each, and an old address is left soon.
const shortest = 1000
const longest = 30_000

const absent: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA'])

function failure(families: readonly (FamilyAnswer | undefined)[]): NameFault {
  const codes = families.map((each) =>
    each?.kind === 'failed' ? each.code : each === undefined ? 'ETIMEOUT' : 'ENODATA',
  )
  if (codes.every((code) => absent.has(code))) {
    return { kind: 'not-resolved', why: codes.includes('ENODATA') ? 'it has no address' : 'there is no such name' }
  }
  if (codes.includes('ETIMEOUT')) return { kind: 'timed-out' }
  const code = codes.find((each) => !absent.has(each)) ?? 'EBADRESP'
  return { kind: 'not-resolved', why: whys[code] ?? `the name server could not be asked, ${code}` }
}

const whys: Readonly<Record<string, string>> = {
  ESERVFAIL: 'the name server failed',
  EREFUSED: 'the name server refuses to answer',
  ECONNREFUSED: 'no name server listens',
  EBADRESP: 'the name server gave an answer that cannot be read',
}
