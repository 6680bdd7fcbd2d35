/** What is of no more use leaves the pool. */
import { sidesOf } from '../plan.ts'
import { type Step, setPool } from './step.ts'

export const cleared: Step = ({ state, seen }) => {
  const { source } = sidesOf(state.plan, state.direction)
  const left = seen.pool.members.filter(({ address, tunnels }) => source.includes(address) && tunnels !== 'unknown')
  if (left.length === 0) return undefined
  return setPool(
    seen,
    left.map(({ address }) => ({ address, mode: 'absent' })),
    'they are of no more use',
  )
}
