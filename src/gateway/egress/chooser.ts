/** Which egresses a dial may take, in order; or why there is none. */
import { familyOf, type Address } from '../../ip/address.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import { admissionOf, type Admissions } from '../rules/admission.ts'
import { byAffinity, takeTurn, tiersOf, type Balance, type Candidate, type Credits } from '../rules/choose.ts'
import { formatDestination } from '../rules/destination.ts'
import { refusal, type Refusal } from '../rules/refusal.ts'
import type { Egress } from './egress.ts'
import type { Lane } from './failover.ts'
import type { OpenAsk } from './pool.ts'

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
    const by = balance()
    if (by === 'affinity') return byAffinity(tier, ask.client.name)
    if (tier.length < 2) return tier
    const key = tier.map(({ name }) => name).join('\n')
    const turn = takeTurn(tier, credits.get(key) ?? none, by)
    credits.set(key, turn.credits)
    return turn.order
  }
  const choose = (ask: OpenAsk): Result<readonly Lane[], Refusal> => {
    if (ask.pin !== undefined) return pinned(find(ask.pin), ask, admissions())
    const usable = egresses().filter((each) => each.usable())
    if (usable.length === 0) return fault(noLive(egresses()))
    const options = usable.flatMap((each) => optionsOf(each, ask, admissions()))
    const [best = [], ...rest] = tiersOf(options.filter(hasPorts))
    if (best.length === 0) return fault(noOption(options, ask))
    return ok([...order(best, ask), ...rest.flatMap((tier) => tier.toSorted(byLatency))].map(({ lane }) => lane))
  }
  return { choose, forget: () => credits.clear() }
}

const none: Credits = new Map()

type Option = Candidate & { readonly lane: Lane }
type MaybeOption = Omit<Option, 'ports'> & { readonly ports: Candidate['ports'] | 'none' }

const hasPorts = (option: MaybeOption): option is Option => option.ports !== 'none'
const byLatency = (a: Option, b: Option): number => (a.latencyMs ?? Infinity) - (b.latencyMs ?? Infinity) || 0

function pinned(egress: Egress | undefined, ask: OpenAsk, admissions: Admissions): Result<readonly Lane[], Refusal> {
  const name = ask.pin ?? ''
  if (egress === undefined) return fault(refusal('EGRESS_UNKNOWN', { egress: name }))
  if (!egress.usable()) return fault(refusal('PINNED_EGRESS_DOWN', { egress: name, why: clause(egress) }))
  const options = optionsOf(egress, ask, admissions)
  const lanes = options.filter(hasPorts).map(({ lane }) => lane)
  return lanes.length === 0 ? fault(noOption(options, ask)) : ok(lanes)
}

/** None where the egress cannot dial any of the addresses. */
function optionsOf(egress: Egress, ask: OpenAsk, admissions: Admissions): readonly MaybeOption[] {
  const { addresses, destination } = ask.reachable
  const reachable = dialable(egress, addresses)
  if (reachable.length === 0) return []
  const { name } = egress.declaration
  const { state, latencyMs } = egress.health()
  const admission = admissionOf(admissions, { label: ask.client.label, group: ask.group, egress: name })
  const ports = egress.portsLeft(reachable[0], destination.port)
  const lane = { egress, addresses: reachable, refused: admission === 'refused' }
  return [{ name, starting: state === 'starting', admission, ports, latencyMs, lane }]
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

function noOption(options: readonly MaybeOption[], { reachable, pin }: OpenAsk): Refusal {
  const destination = formatDestination(reachable.destination)
  if (options.length > 0)
    return refusal('PORTS_EXHAUSTED', { destination, egress: options.map(({ name }) => name).join(', ') })
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
