import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { next, nextBy, safeOrder } from '../../src/cutover/rules/next.ts'
import { added, listed, proven } from '../../src/cutover/rules/steps/add.ts'
import { cleared } from '../../src/cutover/rules/steps/clear.ts'
import { declared, live } from '../../src/cutover/rules/steps/confirm.ts'
import { dropped } from '../../src/cutover/rules/steps/gone.ts'
import { moved } from '../../src/cutover/rules/steps/move.ts'
import { settled, trusted } from '../../src/cutover/rules/steps/prove.ts'
import { permitted, quiet, removed } from '../../src/cutover/rules/steps/remove.ts'
import { shelter } from '../../src/cutover/rules/steps/shelter.ts'
import { inTurn, type ListStep, type Step } from '../../src/cutover/rules/steps/step.ts'
import { watched } from '../../src/cutover/rules/steps/watch.ts'
import { explore, type Scope } from './model/explore.ts'

test('P-60: with one trouble anywhere no runner exposes traffic, and every state leads to an end', (t) => {
  const { states, moves, endings, violations } = explore({ troubles: 1 })
  t.diagnostic(`${states} states, ${moves} moves, endings ${JSON.stringify(endings)}`)
  deepEqual(violations, [])
  ok(states > 10_000, `only ${states} states were seen`)
  deepEqual(Object.keys(endings).toSorted(), ['aborted', 'done', 'halted', 'rolled-back'])
})

test('P-60: nor does one with two lists, one that is aborted and rolled back again and again, or one with a list that a person types, who lies or types something else', (t) => {
  const scopes: readonly Scope[] = [
    { troubles: 0, lists: ['read', 'read'], to: ['n'] },
    { troubles: 0, lists: ['read', 'typed'], to: ['n'] },
    { troubles: 0, standby: ['m'] },
    { troubles: 3, to: ['n'], wrong: /a person asks: (abort|rollback)|runs it again/ },
    { troubles: 1, lists: ['typed'], to: ['n'], most: 15_000 }, // all 33,000 in the long form
  ]
  for (const scope of scopes) {
    const { states, endings, violations } = explore(scope)
    t.diagnostic(
      `${scope.lists?.join(' and ') ?? 'one, and an address on standby before'}: ${states} states, endings ${JSON.stringify(endings)}`,
    )
    deepEqual(violations, [])
    ok(states > 300, `only ${states} states were seen`)
  }
})

test('a client that fails before the move and after it turns nothing back, and one that begins with it afterwards does', () => {
  const failuresTurned = (wrong: RegExp): boolean => {
    const reasons = new Set<string>()
    const decide: typeof next = (state, now) => {
      const command = next(state, now)
      if (command.kind === 'turn') reasons.add(command.why)
      return command
    }
    deepEqual(explore({ troubles: 1, to: ['n'], wrong, decide }).violations, [])
    return [...reasons].some((each) => /redemptions failed/.test(each))
  }
  equal(failuresTurned(/watch before: a client fails/), false)
  equal(failuresTurned(/watch: a client fails/), true)
})

describe('the model finds out what is wrong', () => {
  const without = (...left: readonly Step[]): readonly Step[] => safeOrder.filter((each) => !left.includes(each))
  const instead = (of: Step, step: Step): readonly Step[] => safeOrder.map((each) => (each === of ? step : each))
  const onlyFirst =
    (step: ListStep): ListStep =>
    (looking) =>
      looking.at === 0 ? step(looking) : undefined
  const trusting =
    (step: ListStep): ListStep =>
    (looking) =>
      looking.list.claimed ? undefined : step(looking)
  type Planted = readonly [string, readonly Step[], Omit<Scope, 'decide'>]
  const one = { troubles: 2, most: 60_000 } as const
  const two = { troubles: 0, lists: ['read', 'read'], to: ['n'] } as const
  const typed = { troubles: 1, lists: ['typed'], to: ['n'] } as const
  const planted: readonly Planted[] = [
    ['without anything listed before the move', without(added), one],
    ['without a proof before the move', instead(added, inTurn(listed)), one],
    ['without a look whether the new ones live', without(live), one],
    ['moved before the list is added to', early(moved), one],
    ['removed while tunnels are open', without(quiet), one],
    ['removed before the move', reordered(), one],
    ['without the shelter', without(shelter), one],
    ['what stood by before taken out on the way back', instead(cleared, emptied), { troubles: 0, standby: ['m'] }],
    ['with the second list forgotten', forgotten(), two],
    ['removed before the second list is proven', eager(), two],
    ['a claim trusted that something was added', instead(added, inTurn(listed, trusting(proven))), typed],
    ['a claim trusted that something was removed', instead(dropped, inTurn(removed, watched)), typed],
  ]
  for (const [what, steps, scope] of planted)
    test(what, () => {
      const { violations } = explore({ ...scope, decide: (state, now) => nextBy(steps, state, now) })
      ok(violations.length > 0, 'nothing was found')
      match(
        violations.join('\n'),
        /P-60|no way to an end|not everything leaves|another list|another pool|is not listed|listed still/,
      )
    })

  function emptied({ state, seen }: Parameters<Step>[0]): ReturnType<Step> {
    return cleared({ state: { ...state, poolBefore: undefined }, seen, now: seen.at })
  }

  function early(step: Step): readonly Step[] {
    const rest = without(step)
    const at = rest.indexOf(live) + 1
    return [...rest.slice(0, at), step, ...rest.slice(at)]
  }

  function reordered(): readonly Step[] {
    const rest = without(quiet, permitted, dropped, moved, trusted, settled)
    const at = rest.indexOf(declared) + 1
    return [...rest.slice(0, at), permitted, inTurn(removed), ...rest.slice(at), moved]
  }

  /** Not added to, and not sheltered either, which would add it a moment too late. */
  function forgotten(): readonly Step[] {
    return instead(added, inTurn(onlyFirst(listed), onlyFirst(proven))).filter((each) => each !== shelter)
  }

  /** The first list is done with before the second is begun with. */
  function eager(): readonly Step[] {
    const rest = without(added, shelter, dropped)
    const at = rest.indexOf(live) + 1
    const first = inTurn(onlyFirst(listed), onlyFirst(proven), onlyFirst(removed))
    return [...rest.slice(0, at), first, inTurn(listed, proven), ...rest.slice(at), dropped]
  }
})
