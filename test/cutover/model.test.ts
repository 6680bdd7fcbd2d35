import { deepEqual, match, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { nextBy, safeOrder } from '../../src/cutover/rules/next.ts'
import { trusted, settled } from '../../src/cutover/rules/steps/prove.ts'
import { listed, proven } from '../../src/cutover/rules/steps/add.ts'
import { declared, live } from '../../src/cutover/rules/steps/confirm.ts'
import { moved } from '../../src/cutover/rules/steps/move.ts'
import { quiet } from '../../src/cutover/rules/steps/remove.ts'
import { shelter } from '../../src/cutover/rules/steps/shelter.ts'
import type { Step } from '../../src/cutover/rules/steps/step.ts'
import { explore } from './model/explore.ts'

test('P-60: with one trouble anywhere no runner exposes traffic, and every state leads to an end', (t) => {
  const { states, moves, endings, violations } = explore({ troubles: 1 })
  t.diagnostic(`${states} states, ${moves} moves, endings ${JSON.stringify(endings)}`)
  deepEqual(violations, [])
  ok(states > 10_000, `only ${states} states were seen`)
  deepEqual(Object.keys(endings).toSorted(), ['aborted', 'done', 'halted', 'rolled-back'])
})

describe('the model finds out what is wrong', () => {
  const without = (...left: readonly Step[]): readonly Step[] => safeOrder.filter((each) => !left.includes(each))
  const planted: readonly (readonly [string, readonly Step[]])[] = [
    ['without anything listed before the move', without(listed, proven)],
    ['without a proof before the move', without(proven)],
    ['without a look whether the new ones live', without(live)],
    ['moved before the list is added to', early(moved)],
    ['removed while tunnels are open', without(quiet)],
    ['removed before the move', reordered()],
    ['without the shelter', without(shelter)],
  ]
  for (const [what, steps] of planted)
    test(what, () => {
      const { violations } = explore({ troubles: 2, most: 60_000, decide: (state, now) => nextBy(steps, state, now) })
      ok(violations.length > 0, 'nothing was found')
      match(violations.join('\n'), /P-60|no way to an end|not everything leaves|another list|is not listed/)
    })

  function early(step: Step): readonly Step[] {
    const rest = without(step)
    const at = rest.indexOf(live) + 1
    return [...rest.slice(0, at), step, ...rest.slice(at)]
  }

  function reordered(): readonly Step[] {
    const removal = safeOrder.slice(safeOrder.indexOf(quiet), safeOrder.indexOf(quiet) + 3)
    const rest = safeOrder.filter((each) => !removal.includes(each) && ![moved, trusted, settled].includes(each))
    return [
      ...rest.slice(0, rest.indexOf(declared) + 1),
      ...removal.slice(1),
      ...rest.slice(rest.indexOf(declared) + 1),
      moved,
    ]
  }
})
