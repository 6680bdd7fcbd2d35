/** What a person has to know of, or has asked for, before anything else is changed. */
import { after } from '../../../values/time.ts'
import { type Command, halt, noAnswer } from '../command.ts'
import type { State } from '../state.ts'
import { type Step, pausedBy } from './step.ts'

export const disturbed: Step = ({ state, seen, now }) => {
  const { aborted, tampered, spent, paused, fruitless, plan } = state
  if (aborted) return abortion(state)
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

/** Of what a person has asked to be aborted. */
export const abortion = (state: Pick<State, 'lists'>): Command & { readonly kind: 'end' } => ({
  ...{ kind: 'end', how: 'aborted' },
  instruction: `What was done until then stays, and nothing more is done. Roll it back, or plan it anew.${stillAsked(state)}`,
})

/** What a person was asked to do may be done still. */
const stillAsked = ({ lists }: Pick<State, 'lists'>): string =>
  lists
    .flatMap(({ asked }) => (asked === undefined ? [] : [` Not confirmed, and to be withdrawn: ${asked.instruction}`]))
    .join('')
