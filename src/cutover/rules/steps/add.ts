/** Both sets are listed, and each new address has redeemed, before traffic leaves from it (SF-282). */
import { showingSince } from '../list-state.ts'
import { ofApp, sidesOf, type AddressText } from '../plan.ts'
import { noEvidence } from '../verdict.ts'
import { waitingWords } from './gone.ts'
import { type ListLooking, type ListStep, type Step, firstOf, inTurn, saveList, turnOrHalt } from './step.ts'
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
      why: 'with both sets listed nobody is locked out',
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
  const toProve = [...target.filter((each) => unproven.has(each)), ...leftFrom(looking)]
  if (toProve.length === 0) return undefined
  const inForce = showingSince(plan, list) ?? now
  if (now < inForce) return { kind: 'wait', until: inForce, why: waitingWords(list) }
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

/** Whoever types may leave out what traffic leaves from; and what was admitted then, and is refused later, was removed in between. */
const leftFrom = ({ state, seen, list, listSeen }: ListLooking): readonly AddressText[] =>
  list.claimed && list.lastAsked !== undefined && state.direction === 'forth'
    ? seen.pool.members
        .filter(({ address, mode }) => mode === 'active' && state.plan.from.includes(address))
        .flatMap(({ address }) => (listSeen.listed.includes(address) ? [address] : []))
    : []

/** What a person says is listed, and the org does not admit, they are asked for again; what traffic leaves from, at once. */
const claimedInVain: ListStep = (looking) => {
  const { state, at, list } = looking
  const { plan, direction } = state
  if (!list.claimed) return undefined
  const refusals = (address: AddressText): number => (list.redemptions.get(address) ?? noEvidence).refused
  const urgent = leftFrom(looking).filter((each) => refusals(each) > 0)
  const { target } = sidesOf(plan, direction)
  const isRefused = urgent.length > 0 || target.some((each) => refusals(each) >= plan.terms.patience)
  if (!isRefused) return undefined
  const add = urgent.length > 0 ? urgent : target
  return saveList(
    looking,
    { add, remove: [] },
    {
      why: 'the org does not admit what is said to be listed',
      inVain: () => turnOrHalt(state, `the list${ofApp(plan, at)} does not take ${add.join(' and ')}`),
    },
  )
}

export const added: Step = inTurn(listed, proven)
