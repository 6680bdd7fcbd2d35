/** Both sets are listed, and each new address has redeemed, before traffic leaves from it (SF-282). */
import { after } from '../../../values/time.ts'
import { ofApp, sidesOf } from '../plan.ts'
import { noEvidence } from '../verdict.ts'
import { type ListStep, type Step, firstOf, inTurn, saveList, turnOrHalt } from './step.ts'
import { tried, sinceOf } from './tried.ts'

export const listed: ListStep = (looking) => {
  const { state, at, surely } = looking
  const { target } = sidesOf(state.plan, state.direction)
  const missing = target.filter((each) => !surely.includes(each))
  if (missing.length === 0) return undefined
  return saveList(
    looking,
    { add: missing, remove: [] },
    {
      why: 'both sets are listed: the safe state',
      inVain: () => turnOrHalt(state, `the list${ofApp(state.plan, at)} does not take ${missing.join(' and ')}`),
    },
  )
}

/** P-61, L-102: traffic goes only where a real redemption has succeeded since the list was in force. */
export const proven: ListStep = (looking) => {
  const { state, now, at, list } = looking
  const { plan, movedAt } = state
  const { changedAt, unproven, redemptions } = list
  if (movedAt !== undefined) return undefined
  const { target } = sidesOf(plan, state.direction)
  const toProve = target.filter((each) => unproven.has(each))
  if (toProve.length === 0) return undefined
  const inForce = changedAt === undefined ? now : after(changedAt, plan.terms.propagation)
  if (now < inForce) return { kind: 'wait', until: inForce, why: 'the list may need as long to be in force everywhere' }
  return (
    claimedInVain(looking) ??
    firstOf(toProve, (address) =>
      tried(state, now, {
        ...{
          evidence: sinceOf(redemptions.get(address), changedAt),
          enough: plan.terms.proofs,
          command: { kind: 'redeem', list: at, address },
        },
        refused: `the org does not admit ${address}${ofApp(plan, at, 'for')}`,
      }),
    )
  )
}

/** What a person says is listed, and the org does not admit, they are asked for again. */
const claimedInVain: ListStep = (looking) => {
  const { state, at, list } = looking
  const { plan, direction } = state
  const { target } = sidesOf(plan, direction)
  const isRefused = target.some((each) => (list.redemptions.get(each) ?? noEvidence).refused >= plan.terms.patience)
  if (!list.claimed || !isRefused) return undefined
  return saveList(
    looking,
    { add: target, remove: [] },
    {
      why: 'the org does not admit what is said to be listed',
      inVain: () => turnOrHalt(state, `the list${ofApp(plan, at)} does not take ${target.join(' and ')}`),
    },
  )
}

export const added: Step = inTurn(listed, proven)
