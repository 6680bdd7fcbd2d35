/** How redemptions go is counted before the traffic moves: what is watched later is held against that. */
import { after, before } from '../../../values/time.ts'
import { type ListStep, type Step, inTurn } from './step.ts'

/** Where no count is whole, however often it is tried, it goes on without one: a watch has been held against what is wanted alone before, too. */
const counted: ListStep = ({ state, now, at, list: { baseline } }) => {
  const { plan, direction, movedAt } = state
  const { retry, patience, watch } = plan.terms
  if (direction === 'back' || movedAt !== undefined || baseline?.kind === 'counted') return undefined
  if (baseline !== undefined) {
    if (baseline.tries >= patience) return undefined
    const until = after(baseline.at, retry)
    const why = 'nobody could count yet how redemptions go'
    if (baseline.at <= now && now < until) return { kind: 'wait', until, why }
  }
  return { kind: 'watch', list: at, since: before(now, watch), before: true }
}

export const measured: Step = inTurn(counted)
