/** What a cutover does next: of its state and the time alone. The first step that is not fulfilled says it; so nothing comes before what has to come
 *  first, whatever has happened meanwhile, and whoever takes over after a kill goes on where the world is, not where the journal was. */
import type { Instant } from '../../values/time.ts'
import { halt, noAnswer, type Command } from './command.ts'
import type { State } from './state.ts'
import { added } from './steps/add.ts'
import { measured } from './steps/before.ts'
import { cleared } from './steps/clear.ts'
import { declared, live } from './steps/confirm.ts'
import { disturbed } from './steps/disturbed.ts'
import { dropped } from './steps/gone.ts'
import { moved } from './steps/move.ts'
import { trusted, settled } from './steps/prove.ts'
import { quiet, permitted } from './steps/remove.ts'
import { shelter } from './steps/shelter.ts'
import { pausedBy, type Step } from './steps/step.ts'
import { alone, strangers } from './steps/strangers.ts'

export const next = (state: State, now: Instant): Command => nextBy(safeOrder, state, now)

/** By other steps than those of the safe order: for the tests that show what each of them prevents. */
export function nextBy(steps: readonly Step[], state: State, now: Instant): Command {
  const { ended, open, seen, plan } = state
  if (ended !== undefined) return { kind: 'end', ...ended }
  if (open !== undefined) return invalidation(state, now)
  // a clock that was put back makes nothing fresh again
  if (seen === undefined || seen.at > now || now - seen.at > plan.terms.freshness)
    return blind(state, now) ?? { kind: 'observe' }
  for (const step of steps) {
    const command = step({ state, seen, now })
    if (command !== undefined) return command
  }
  return state.direction === 'forth'
    ? { kind: 'end', how: 'done', instruction: `All redemptions leave from ${plan.to.join(' and ')}.` }
    : {
        kind: 'end',
        how: 'rolled-back',
        instruction: `It is as it was before. Why it turned back: ${state.turned ?? 'nobody has said.'}`,
      }
}

/** Who cannot see does nothing, and does not try for ever. */
function blind(state: State, now: Instant): Command | undefined {
  if (state.fruitless >= state.plan.terms.patience) return halt(noAnswer, 'See that both are well, and run it again.')
  return pausedBy(state, now)
}

/** P-64. */
function invalidation(state: State, now: Instant): Command {
  const why = 'what was begun and not answered may still come'
  return blind(state, now) ?? { kind: 'act', act: { kind: 'invalidate' }, why }
}

/** Each step takes all before it as fulfilled. */
export const safeOrder: readonly Step[] = [
  shelter,
  disturbed,
  strangers,
  declared,
  live,
  added,
  measured,
  moved,
  trusted,
  settled,
  quiet,
  permitted,
  dropped,
  cleared,
  alone,
]
