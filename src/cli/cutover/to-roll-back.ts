/** Which cutover a rollback is of. */
import type { Cutovers, CutoverView } from '../../cutover/cutover.ts'
import { appsOf, isSameMove, type Plan } from '../../cutover/rules/plan.ts'
import { complaint } from '../complaint.ts'
import { listWords } from './words.ts'

const most = 1000

/** The newest of the apps, and only by a file of its own plan: with another one, what is asked and what is changed would be those of another move. */
export async function findToRollBack(cutovers: Pick<Cutovers, 'list' | 'view'>, plan: Plan): Promise<CutoverView> {
  const view = await newestOf(cutovers, plan)
  const apps = appsOf(plan)
  if (view === undefined) throw complaint(`There is no cutover of ${apps} to be rolled back.`, 'sallyport cutover list')
  const { about, state } = view
  if (isSameMove(state.plan, plan)) return view
  throw complaint(
    `The newest cutover of ${apps}, ${about.id}, is by another plan: from ${listWords(state.plan.from)} to ${listWords(state.plan.to)}.`,
    `sallyport cutover status ${about.id}`,
    'Roll it back by the file that it was run by.',
  )
}

/** Of the same apps, whatever its plan. */
export async function newestOf(
  cutovers: Pick<Cutovers, 'list' | 'view'>,
  plan: Plan,
): Promise<CutoverView | undefined> {
  const apps = appsOf(plan)
  const found = (await cutovers.list(most)).find(({ app }) => app === apps)
  return found && (await cutovers.view(found.id))
}
