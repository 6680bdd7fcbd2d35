/** From a destination to the addresses that may be dialled: allowed? resolved once, each address classified (L-77). */
import type { Address } from '../ip/address.ts'
import { fault, ok, type Result } from '../values/result.ts'
import type { Resolver } from './resolver.ts'
import { firstRule, type AllowRules } from './rules/destination/allow.ts'
import { formatDestination, formatHost, type Destination } from './rules/destination/destination.ts'
import type { OutsideEcho } from './rules/egress/echo-url.ts'
import { isLocalhost } from './rules/destination/hosts-file.ts'
import type { NameAnswer } from './rules/destination/name-answer.ts'
import type { OwnListeners } from './rules/destination/own-listeners.ts'
import { permit } from './rules/destination/permit.ts'
import { refusal, type Refusal } from './rules/refusal.ts'

/** What a dial may go to, and nothing else: the name is not resolved again. */
export type Reachable = {
  /** What is dialled: for `ip.sallyport` the echo, not that name. */
  readonly destination: Destination
  /** In the order of the resolver, each permitted; only `via` egresses, which resolve for themselves, may go without (P-43). */
  readonly addresses: readonly Address[]
  /** What a `via` egress is told where that is not `destination`: `ip.sallyport`, which each gateway on the way answers with its own echo. */
  readonly forVia?: Destination
}

export type Reach = {
  /** `resolves: false` where every egress that could be chosen resolves for itself: then a name is neither resolved nor classified here, and is
   *  theirs to judge (P-43); a literal address is judged here all the same. */
  readonly find: (
    destination: Destination,
    options: { readonly resolves: boolean },
  ) => Promise<Result<Reachable, Refusal>>
  /** Whether it may be asked for still, at the address at which it was found; undefined where a proxy in between resolves. */
  readonly stillAllows: (destination: Destination, remote: Address | undefined) => boolean
  /** What a forwarded request to it has to ask for in the place of what its client wrote: an echo outside knows no `ip.sallyport`. */
  readonly asksFor: (destination: Destination) => Pick<OutsideEcho, 'host' | 'path'> | undefined
  /** The allow rule that matched, as the admission of P-42 groups destinations: e.g. `*.salesforce.com:443`. */
  readonly groupOf: (destination: Destination) => string
}

/** Of each family that it listens in, so that every egress finds it in its own. */
export type OwnEcho = { readonly addresses: readonly Address[]; readonly port: number }

export type ReachParts = {
  readonly allow: () => AllowRules
  readonly resolver: Resolver
  readonly own: () => OwnListeners
  /** Where `ip.sallyport` leads: the gateway's own echo, or that of `echo.url`; undefined while there is none. */
  readonly echo: () => OwnEcho | OutsideEcho | undefined
}

export function openReach(parts: ReachParts): Reach {
  return {
    async find(destination, { resolves }) {
      if (isEcho(destination)) return findEcho(parts, destination, resolves)
      return destination.host.kind === 'address'
        ? findAddress(parts, destination, destination.host.address)
        : findName(parts, destination, { name: destination.host.name, resolves })
    },
    stillAllows(destination, remote) {
      // of the echo only a new look tells whether it is where it was
      if (isEcho(destination) || firstRule(parts.allow(), destination) === undefined) return false
      return remote === undefined || judge(parts, destination, [remote]).ok
    },
    asksFor(destination) {
      const echo = isEcho(destination) ? parts.echo() : undefined
      return echo !== undefined && 'host' in echo ? echo : undefined
    },
    groupOf: (destination) =>
      isEcho(destination) ? echoName : (firstRule(parts.allow(), destination) ?? formatDestination(destination)),
  }
}

type Found = Result<Reachable, Refusal>

const echoName = 'ip.sallyport'

const isEcho = ({ host, port }: Destination): boolean => host.kind === 'name' && host.name === echoName && port === 80

/** The one private address that needs no rule is that of the gateway's own echo. An echo outside is judged like any other host. */
function findEcho(parts: ReachParts, asked: Destination, resolves: boolean): Found | Promise<Found> {
  const echo = parts.echo()
  if (echo !== undefined && 'host' in echo) {
    const { host } = echo.destination
    return host.kind === 'address'
      ? judge(parts, echo.destination, [host.address])
      : locate(parts, echo.destination, { name: host.name, resolves })
  }
  const address = echo?.addresses[0]
  if (echo === undefined || address === undefined)
    return fault(refusal('NAME_NOT_RESOLVED', { host: echoName, why: 'this gateway has no echo at present' }))
  const destination: Destination = { host: { kind: 'address', address }, port: echo.port }
  return ok({ destination, addresses: echo.addresses, forVia: asked })
}

function findName(parts: ReachParts, destination: Destination, located: Located): Found | Promise<Found> {
  return firstRule(parts.allow(), destination) === undefined
    ? notAllowed(destination) // and nobody asked a name server for it
    : locate(parts, destination, located)
}

/** What is prohibited whatever `allow` matches is said to be so, even where no rule matches (G-15). */
function findAddress(parts: ReachParts, destination: Destination, address: Address): Found {
  const found = judge(parts, destination, [address])
  return found.ok && firstRule(parts.allow(), destination) === undefined ? notAllowed(destination) : found
}

const notAllowed = (destination: Destination): Found =>
  fault(refusal('DESTINATION_NOT_ALLOWED', { destination: formatDestination(destination) }))

/** Waits for nothing where the addresses are known. */
function locate(parts: ReachParts, destination: Destination, { name, resolves }: Located): Found | Promise<Found> {
  if (!resolves && !isLocalhost(name)) return ok({ destination, addresses: [] })
  const answer = parts.resolver.resolve(name)
  if (answer instanceof Promise) return answer.then((late) => judgeAnswer(parts, destination, late))
  return judgeAnswer(parts, destination, answer)
}

type Located = { readonly name: string; readonly resolves: boolean }

function judgeAnswer(parts: ReachParts, destination: Destination, answer: NameAnswer): Found {
  if (answer.ok) return judge(parts, destination, answer.value)
  const host = formatHost(destination.host)
  return answer.fault.kind === 'timed-out'
    ? fault(refusal('NAME_TIMED_OUT', { host }))
    : fault(refusal('NAME_NOT_RESOLVED', { host, why: answer.fault.why }))
}

function judge({ allow, own }: ReachParts, destination: Destination, addresses: readonly Address[]): Found {
  const permitted = permit({ rules: allow(), destination, addresses, own: own() })
  return permitted.ok ? ok({ destination, addresses: permitted.value }) : permitted
}
