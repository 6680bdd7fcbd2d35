/** Whose clock does not agree with that of the runner, so that whoever compares times by hand knows. */
import type { Entry } from '../../cutover/rules/journal.ts'
import { ofApp, type Plan } from '../../cutover/rules/plan.ts'
import { lengthWords } from './words.ts'

/** Of the last look; none where all agree to a second or two. */
export function clockWords(entries: readonly Entry[], plan: Plan): readonly string[] {
  const look = entries.findLast((each) => each.kind === 'observed')
  const { lists = [], pool = 0 } = (look?.kind === 'observed' ? look.seen.ahead : undefined) ?? {}
  return [
    ...lists.flatMap((ahead, i) => apart(`The clock of the org${ofApp(plan, i)}`, ahead)),
    ...apart('The clock of the gateway', pool),
  ]
}

const apart = (whose: string, ahead: number): readonly string[] =>
  Math.abs(ahead) < told
    ? []
    : [
        `${whose} is ${lengthWords(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'} that of this machine, which all times here are of.`,
      ]

const told = 2000 // ms
