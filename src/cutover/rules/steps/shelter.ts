/** P-60: whatever traffic leaves from is listed, before anything else is thought about. */
import { halt } from '../command.ts'
import { trafficOf, type Seen } from '../seen.ts'
import type { AddressText } from '../plan.ts'
import type { State } from '../state.ts'
import { type Step, pausedBySave, saveList } from './step.ts'

export const shelter: Step = ({ state, seen, now }) => {
  const { from, to, terms } = state.plan
  const bare = [...trafficOf(seen), ...perhaps(state, seen)].filter(
    (each) => [...from, ...to].includes(each) && !seen.list.listed.includes(each),
  )
  if (bare.length === 0) return undefined
  if (state.saves >= terms.saves)
    return halt(`Traffic leaves from ${bare.join(' and ')}, and the list does not take it.`, 'Add it by hand, at once.')
  return (
    pausedBySave(state, now) ??
    saveList(seen, { add: bare, remove: [] }, `traffic leaves from ${bare.join(' and ')}, which is not listed`)
  )
}

/** Where nothing counts what is still open, and somebody else than this cutover has taken addresses out, whoever left from them may still do so. */
const perhaps = ({ tampered }: State, { pool }: Seen): readonly AddressText[] =>
  tampered === undefined
    ? []
    : pool.members
        .filter(({ mode, tunnels }) => mode === 'draining' && tunnels === 'unknown')
        .map(({ address }) => address)
