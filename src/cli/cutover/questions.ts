/** What a run may wait for a person with: how it is answered, and what to think about first. */
import type { Command } from '../../cutover/rules/command.ts'

type Question = Pick<Extract<Command, { readonly kind: 'ask-person' }>, 'question' | 'answer'>

/** The command by which a person says yes. */
export const answerTo = ({ answer }: Question, id: string): string => `sallyport cutover ${answer} ${id}`

export function adviceOn({ question, answer }: Question): string {
  if (answer === 'confirm')
    return 'Confirm it when it is done: it is tried with real redemptions before anything is built on it. It may take as long as it takes.'
  if (question.startsWith('Not heard of'))
    return 'Each of them last redeemed from an address that is to go. If it redeems seldom, wait until it has, and run this again; if it is gone or may break, release it.'
  if (question.startsWith('It is held'))
    return 'Both old and new addresses are in the list, so nobody is locked out while it waits.'
  return 'Nothing is changed while it waits.'
}
