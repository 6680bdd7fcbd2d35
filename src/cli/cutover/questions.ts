/** What a run may wait for a person with: how it is answered, and what to think about first. */
import type { Question } from '../../cutover/rules/command.ts'
import { listWords } from './words.ts'

/** The command by which a person says yes. */
export const answerTo = ({ answer }: Pick<Question, 'answer'>, id: string): string =>
  `sallyport cutover ${answer} ${id}`

/** The likeliest first; `again` is the command that runs it. */
export const answersTo = (question: Question, id: string, again: string): readonly string[] => [
  answerTo(question, id),
  again,
  ...(question.about === 'tunnels' ? [`sallyport cutover abort ${id}`] : []),
]

export function adviceOn({ about, names }: Pick<Question, 'about' | 'names'>): string {
  switch (about) {
    case 'list':
      return 'Confirm it when it is done: it is tried with real redemptions before anything is built on it. It may take as long as it takes.'
    case 'silent':
      return 'Each of them last redeemed from an address that is to go. Whoever goes by the traffic that was moved leaves from a new one next time; whoever does not is refused from then on. Wait, and run this again when they have redeemed; or release, which lets all of them go.'
    case 'tunnels':
      return `GET /admin/v1/tunnels of the gateway says whose they are. Released, they are cut: whoever is in the middle of a redemption on one of them gets no answer and cannot know whether the token was spent; what is idle is opened anew from the new addresses. Not released, ${listWords(names)} ${names.length === 1 ? 'stays' : 'stay'} in the list, and nobody is locked out: run it again when they have ended, or abort it.`
    case 'hold':
      return 'Both old and new addresses are in the list, so nobody is locked out while it waits.'
    case 'pause':
      return 'Nothing is changed while it waits.'
  }
}
