/** Proof after the move: from each address that traffic leaves from now (SF-284). */
import { after, instant } from '../../../values/time.ts'
import { ofApp, sidesOf } from '../plan.ts'
import { noEvidence } from '../verdict.ts'
import { type Step, firstOf, listsOf, whereLeft } from './step.ts'
import { tried, recheck } from './tried.ts'

/** SF-287, L-101: each address of the target has redeemed since the traffic moved, a while ago for the first time and lately again. */
export const trusted: Step = whereLeft(({ state, now, at, list }) => {
  const { plan } = state
  const { target } = sidesOf(plan, state.direction)
  return firstOf(target, (address) => {
    const evidence = list.redemptions.get(address) ?? noEvidence
    const who = `${address}${ofApp(plan, at, 'for')}`
    if (evidence.refused > 0 && state.direction === 'forth')
      return { kind: 'turn', why: `the org has refused ${who}, from which traffic leaves` }
    const needed = tried(state, now, {
      ...{ evidence, enough: plan.terms.proofs, command: { kind: 'redeem', list: at, address } },
      refused: `the org does not admit ${who}`,
    })
    return needed ?? recheck(state, now, { list: at, address, evidence, meanwhile: 'nothing is removed meanwhile.' })
  })
})

export const settled: Step = (looking) => {
  const { state, now } = looking
  const { target } = sidesOf(state.plan, state.direction)
  const proofs = listsOf(looking)
    .filter(({ left }) => left.length > 0)
    .flatMap(({ list }) => target.map((each) => list.redemptions.get(each)?.goodSince ?? now))
  if (proofs.length === 0) return undefined
  const until = after(instant(Math.max(...proofs)), state.plan.terms.propagation)
  return now < until
    ? { kind: 'wait', until, why: 'a while has to pass between the proof and the removal (SF-284)' }
    : undefined
}
