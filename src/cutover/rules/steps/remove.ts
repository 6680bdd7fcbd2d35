/** The old addresses go: unused, and with everybody's leave (SF-285). */
import { after, instant } from '../../../values/time.ts'
import { halt } from '../command.ts'
import { ofApp } from '../plan.ts'
import { type ListStep, type Step, goingOf, isAnythingLeft, saveList } from './step.ts'
import { stillOpen } from './tunnels.ts'

/** P-66. */
export const quiet: Step = (looking) => {
  const { state, seen, now } = looking
  const going = goingOf(looking)
  if (going.length === 0) return undefined
  const open = stillOpen(looking, going)
  if (open !== undefined) return open
  const lastUse = Math.max(state.movedAt ?? now, ...going.map((each) => seen.usedAt.get(each) ?? 0))
  const until = after(instant(lastUse), state.plan.terms.quiet)
  return now < until ? { kind: 'wait', until, why: 'the old addresses have to be unused for a while' } : undefined
}

/** P-63, L-92. */
export const permitted: Step = (looking) => {
  const { state, seen } = looking
  if (!isAnythingLeft(looking) || state.direction === 'back') return undefined
  const silent = seen.silent.filter((each) => !state.released.has(each))
  if (silent.length > 0)
    return {
      ...{ kind: 'ask-person', answer: 'release', about: 'silent', names: silent },
      question: `Not heard of since the traffic moved: ${silent.join(', ')}. May the old addresses go all the same?`,
    }
  if (!state.held) return undefined
  const question = 'It is held before the removal. Shall it go on?'
  return { kind: 'ask-person', question, answer: 'release', about: 'hold', names: [] }
}

export const removed: ListStep = (looking) => {
  const { state, at, left } = looking
  if (left.length === 0) return undefined
  return saveList(
    looking,
    { add: [], remove: left },
    {
      why: 'nothing leaves from there any more',
      inVain: () =>
        halt(
          `The list${ofApp(state.plan, at)} goes on holding ${left.join(' and ')}.`,
          'Nothing leaves from there: remove it by hand, or leave it.',
        ),
    },
  )
}
