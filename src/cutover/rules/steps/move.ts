/** The traffic moves (SF-283). */
import type { PoolChange } from '../journal.ts'
import { changesOf } from '../pool-sides.ts'
import { type Step, setPool } from './step.ts'

export const moved: Step = ({ state, seen }) => {
  if (state.movedAt !== undefined) return undefined
  const { enter, leave } = changesOf(state, seen)
  const modes: PoolChange = [
    ...enter.map((address) => ({ address, mode: 'active' as const })),
    ...leave.map((address) => ({ address, mode: 'draining' as const })),
  ]
  const what = state.plan.by === 'proxies' ? 'what begins from now on leaves' : 'new tunnels leave'
  return setPool(seen, modes, `${what} from there alone, and what is open runs on`)
}
