/** What is of no more use leaves the pool; the way back ends in the pool as it was. */
import type { PoolChange } from '../journal.ts'
import { sidesOf, type AddressText } from '../plan.ts'
import { entering, leaving } from '../pool-sides.ts'
import type { PoolMember, Seen } from '../seen.ts'
import type { State } from '../state.ts'
import { type Step, setPool } from './step.ts'

export const cleared: Step = ({ state, seen }) => {
  const { plan, direction, poolBefore } = state
  if (direction === 'forth' || poolBefore === undefined) {
    const left = sidesOf(plan, direction).source.flatMap((each) => memberAt(seen, each) ?? [])
    const modes = left.filter((each) => !isGone(each)).map(({ address }) => ({ address, mode: 'absent' as const }))
    return modes.length === 0 ? undefined : setPool(seen, modes, 'they are of no more use')
  }
  const modes = [...plan.from, ...plan.to].flatMap((each) => restored(state, seen, each))
  return modes.length === 0 ? undefined : setPool(seen, modes, 'so they were before')
}

const memberAt = ({ pool }: Seen, wanted: AddressText): PoolMember | undefined =>
  pool.members.find(({ address }) => address === wanted)

/** As far as it can be: no traffic leaves from it any more. */
const isGone = ({ tunnels, isFixed = false, mode }: PoolMember): boolean =>
  tunnels === 'unknown' || (isFixed && mode === 'draining')

function restored(state: State, seen: Seen, address: AddressText): PoolChange {
  const member = memberAt(seen, address)
  if (member === undefined || member.tunnels === 'unknown' || entering(state).includes(address)) return []
  const before = state.poolBefore?.get(address)?.mode
  // one that carried traffic before, and is not in every list, would lock somebody out
  const mode = before === 'active' && leaving(state).includes(address) ? 'standby' : (before ?? 'absent')
  if (mode === member.mode || (mode === 'absent' && isGone(member))) return []
  return [{ address, mode }]
}
