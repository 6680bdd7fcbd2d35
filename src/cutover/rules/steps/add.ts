/** Both sets are listed, and each new address has redeemed, before traffic leaves from it (SF-282). */
import { after } from '../../../values/time.ts'
import { sidesOf } from '../plan.ts'
import { type Step, firstOf, pausedBySave, saveList, turnOrHalt } from './step.ts'
import { tried, sinceOf } from './tried.ts'

export const listed: Step = ({ state, seen, now }) => {
  const { target } = sidesOf(state.plan, state.direction)
  const missing = target.filter((each) => !seen.list.listed.includes(each))
  if (missing.length === 0) return undefined
  if (state.saves >= state.plan.terms.saves) return turnOrHalt(state, `the list does not take ${missing.join(' and ')}`)
  return (
    pausedBySave(state, now) ?? saveList(seen, { add: missing, remove: [] }, 'both sets are listed: the safe state')
  )
}

/** P-61, L-102: traffic goes only where a real redemption has succeeded since the list was in force. */
export const proven: Step = ({ state, now }) => {
  const { plan, listChangedAt, movedAt, unproven, redemptions } = state
  if (movedAt !== undefined) return undefined
  const { target } = sidesOf(plan, state.direction)
  const toProve = target.filter((each) => unproven.has(each))
  if (toProve.length === 0) return undefined
  const inForce = listChangedAt === undefined ? now : after(listChangedAt, plan.terms.propagation)
  if (now < inForce) return { kind: 'wait', until: inForce, why: 'the list may need as long to be in force everywhere' }
  return firstOf(toProve, (address) =>
    tried(state, now, {
      ...{
        evidence: sinceOf(redemptions.get(address), listChangedAt),
        enough: plan.terms.proofs,
        command: { kind: 'redeem', address },
      },
      refused: `the org does not admit ${address}`,
    }),
  )
}
