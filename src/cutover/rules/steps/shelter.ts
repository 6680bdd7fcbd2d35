/** P-60: whatever traffic leaves from is listed, before anything else is thought about. */
import { halt } from '../command.ts'
import { trafficOf } from '../seen.ts'
import { type Step, pausedBySave, saveList } from './step.ts'

export const shelter: Step = ({ state, seen, now }) => {
  const { from, to, terms } = state.plan
  const bare = trafficOf(seen).filter((each) => [...from, ...to].includes(each) && !seen.list.listed.includes(each))
  if (bare.length === 0) return undefined
  if (state.saves >= terms.saves)
    return halt(`Traffic leaves from ${bare.join(' and ')}, and the list does not take it.`, 'Add it by hand, at once.')
  return (
    pausedBySave(state, now) ??
    saveList(seen, { add: bare, remove: [] }, `traffic leaves from ${bare.join(' and ')}, which is not listed`)
  )
}
