/** One look at lists and pool, as the rules take it. */
import type { RangeRow } from '../ip/range-spelling.ts'
import type { Clock } from '../values/domain.ts'
import { before, type Instant } from '../values/time.ts'
import { listedOf, othersOf } from './rules/list-change.ts'
import type { ListSeen, Seen } from './rules/seen.ts'
import type { State } from './rules/state.ts'
import { ofApp, sidesOf, type AddressText } from './rules/plan.ts'
import { unknownAddress, type CutoverPorts, type ListReading, type Redeemer } from './ports.ts'

export async function look(ports: CutoverPorts, state: State, clock: Clock): Promise<Seen> {
  const { plan, movedAt } = state
  const since = before(clock(), ports.lookBack)
  const claims = state.lists.map(({ claim }) => claim)
  const [lists, redeemers] = await Promise.all([
    readLists(ports, claims),
    Promise.all(ports.lists.map(({ allowlist }) => allowlist.redeemers(since))),
  ])
  // last, since these take their time: no save of a list sees whether traffic has come back to what it removes
  const pool = await ports.traffic.read(since)
  const { source } = sidesOf(plan, state.direction)
  return {
    at: clock(),
    ...aheadOf(ports),
    lists: lists.map((each) => listSeenOf(each, [...plan.from, ...plan.to])),
    pool: { version: pool.version, members: pool.members, whole: pool.whole },
    usedAt: redeemers.reduce<Latest>(latestOf, pool.usedAt),
    strangers: pool.strangers,
    silent:
      movedAt === undefined
        ? []
        : redeemers.flatMap((each, i) => silentOf(each, source).map((name) => `${name}${ofApp(plan, i)}`)),
  }
}

/** Measured by the answers, so after them. */
function aheadOf({ lists, traffic }: CutoverPorts): Pick<Seen, 'ahead'> {
  const ahead = { lists: lists.map(({ allowlist }) => allowlist.ahead?.() ?? 0), pool: traffic.ahead?.() ?? 0 }
  return [...ahead.lists, ahead.pool].every((each) => each === 0) ? {} : { ahead }
}

/** `claims`: what a person has confirmed of each, in the order of the plan. */
export const readLists = async (
  { lists }: CutoverPorts,
  claims: readonly (readonly RangeRow[] | undefined)[] = [],
): Promise<readonly ListReading[]> => await Promise.all(lists.map(({ allowlist }, i) => allowlist.read(claims[i])))

export const listSeenOf = (
  { rows, version, claimed = false }: ListReading,
  addresses: readonly AddressText[],
): ListSeen => ({
  ...{ version, claimed },
  listed: listedOf(rows, addresses).toSorted(),
  others: othersOf(rows, addresses),
})

type Latest = ReadonlyMap<AddressText, Instant>

function latestOf(used: Latest, redeemers: readonly Redeemer[] | 'unknown'): Latest {
  const latest = new Map(used)
  if (redeemers === 'unknown') return latest
  for (const { address, at } of redeemers) if (at > (latest.get(address) ?? 0)) latest.set(address, at)
  return latest
}

/** Whose latest redemption left from an address that is to go, were it long ago or a moment (P-63, L-99). */
export function silentOf(
  redeemers: readonly Redeemer[] | 'unknown',
  source: readonly AddressText[],
): readonly string[] {
  if (redeemers === 'unknown') return [whoever]
  const left = redeemers.filter(({ address }) => source.includes(address) || address === unknownAddress)
  return [...new Set(left.map(({ name }) => name))].toSorted()
}

const whoever = 'whoever redeems (no history of the org can be read here: look at Login History in Setup)'
