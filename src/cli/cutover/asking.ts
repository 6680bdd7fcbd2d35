/** What a person may ask of a cutover: it is written into the journal, and whoever runs it reads it before the next step. */
import type { CutoverView } from '../../cutover/cutover.ts'
import type { Question } from '../../cutover/rules/command.ts'
import type { Wish } from '../../cutover/rules/journal.ts'
import type { State } from '../../cutover/rules/state.ts'
import { systemEnvironment } from '../../system.ts'
import { complaint, pasteable, type Complaint } from '../complaint.ts'
import { openLog } from '../log.ts'
import type { Terminal } from '../terminal.ts'
import type { CutoverFlags } from './place.ts'
import { momentOf } from './standing.ts'
import { find, withCutovers } from './status.ts'
import { storyOf } from './story.ts'
import { listWords } from './words.ts'

/** A rollback needs the file, and has a command of its own. */
export type Asking = Exclude<Wish, 'rollback'>

const again = 'sallyport cutover run FILE'
const back = 'sallyport cutover rollback FILE'

export async function askCutover(
  terminal: Terminal,
  { what, id }: { readonly what: Asking; readonly id: string | undefined },
  flags: CutoverFlags,
): Promise<void> {
  const now = systemEnvironment(openLog(terminal)).clock()
  await withCutovers(terminal, flags, async (cutovers) => {
    const view = await find(cutovers, id)
    const { about, entries, state } = view
    const next = storyOf(entries, momentOf(view, now)).next
    const question = next?.kind === 'ask-person' && next.answer === what ? next : undefined
    const objection = objectionTo(what, view, question)
    if (objection !== undefined) throw objection
    if (question === undefined) await cutovers.ask(about.id, what)
    else await cutovers.answer(about.id, question)
    const isRun = about.holder !== null && about.until > now
    const isEnded = what === 'abort' && (await cutovers.endAborted(about.id)) === 'ended'
    if (flags.json === true) return terminal.out(JSON.stringify({ id: about.id, asked: what }))
    const { says, tries } = answered({ what, question, isRun, isEnded, isHeld: state.held })
    says.forEach((each, i) => terminal.out(i === 0 ? `${about.id}: ${each}` : each))
    for (const each of tries) terminal.out(`${terminal.paint.bold('Try:')} ${pasteable(each)}`)
  })
}

type View = { readonly about: Pick<CutoverView['about'], 'id' | 'endedAt'>; readonly state: ObjectedState }
type ObjectedState = Pick<State, 'ended' | 'lists' | 'held' | 'paused' | 'direction'>

/** What would come to nothing is refused, so that nobody relies on it. */
export function objectionTo(
  what: Asking,
  { about, state }: View,
  question: Question | undefined,
): Complaint | undefined {
  const status = `sallyport cutover status ${about.id}`
  if (about.endedAt !== null)
    return complaint(
      `The cutover ${about.id} has ended (${state.ended?.how ?? 'done'}), so nothing is there to ${what}.`,
      ...(what === 'abort' || what === 'hold' ? [back] : []),
      status,
    )
  const isAsked = state.lists.some(({ asked }) => asked !== undefined)
  if (what === 'confirm' && !isAsked)
    return complaint(
      `The cutover ${about.id} has not asked anybody to do anything with a list, so there is nothing to confirm.`,
      status,
    )
  if (what === 'release' && question === undefined && !state.held)
    return complaint(
      `The cutover ${about.id} is not held and has not asked whether the old addresses may go, so there is nothing to release.`,
      status,
    )
  if (what === 'continue' && !state.paused) return complaint(`The cutover ${about.id} is not paused.`, status)
  if (what === 'hold' && state.direction === 'back')
    return complaint(`The cutover ${about.id} is on its way back: the old addresses stay anyway.`, status)
  if (what === 'hold' && state.lists.every(({ removedAt }) => removedAt !== undefined))
    return complaint(
      `The old addresses have left the list already: it is too late to hold the cutover ${about.id}.`,
      back,
      status,
    )
  return undefined
}

type Answering = {
  readonly what: Asking
  readonly question: Question | undefined
  /** Somebody has its lease. */
  readonly isRun: boolean
  readonly isEnded: boolean
  readonly isHeld: boolean
}

type Answer = { readonly says: readonly string[]; readonly tries: readonly string[] }

export function answered({ what, question, isRun, isEnded, isHeld }: Answering): Answer {
  if (isEnded) return { says: ['aborted. What was done until now stays, and can be rolled back.'], tries: [back] }
  const heldStill = isHeld && question?.about !== 'hold' && what === 'release' && question !== undefined
  const says = [
    question === undefined ? askedWords[what] : answerWords(question),
    ...(heldStill ? ['It is held before the removal besides: that is asked next.'] : []),
  ]
  if (isRun) return { says, tries: [] }
  if (what === 'abort')
    return { says: [...says, 'It ends when it is run once more: something may be under way still.'], tries: [again] }
  if (what === 'hold' || what === 'pause')
    return { says: [...says, 'Nobody runs it at this moment: it is read when it is run again.'], tries: [] }
  return { says: [...says, 'Nobody runs it at this moment: run it again, and it goes on.'], tries: [again] }
}

const askedWords: Readonly<Record<Asking, string>> = {
  confirm: 'It is tried with real redemptions when it is run.',
  hold: 'The old addresses stay in the list until you release it.',
  release: 'The removal may go on.',
  pause: 'It does nothing further until you let it continue.',
  continue: 'It may go on.',
  abort: 'It ends where it is; what was done stays, and can be rolled back.',
}

function answerWords({ about, answer, names }: Question): string {
  switch (about) {
    case 'silent':
      return `The old addresses may go without word from ${listWords(names)}.`
    case 'tunnels':
      return `What is open from ${listWords(names)} is cut.`
    case 'list':
    case 'pause':
    case 'hold':
      return answer === 'release' ? askedWords.release : answer === 'confirm' ? askedWords.confirm : askedWords.continue
  }
}
