/** What a person has to know of, or has asked for, before anything else is changed. */
import { after } from '../../../values/time.ts'
import { halt, noAnswer } from '../command.ts'
import type { State } from '../state.ts'
import { type Step, pausedBy } from './step.ts'

export const disturbed: Step = ({ state, seen, now }) => {
  const { aborted, tampered, spent, paused, fruitless, plan } = state
  if (aborted) return { kind: 'end', how: 'aborted', instruction: `${aborting}${stillAsked(state)}` }
  if (tampered !== undefined)
    return halt(tampered, 'Agree with them, and run it again: it goes on from the list as it then is.')
  if (spent !== undefined)
    return halt(`The canary cannot redeem any more: ${spent}.`, 'Authorize it again, and run it again.')
  if (fruitless >= plan.terms.patience) return halt(noAnswer, 'See that both are well, and run it again.')
  const wait = pausedBy(state, now)
  if (wait !== undefined) return wait
  if (!seen.pool.whole)
    return {
      kind: 'wait',
      until: after(now, plan.terms.retry),
      why: 'not every node of the gateway has answered',
    }
  if (!paused) return undefined
  return {
    kind: 'ask-person',
    question: 'It is paused. Shall it go on?',
    answer: 'continue',
    about: 'pause',
    names: [],
  }
}

const aborting = 'Nothing was changed any more. Roll it back, or plan it anew.'

/** What a person was asked to do may be done still. */
const stillAsked = ({ lists }: State): string =>
  lists
    .flatMap(({ asked }) => (asked === undefined ? [] : [` Not confirmed, and to be withdrawn: ${asked.instruction}`]))
    .join('')
