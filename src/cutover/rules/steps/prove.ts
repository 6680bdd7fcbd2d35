/** Proof after the move: from each address that traffic leaves from now (SF-284). */
import { after, instant } from '../../../values/time.ts'
import { sidesOf, type AddressText } from '../plan.ts'
import { removableOf } from '../state.ts'
import { noEvidence } from '../verdict.ts'
import { type Looking, type Step, firstOf } from './step.ts'
import { tried, recheck } from './tried.ts'

export const stillListed = ({ state, seen }: Looking): readonly AddressText[] =>
  removableOf(state).filter((each) => seen.list.listed.includes(each))

/** SF-287, L-101: each address of the target has redeemed since the traffic moved, a while ago for the first time and lately again. */
export const trusted: Step = ({ state, now, ...rest }) => {
  if (stillListed({ state, now, ...rest }).length === 0) return undefined
  const { plan, redemptions } = state
  const { target } = sidesOf(plan, state.direction)
  return firstOf(target, (address) => {
    const evidence = redemptions.get(address) ?? noEvidence
    if (evidence.refused > 0 && state.direction === 'forth')
      return { kind: 'turn', why: `the org has refused ${address}, from which traffic leaves` }
    const needed = tried(state, now, {
      ...{ evidence, enough: plan.terms.proofs, command: { kind: 'redeem', address } },
      refused: `the org does not admit ${address}`,
    })
    return needed ?? recheck(state, now, { address, evidence })
  })
}

export const settled: Step = (looking) => {
  const { state, now } = looking
  if (stillListed(looking).length === 0) return undefined
  const { target } = sidesOf(state.plan, state.direction)
  const since = Math.max(...target.map((each) => state.redemptions.get(each)?.goodSince ?? now))
  const until = after(instant(since), state.plan.terms.propagation)
  return now < until ? { kind: 'wait', until, why: 'a minute between the proof and the removal (SF-284)' } : undefined
}
