/** Where traffic is to leave from, and where not. The way back leads to the pool as it was before: what stood by then carries nothing again. */
import type { MemberBefore } from './journal.ts'
import type { ListState } from './list-state.ts'
import { sidesOf, type AddressText, type Direction, type Plan } from './plan.ts'
import type { Seen } from './seen.ts'

type Sides = {
  readonly plan: Plan
  readonly direction: Direction
  readonly poolBefore: ReadonlyMap<AddressText, MemberBefore> | undefined
  readonly lists: readonly Pick<ListState, 'first'>[]
}

/** All of the target; back, those of it that carried traffic before. */
export function entering({ plan, direction, poolBefore }: Sides): readonly AddressText[] {
  const { target } = sidesOf(plan, direction)
  if (direction === 'forth' || poolBefore === undefined) return target
  const active = target.filter((each) => poolBefore.get(each)?.mode === 'active')
  return active.length > 0 ? active : target
}

/** All of the source; back, without those that carried traffic before, by leave of every list. */
export function leaving({ plan, direction, poolBefore, lists }: Sides): readonly AddressText[] {
  const { source } = sidesOf(plan, direction)
  if (direction === 'forth') return source
  const stays = (address: AddressText): boolean =>
    poolBefore?.get(address)?.mode === 'active' && lists.every(({ first }) => first.listed.includes(address))
  return source.filter((each) => !stays(each))
}

/** What new traffic is still to leave from, and what it is to leave from no more. */
export function changesOf(
  state: Sides,
  { pool }: Pick<Seen, 'pool'>,
): { readonly enter: readonly AddressText[]; readonly leave: readonly AddressText[] } {
  const active = pool.members.filter(({ mode }) => mode === 'active').map(({ address }) => address)
  return {
    enter: entering(state).filter((each) => !active.includes(each)),
    leave: leaving(state).filter((each) => active.includes(each)),
  }
}
