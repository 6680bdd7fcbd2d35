/** What a step is made of: it looks at state and world, and says what is to be done so that it is fulfilled. */
import { after, type Instant } from '../../../values/time.ts'
import { type Command, halt } from '../command.ts'
import type { PoolChange, SaveList } from '../journal.ts'
import { isSameChange, maybeListed, removableOf, surelyListed, type ListState } from '../list-state.ts'
import type { AddressText } from '../plan.ts'
import type { ListSeen, Seen } from '../seen.ts'
import type { State } from '../state.ts'

/** `seen` is fresh. */
export type Looking = { readonly state: State; readonly seen: Seen; readonly now: Instant }
export type Step = (looking: Looking) => Command | undefined

export type ListLooking = Looking & {
  /** Its place in the plan. */
  readonly at: number
  readonly list: ListState
  readonly listSeen: ListSeen
  /** Addresses of the plan that the list surely covers, as far as anybody can read it. */
  readonly surely: readonly AddressText[]
  /** What is to be taken out of it, and may be in it. */
  readonly left: readonly AddressText[]
}
export type ListStep = (looking: ListLooking) => Command | undefined

/** In the order of the plan; back, in the other one. */
export function listsOf(looking: Looking): readonly ListLooking[] {
  const { state, seen } = looking
  const all = state.lists.flatMap((list, at) => {
    const listSeen = seen.lists[at]
    if (listSeen === undefined) return []
    const there = maybeListed(list, listSeen)
    const left = removableOf(state.plan, state.direction, list).filter((each) => there.includes(each))
    return [{ ...looking, at, list, listSeen, surely: surelyListed(list, listSeen), left }]
  })
  return state.direction === 'forth' ? all : all.toReversed()
}

/** All steps for one list, and then for the next: never two lists at once (SF-292). */
export const inTurn =
  (...steps: readonly ListStep[]): Step =>
  (looking) =>
    firstOf(listsOf(looking), (list) => firstOf(steps, (step) => step(list)))

/** For each list from which something is still to be taken out. */
export const whereLeft =
  (step: ListStep): Step =>
  (looking) =>
    firstOf(listsOf(looking), (list) => (list.left.length === 0 ? undefined : step(list)))

export const isAnythingLeft = (looking: Looking): boolean => listsOf(looking).some(({ left }) => left.length > 0)

/** All that is still to be taken out of some list. */
export const goingOf = (looking: Looking): readonly AddressText[] => [
  ...new Set(listsOf(looking).flatMap(({ left }) => left)),
]

export function firstOf<T>(all: readonly T[], work: (each: T) => Command | undefined): Command | undefined {
  for (const each of all) {
    const command = work(each)
    if (command !== undefined) return command
  }
  return undefined
}

/** After what came to nothing a while passes. */
export function pausedBy({ fruitless, lastActAt, plan }: State, now: Instant): Command | undefined {
  if (fruitless === 0 || lastActAt === undefined || lastActAt > now) return undefined // the clock was put back
  const until = after(lastActAt, plan.terms.retry)
  const why = `try ${fruitless} of ${plan.terms.patience} came to nothing`
  return now < until ? { kind: 'wait', until, why } : undefined
}

type Change = Pick<SaveList, 'add' | 'remove'>

/** Saves the list, as often as it may be tried; a person who was asked to do so is waited for, however long it takes. */
export function saveList(
  { state, now, at, list, listSeen }: ListLooking,
  change: Change,
  { why, inVain }: { readonly why: string; readonly inVain: () => Command },
): Command {
  const { terms } = state.plan
  if (list.asked !== undefined && isSameChange(list.asked.act, change))
    return { kind: 'ask-person', question: list.asked.instruction, answer: 'confirm', about: 'list', names: [] }
  if (list.saves >= terms.saves && !isNews(list, change)) return inVain()
  if (list.saves > 0 && list.lastAsked === undefined && state.lastActAt !== undefined) {
    const until = after(state.lastActAt, terms.retry)
    if (now < until) return { kind: 'wait', until, why: 'the save may need a moment to be seen' }
  }
  return { kind: 'act', act: { kind: 'save-list', list: at, ...change, expects: listSeen.version }, why }
}

/** Nobody was asked for this before. */
const isNews = ({ lastAsked }: ListState, change: Change): boolean =>
  lastAsked !== undefined && !isSameChange(lastAsked, change)

export const setPool = ({ pool }: Seen, modes: PoolChange, why: string): Command => ({
  kind: 'act',
  act: { kind: 'set-pool', modes, expects: pool.version },
  why,
})

export function turnOrHalt({ direction }: State, why: string): Command {
  if (direction === 'forth') return { kind: 'turn', why }
  return halt(`The way back is barred: ${why}.`, 'All addresses stay in the list. Mend that, and run it again.')
}
