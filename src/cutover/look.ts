/** One look at list and pool, as the rules take it. */
import type { Clock } from '../values/domain.ts'
import { before, type Instant } from '../values/time.ts'
import { listedOf, othersOf } from './rules/list-change.ts'
import type { AddressText } from './rules/plan.ts'
import type { ListSeen, Seen } from './rules/seen.ts'
import type { State } from './rules/state.ts'
import { sidesOf } from './rules/plan.ts'
import { unknownAddress, type CutoverPorts, type ListReading, type Redeemer } from './ports.ts'

export async function look(ports: CutoverPorts, state: State, clock: Clock): Promise<Seen> {
  const { plan, movedAt } = state
  const since = before(clock(), ports.lookBack)
  const [list, pool, redeemers] = await Promise.all([
    ports.allowlist.read(),
    ports.traffic.read(since),
    ports.allowlist.redeemers(since),
  ])
  const { source } = sidesOf(plan, state.direction)
  return {
    at: clock(),
    list: listSeenOf(list, [...plan.from, ...plan.to]),
    pool: { version: pool.version, members: pool.members, whole: pool.whole },
    usedAt: latestOf(pool.usedAt, redeemers),
    strangers: pool.strangers,
    silent: movedAt === undefined ? [] : silentOf(redeemers, source),
  }
}

export const listSeenOf = ({ rows, version }: ListReading, addresses: readonly AddressText[]): ListSeen => ({
  version,
  listed: listedOf(rows, addresses).toSorted(),
  others: othersOf(rows, addresses),
})

function latestOf(
  used: ReadonlyMap<AddressText, Instant>,
  redeemers: readonly Redeemer[] | 'unknown',
): ReadonlyMap<AddressText, Instant> {
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
