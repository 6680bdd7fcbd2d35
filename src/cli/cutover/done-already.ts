/** A run that is asked for once more after it was done, as by what starts a killed runner again: there is nothing left to do, and that is no fault. */
import type { Cutovers, CutoverView } from '../../cutover/cutover.ts'
import type { Plan } from '../../cutover/rules/plan.ts'

type Asked = {
  readonly plan: Plan
  /** Of each list its rows as they are now, as text. */
  readonly lists: readonly (readonly string[])[]
}

/** The newest cutover, where it was done by the same plan, and the list is still what it made of it. */
export async function findDone(cutovers: Cutovers, { plan, lists }: Asked): Promise<CutoverView | undefined> {
  const view = await cutovers.view()
  if (view?.state.ended?.how !== 'done') return undefined
  const { apps, from, to } = view.state.plan
  const isSame = JSON.stringify([apps, from, to]) === JSON.stringify([plan.apps, plan.from, plan.to])
  const isStill = lists.every(
    (listed) => to.every((each) => listed.includes(each)) && !from.some((each) => listed.includes(each)),
  )
  return isSame && isStill ? view : undefined
}
