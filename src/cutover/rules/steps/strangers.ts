/** P-62. On the way back nobody is asked: what left from the old addresses before leaves from them again. */
import { halt } from '../command.ts'
import type { Step } from './step.ts'

export const strangers: Step = ({ state, seen }) => {
  const { plan, direction, movedAt } = state
  if (direction === 'back' || movedAt !== undefined) return undefined
  const known = [...plan.from, ...plan.to]
  const others = seen.pool.members.filter(({ address, mode }) => mode === 'active' && !known.includes(address))
  if (others.length > 0)
    return halt(
      `Traffic may leave from ${others[0]?.address} as well, which the plan does not name.`,
      'Drain it at the gateway, and run it again; or roll it back, name it in from, and plan it anew.',
    )
  if (seen.strangers === 'unknown' || seen.strangers.length === 0) return undefined
  return halt(
    `${seen.strangers.join(', ')} use the pool as well, and may have allowlists of their own.`,
    'Where what they redeem is of the apps of this plan, name all clients at traffic: { gateway: …, clients: [ … ] }, and run it again. Otherwise roll it back: their lists would have to change as well.',
  )
}
