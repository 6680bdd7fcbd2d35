/** A run that is asked for once more after it was done, as by what starts a killed runner again: there is nothing left to do, and that is no fault. */
import type { Cutovers, CutoverView } from '../../cutover/cutover.ts'
import { isSameMove, type Plan } from '../../cutover/rules/plan.ts'
import { newestOf } from './to-roll-back.ts'

type Asked = {
  readonly plan: Plan
  /** Of each list its rows as they are now, as text. */
  readonly lists: readonly (readonly string[])[]
  /** Where new traffic leaves from now. */
  readonly active: readonly string[]
}

/** The newest cutover of these apps, where it was done by the same plan, and list and pool are still what it made of them: a gateway
 *  may have come back with an older pool since, and then nothing is well. */
export async function findDone(
  cutovers: Pick<Cutovers, 'list' | 'view'>,
  { plan, lists, active }: Asked,
): Promise<CutoverView | undefined> {
  const view = await newestOf(cutovers, plan)
  if (view?.state.ended?.how !== 'done') return undefined
  const { from, to } = plan
  const isStill = lists.every(
    (listed) => to.every((each) => listed.includes(each)) && !from.some((each) => listed.includes(each)),
  )
  const isMoved = to.every((each) => active.includes(each)) && active.every((each) => to.includes(each))
  return isSameMove(view.state.plan, plan) && isStill && isMoved ? view : undefined
}
