/** P-62. On the way back nobody is asked: what left from the old addresses before leaves from them again. */
import { halt } from '../command.ts'
import type { AddressText } from '../plan.ts'
import type { Looking, Step } from './step.ts'

export const strangers: Step = ({ state, seen }) => {
  const { direction, movedAt } = state
  if (direction === 'back' || movedAt !== undefined) return undefined
  const others = unplanned({ state, seen })
  if (others.length > 0)
    return halt(
      othersWords(others),
      'Drain it at the gateway, and run it again; or roll it back, name it in from, and plan it anew.',
    )
  if (seen.strangers === 'unknown' || seen.strangers.length === 0) return undefined
  return halt(
    `${seen.strangers.join(', ')} use the pool as well, and may have allowlists of their own.`,
    'Where what they redeem is of the apps of this plan, name all clients at traffic: { gateway: …, clients: [ … ] }, and run it again. Otherwise roll it back: their lists would have to change as well.',
  )
}

/** What somebody has put into the pool meanwhile: it is not done where traffic leaves from there as well. */
export const alone: Step = ({ state, seen }) => {
  const others = unplanned({ state, seen })
  if (state.direction === 'back' || others.length === 0) return undefined
  return halt(othersWords(others), 'See whose it is, and whether the lists admit it; drain it, and run it again.')
}

function unplanned({ state, seen }: Pick<Looking, 'state' | 'seen'>): readonly AddressText[] {
  const { from, to } = state.plan
  const active = seen.pool.members.filter(({ mode }) => mode === 'active').map(({ address }) => address)
  return active.filter((each) => ![...from, ...to].includes(each))
}

const othersWords = (others: readonly AddressText[]): string =>
  `Traffic may leave from ${others.join(' and ')} as well, which the plan does not name.`
