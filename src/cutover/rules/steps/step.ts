/** What a step is made of: it looks at state and world, and says what is to be done so that it is fulfilled. */
import { after, type Instant } from '../../../values/time.ts'
import { type Command, halt } from '../command.ts'
import type { PoolChange } from '../journal.ts'
import type { AddressText } from '../plan.ts'
import type { Seen } from '../seen.ts'
import type { State } from '../state.ts'

/** `seen` is fresh. */
export type Looking = { readonly state: State; readonly seen: Seen; readonly now: Instant }
export type Step = (looking: Looking) => Command | undefined

export function firstOf<T>(all: readonly T[], work: (each: T) => Command | undefined): Command | undefined {
  for (const each of all) {
    const command = work(each)
    if (command !== undefined) return command
  }
  return undefined
}

/** After what came to nothing a while passes. */
export function pausedBy({ fruitless, lastActAt, plan }: State, now: Instant): Command | undefined {
  if (fruitless === 0 || lastActAt === undefined) return undefined
  const until = after(lastActAt, plan.terms.retry)
  return now < until ? { kind: 'wait', until, why: 'the last try came to nothing' } : undefined
}

export function pausedBySave({ saves, lastActAt, plan }: State, now: Instant): Command | undefined {
  if (saves === 0 || lastActAt === undefined) return undefined
  const until = after(lastActAt, plan.terms.retry)
  return now < until ? { kind: 'wait', until, why: 'the save may need a moment to be seen' } : undefined
}

export const saveList = (
  { list }: Seen,
  change: { readonly add: readonly AddressText[]; readonly remove: readonly AddressText[] },
  why: string,
): Command => ({ kind: 'act', act: { kind: 'save-list', ...change, expects: list.version }, why })

export const setPool = ({ pool }: Seen, modes: PoolChange, why: string): Command => ({
  kind: 'act',
  act: { kind: 'set-pool', modes, expects: pool.version },
  why,
})

export function turnOrHalt({ direction }: State, why: string): Command {
  if (direction === 'forth') return { kind: 'turn', why }
  return halt(`The way back is barred: ${why}.`, 'All addresses stay in the list. Mend that, and run it again.')
}
