/** P-60: whatever traffic leaves from is listed, for each app, before anything else is thought about. */
import { halt } from '../command.ts'
import { ofApp, sidesOf, type AddressText } from '../plan.ts'
import { trafficOf, type Seen } from '../seen.ts'
import type { State } from '../state.ts'
import { type ListLooking, type ListStep, type Step, inTurn, saveList } from './step.ts'

const sheltered: ListStep = (looking) => {
  const { state, seen, at, surely } = looking
  const { from, to } = state.plan
  const bare = [...trafficOf(seen), ...perhaps(state, seen)].filter(
    (each) => [...from, ...to].includes(each) && !surely.includes(each) && !isOwn(looking, each),
  )
  if (bare.length === 0) return undefined
  return saveList(
    looking,
    { add: bare, remove: [] },
    {
      why: `traffic leaves from ${bare.join(' and ')}, which is not listed${ofApp(state.plan, at, 'for')}`,
      inVain: () =>
        halt(
          `Traffic leaves from ${bare.join(' and ')}, and the list${ofApp(state.plan, at)} does not take it.`,
          'Add it by hand, at once.',
        ),
    },
  )
}

/** A tunnel of a canary's that was to be refused: from an address on standby that is to go, and that nothing else leaves from. */
const isOwn = ({ state, seen }: ListLooking, address: AddressText): boolean =>
  sidesOf(state.plan, state.direction).source.includes(address) &&
  seen.pool.members.some((each) => each.address === address && each.mode === 'standby') &&
  state.lists.some(({ redemptions }) => redemptions.has(address))

export const shelter: Step = inTurn(sheltered)

/** Where nothing counts what is still open, and somebody else than this cutover has taken addresses out, whoever left from them may still do so. */
const perhaps = ({ tampered }: State, { pool }: Seen): readonly AddressText[] =>
  tampered === undefined
    ? []
    : pool.members
        .filter(({ mode, tunnels }) => mode === 'draining' && tunnels === 'unknown')
        .map(({ address }) => address)
