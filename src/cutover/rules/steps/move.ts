/** The traffic moves (SF-283). */
import type { PoolChange } from '../journal.ts'
import { sidesOf } from '../plan.ts'
import { type Step, setPool } from './step.ts'

export const moved: Step = ({ state, seen }) => {
  if (state.movedAt !== undefined) return undefined
  const { target, source } = sidesOf(state.plan, state.direction)
  const leave = seen.pool.members.filter(({ address, mode }) => source.includes(address) && mode === 'active')
  const enter = target.filter(
    (each) => !seen.pool.members.some(({ address, mode }) => address === each && mode === 'active'),
  )
  const modes: PoolChange = [
    ...enter.map((address) => ({ address, mode: 'active' as const })),
    ...leave.map(({ address }) => ({ address, mode: 'draining' as const })),
  ]
  return setPool(seen, modes, 'new tunnels leave from the target alone')
}
