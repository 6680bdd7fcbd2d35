/** Which egresses a dial may take, in order; or why there is none. */
import { familyOf, type Address } from '../../ip/address.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import { admissionOf, type Admissions } from '../rules/egress/admission.ts'
import { byAffinity, equalShares, sharesByLatency, takeTurn, tiersOf } from '../rules/egress/choose.ts'
import type { Balance, Candidate, Credits } from '../rules/egress/choose.ts'
import { formatDestination } from '../rules/destination/destination.ts'
import { refusal, type Refusal } from '../rules/refusal.ts'
import type { Egress } from './egress.ts'
import type { Lane } from './failover.ts'
import type { Reachable } from '../reach.ts'
import type { Client } from '../tunnel.ts'

export type OpenAsk = {
  readonly client: Client
  readonly reachable: Reachable
  /** Admission is kept for it (P-42). */
  readonly group: string
  readonly pin: string | undefined
  readonly gone: AbortSignal
  /** The proxies before this gateway, for the `Via` of a proxy behind it. */
  readonly passed?: string | undefined
}

export type Chooser = {
  readonly choose: (ask: OpenAsk) => Result<readonly Lane[], Refusal>
  /** The set has changed: whoever was owed a tunnel is owed none. */
  readonly forget: () => void
}

export type ChooserParts = {
  readonly egresses: () => readonly Egress[]
  readonly find: (name: string) => Egress | undefined
  readonly admissions: () => Admissions
  readonly balance: () => Balance
}

export function openChooser({ egresses, find, admissions, balance }: ChooserParts): Chooser {
  /** By the set of equals: one destination that only half of them may serve does not tilt the turns of the others. */
  const credits = new Map<string, Credits>()

  const order = (tier: readonly Option[], ask: OpenAsk): readonly Option[] => {
    if (tier.length < 2) return tier
    const by = balance()
    if (by === 'affinity') return byAffinity(tier, ask.client.name)
    let key = ''
    for (const { name } of tier) key += `${name}\n`
    const turn = takeTurn(by === 'latency' ? sharesByLatency(tier) : equalShares(tier.length), credits.get(key))
    credits.set(key, turn.credits)
    return firstOf(tier, turn.first)
  }
  const choose = (ask: OpenAsk): Result<readonly Lane[], Refusal> => {
    if (ask.pin !== undefined) return pinned(find(ask.pin), ask, admissions())
    const options: Option[] = []
    const exhausted: Egress[] = []
    let usable = 0
    for (const egress of egresses()) {
      if (!egress.usable()) continue
      usable += 1
      const option = optionOf(egress, ask, admissions())
      if (option === 'no-ports') exhausted.push(egress)
      else if (option !== 'no-address') options.push(option)
    }
    if (usable === 0) return fault(noLive(egresses()))
    if (options.length === 0) return fault(noOption(exhausted, ask))
    const [best = [], ...rest] = tiersOf(options)
    const ordered = order(best, ask)
    return ok(rest.length === 0 ? ordered : [...ordered, ...rest.flatMap((tier) => tier.toSorted(byLatency))])
  }
  return { choose, forget: () => credits.clear() }
}

type Option = Candidate & Lane

const byLatency = (a: Option, b: Option): number => (a.latencyMs ?? Infinity) - (b.latencyMs ?? Infinity) || 0

/** That one, then the others as they stand. */
function firstOf(tier: readonly Option[], first: number): readonly Option[] {
  const chosen = tier[first]
  if (chosen === undefined || first === 0) return tier
  return [chosen, ...tier.filter((each) => each !== chosen)]
}

function pinned(egress: Egress | undefined, ask: OpenAsk, admissions: Admissions): Result<readonly Lane[], Refusal> {
  const name = ask.pin ?? ''
  if (egress === undefined) return fault(refusal('EGRESS_UNKNOWN', { egress: name }))
  if (!egress.usable('pinned')) return fault(refusal('PINNED_EGRESS_DOWN', { egress: name, why: clause(egress) }))
  const option = optionOf(egress, ask, admissions)
  if (option === 'no-address' || option === 'no-ports')
    return fault(noOption(option === 'no-ports' ? [egress] : [], ask))
  return ok([option])
}

/** `no-address`: the egress can dial none of the addresses. */
function optionOf(egress: Egress, ask: OpenAsk, admissions: Admissions): Option | 'no-address' | 'no-ports' {
  const { addresses, destination } = ask.reachable
  const reachable = dialable(egress, addresses)
  if (reachable.length === 0) return 'no-address'
  const ports = egress.portsLeft(reachable[0], destination.port)
  if (ports === 'none') return 'no-ports'
  const { name } = egress.declaration
  const { state, latencyMs } = egress.health()
  const admission = admissionOf(admissions, { label: ask.client.label, group: ask.group, egress: name })
  const refused = admission === 'refused'
  return { name, starting: state === 'starting', admission, ports, latencyMs, egress, addresses: reachable, refused }
}

/** An egress reaches addresses of its own family only (L-84); through a proxy it needs none (P-43). */
function dialable({ local }: Egress, addresses: readonly Address[]): readonly (Address | undefined)[] {
  if (local === undefined) return theName
  const family = familyOf(local)
  return addresses.every((each) => familyOf(each) === family)
    ? addresses
    : addresses.filter((each) => familyOf(each) === family)
}
const theName = [undefined]

function noLive(egresses: readonly Egress[]): Refusal {
  if (egresses.length === 0) return refusal('NO_LIVE_EGRESS', { why: 'none is declared in gateway.egress' })
  const whys = egresses.map((each) => `${each.declaration.name} is ${each.standing().state}: ${clause(each)}`)
  return refusal('NO_LIVE_EGRESS', { why: whys.join('; ') })
}

function noOption(exhausted: readonly Egress[], { reachable, pin }: OpenAsk): Refusal {
  const destination = formatDestination(reachable.destination)
  if (exhausted.length > 0)
    return refusal('PORTS_EXHAUSTED', {
      destination,
      egress: exhausted.map(({ declaration }) => declaration.name).join(', '),
    })
  const families = [...new Set(reachable.addresses.map(familyOf))].join(' and ')
  const who = pin === undefined ? 'no live egress' : `not the egress ${pin}`
  return refusal('CONNECTION_FAILED', {
    destination,
    why:
      families === ''
        ? 'its name was not resolved here'
        : `it has ${families} addresses only, and ${who} can dial those`,
  })
}

const clause = (egress: Egress): string => egress.standing().why.replace(/\.$/, '')
