/** How a cutover stands: what happens next, and what a person has to do. */
import type { CutoverView } from '../../cutover/cutover.ts'
import type { Command } from '../../cutover/rules/command.ts'
import type { Entry } from '../../cutover/rules/journal.ts'
import { askedForIt } from '../../cutover/rules/state.ts'
import { after, instant, type Instant } from '../../values/time.ts'
import { waitWords } from './narrator.ts'
import { adviceOn, answersTo } from './questions.ts'
import type { Story } from './story.ts'
import { actWords, clockTime, sentence, stopped } from './words.ts'

export type Standing = {
  /** `running`: somebody has its lease. `stopped`: nobody runs it, and it has not ended. */
  readonly state: 'running' | 'stopped' | 'waiting' | 'done' | 'rolled-back' | 'halted' | 'aborted'
  /** Follows "It is". */
  readonly words: string
  readonly next: { readonly says: string; readonly until: Instant | undefined }
  /** `commands`: what to type, the likeliest first. */
  readonly person: { readonly says: string; readonly commands: readonly string[] }
}

/** At which it is asked what is next: what it waits for does not become something else because nobody has run it since. The last look was good for a
 *  while when it ended: by then a wait may have been over, and what came of that is in no line. */
export function momentOf({ about, entries }: Pick<CutoverView, 'about' | 'entries'>, now: Instant): Instant {
  if (about.holder !== null && about.until > now) return now
  const [first] = entries
  const last = entries.findLast(({ kind }) => !said.has(kind))
  if (first?.kind !== 'planned' || last === undefined) return now
  return instant(Math.min(now, after(last.at, first.plan.terms.freshness)))
}

/** By people, at any time. */
const said: ReadonlySet<Entry['kind']> = new Set(['asked', 'released-silent', 'released-tunnels'])

const again = 'sallyport cutover run FILE'
const back = 'sallyport cutover rollback FILE'

export function standingOf({ about, state }: CutoverView, { next }: Story, now: Instant): Standing {
  const { ended } = state
  if (ended !== undefined) return ending(ended, about.id, state.turned)
  const isRun = about.holder !== null && about.until > now
  if (next?.kind === 'ask-person')
    return {
      ...{ state: 'waiting', words: 'waiting for a person' },
      next: { says: 'Nothing, until it is answered.', until: undefined },
      person: {
        says: `${next.question} ${adviceOn(next)}`,
        commands: answersTo(next, about.id, again),
      },
    }
  const way = state.direction === 'forth' ? 'under way' : 'on its way back'
  const by = isRun
    ? `run by ${about.holder ?? ''}, whose lease ends ${clockTime(instant(about.until))}`
    : 'run by nobody at this moment'
  return {
    ...{ state: isRun ? 'running' : 'stopped', words: `${way}, ${by}` },
    next: { says: nextWords(next, state, now), until: next?.kind === 'wait' ? next.until : undefined },
    person: isRun
      ? {
          says: `Nothing. ${state.direction === 'back' ? 'It may be paused' : 'It may be held before the removal, or paused'}. Where that process was killed, run it again after ${clockTime(instant(about.until))}.`,
          commands: [],
        }
      : { says: 'Run it again: it goes on where the world is.', commands: [again] },
  }
}

function ending(
  { how, instruction }: NonNullable<CutoverView['state']['ended']>,
  id: string,
  turned: string | undefined,
): Standing {
  const next = { says: 'Nothing: it has ended.', until: undefined }
  switch (how) {
    case 'done':
      return { state: how, words: 'done', next, person: { says: `Nothing. ${instruction}`, commands: [] } }
    case 'rolled-back':
      return {
        ...{ state: how, words: 'rolled back', next },
        person: {
          says: `${stopped(instruction)} ${turned === askedForIt ? 'Nothing has to be done.' : 'Mend that before it is planned anew.'}`,
          commands: [],
        },
      }
    case 'halted':
      return {
        ...{ state: how, words: 'halted: it does nothing more by itself' },
        next: { says: 'Nothing, until it is run again or rolled back.', until: undefined },
        person: { says: instruction, commands: [again, back] },
      }
    case 'aborted':
      return {
        state: how,
        words: 'aborted',
        next,
        person: { says: instruction, commands: [back, `sallyport cutover status ${id}`] },
      }
  }
}

function nextWords(next: Command | undefined, state: CutoverView['state'], now: Instant): string {
  switch (next?.kind) {
    case undefined:
    case 'observe':
      return 'It looks at the list, and at what traffic leaves by.'
    case 'act':
      return sentence(`${actWords(next.act, 'to do', state.plan)}: ${next.why}`)
    case 'probe':
      return `A probe that leaves from ${next.address}.`
    case 'redeem':
      return `A real redemption that leaves from ${next.address}.`
    case 'watch':
      return next.before
        ? 'It asks how redemptions go before the traffic moves.'
        : 'It asks how redemptions went since the removal.'
    case 'wait':
      return waitWords(next, state, now)
    case 'turn':
      return `It turns back: ${sentence(next.why)}`
    case 'ask-person':
      return sentence(next.question)
    case 'end':
      return sentence(`${next.how}: ${next.instruction}`)
  }
}
