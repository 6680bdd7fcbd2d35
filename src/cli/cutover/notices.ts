/** What of a run is told to whoever is notified. */
import { appsOf } from '../../cutover/rules/plan.ts'
import type { RunOutcome } from '../../cutover/cutover.ts'
import type { Notifier } from '../../cutover/notify.ts'
import type { Direction, Plan } from '../../cutover/rules/plan.ts'
import { adviceOn, answerTo } from './questions.ts'
import { stepNames } from './story.ts'

export type RunNotices = {
  /** A step begins, so those before it are done. `number` counts from 1. */
  readonly step: (number: number, direction: Direction) => void
  readonly ended: (outcome: RunOutcome) => void
  /** Nothing goes on by itself any more, as after a halt: its journal cannot be written, or nobody has foreseen it. */
  readonly brokenOff: (cause: unknown) => void
}

export type NoticeTerms = {
  readonly id: string
  readonly plan: Plan
  /** A run that goes on does not tell again of the steps of the one before. */
  readonly resumed: boolean
}

export function openNotices({ tell }: Notifier, { id, plan, resumed }: NoticeTerms): RunNotices {
  const about = { cutover: id, app: appsOf(plan), from: plan.from, to: plan.to }
  const way: { at: number | undefined; direction: Direction } = { at: resumed ? undefined : 0, direction: 'forth' }
  const nothing = { next: [] }
  const doneBefore = (index: number): void => {
    for (let each = way.at ?? index; each < index; each += 1)
      tell('cutover.step_done', {
        ...about,
        step: stepNames[each] ?? '',
        number: each + 1,
        direction: way.direction,
        ...nothing,
      })
    way.at = index
  }
  if (!resumed) tell('cutover.begun', { ...about, ...nothing })
  return {
    step(number, direction) {
      if (direction !== way.direction) {
        if (way.at !== undefined)
          tell('cutover.turned_back', { ...about, next: ['Nothing yet: it goes back by itself.'] })
        Object.assign(way, { direction, at: 0 })
      }
      doneBefore(number - 1)
    },
    ended(outcome) {
      if (outcome.kind === 'waiting')
        return tell('cutover.waiting', {
          ...about,
          question: outcome.question,
          advice: adviceOn(outcome),
          next: [answerTo(outcome, id), `sallyport cutover status ${id}`],
        })
      if (outcome.kind !== 'ended') return undefined
      const { how, instruction } = outcome
      if (how === 'done' || how === 'rolled-back') doneBefore(stepNames.length)
      tell(kinds[how], { ...about, says: instruction, next: how === 'done' ? [] : [`sallyport cutover status ${id}`] })
    },
    brokenOff(cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      const next = [`sallyport cutover status ${id}`, 'sallyport cutover run FILE']
      tell('cutover.halted', { ...about, says: `The run has broken off: ${why}`, next })
    },
  }
}

const kinds = {
  'done': 'cutover.done',
  'rolled-back': 'cutover.rolled_back',
  'halted': 'cutover.halted',
  'aborted': 'cutover.aborted',
} as const
