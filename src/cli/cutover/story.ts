/** Where a cutover is in its five steps, what is next and what a person has to do: read out of its journal alone. */
import { next } from '../../cutover/rules/next.ts'
import type { Command } from '../../cutover/rules/command.ts'
import type { Entry } from '../../cutover/rules/journal.ts'
import type { Direction } from '../../cutover/rules/plan.ts'
import type { Seen } from '../../cutover/rules/seen.ts'
import { beginning, withEntry, type State } from '../../cutover/rules/state.ts'
import { added } from '../../cutover/rules/steps/add.ts'
import { cleared } from '../../cutover/rules/steps/clear.ts'
import { declared, live } from '../../cutover/rules/steps/confirm.ts'
import { dropped } from '../../cutover/rules/steps/gone.ts'
import { moved } from '../../cutover/rules/steps/move.ts'
import { settled, trusted } from '../../cutover/rules/steps/prove.ts'
import { permitted, quiet } from '../../cutover/rules/steps/remove.ts'
import type { Step } from '../../cutover/rules/steps/step.ts'
import type { Instant } from '../../values/time.ts'

export const stepNames = ['confirm', 'add', 'move', 'prove', 'remove'] as const
export type StepName = (typeof stepNames)[number]

const stepsOf: Readonly<Record<StepName, readonly Step[]>> = {
  confirm: [declared, live],
  add: [added],
  move: [moved],
  prove: [trusted, settled],
  remove: [quiet, permitted, dropped, cleared],
}

/** `doneAt`: when a look first showed it. */
export type StoryStep = {
  readonly name: StepName
  readonly state: 'done' | 'now' | 'to-come'
  readonly doneAt: Instant | undefined
}

export type Story = {
  readonly direction: Direction
  /** Of the way that it goes: forth, or back. */
  readonly steps: readonly StoryStep[]
  /** Those of the way forth where it has turned back. */
  readonly forth: readonly StoryStep[] | undefined
  /** By what was last seen; undefined where nothing was seen yet. */
  readonly next: Command | undefined
}

export type StoryTeller = {
  readonly state: () => State
  readonly take: (entry: Entry) => void
  readonly tell: (now: Instant) => Story
}

/** Takes a journal line by line; the first is its plan. */
export function openStory(first: Entry): StoryTeller {
  if (first.kind !== 'planned') throw new Error('a journal begins with its plan')
  let state = beginning(first)
  let seen: Seen | undefined
  let way: Way = { at: 0, done: [] }
  let forth: Way | undefined
  let last = first.at
  return {
    state: () => state,
    take(entry) {
      const before = state.direction
      last = entry.at
      state = withEntry(state, entry)
      if (state.direction !== before) [forth, way] = [way, { at: 0, done: [] }]
      if (entry.kind === 'observed') ({ seen } = entry)
      if (isWhole(state.ended?.how)) way = further(way, stepNames.length, entry.at)
      else if (seen !== undefined) way = further(way, firstOpen({ state, seen, now: entry.at }), entry.at)
    },
    tell: (now) => ({
      direction: state.direction,
      steps: shown(seen === undefined ? way : further(way, firstOpen({ state, seen, now }), last)),
      forth: forth === undefined ? undefined : shown(forth),
      next: seen === undefined ? undefined : next({ ...state, seen: { ...seen, at: now } }, now),
    }),
  }
}

export function storyOf(entries: readonly Entry[], now: Instant): Story {
  const [first, ...rest] = entries
  if (first === undefined) throw new Error('a journal begins with its plan')
  const story = openStory(first)
  for (const each of rest) story.take(each)
  return story.tell(now)
}

/** By what is seen just now; undefined where nothing is, or where every step is done. */
export function stepNow(state: State, now: Instant): StepName | undefined {
  return state.seen === undefined ? undefined : stepNames[firstOpen({ state, seen: state.seen, now })]
}

/** `at`: the index of the step that is under way; it only grows, though a proof may be asked for again later. */
type Way = { readonly at: number; readonly done: readonly Instant[] }

const further = (way: Way, found: number, when: Instant): Way =>
  found <= way.at ? way : { at: found, done: [...way.done, ...Array.from({ length: found - way.at }, () => when)] }

function firstOpen(looking: Parameters<Step>[0]): number {
  const found = stepNames.findIndex((name) => stepsOf[name].some((step) => step(looking) !== undefined))
  return found === -1 ? stepNames.length : found
}

const isWhole = (how: string | undefined): boolean => how === 'done' || how === 'rolled-back'

const shown = ({ at, done }: Way): StoryStep[] =>
  stepNames.map((name, i) => ({
    ...{ name, doneAt: done[i] },
    state: i < at ? 'done' : i === at ? 'now' : 'to-come',
  }))
