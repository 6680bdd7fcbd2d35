/** Says what a run does and what comes of it, each thing once. */
import type { CutoverPorts } from '../../cutover/ports.ts'
import type { Command } from '../../cutover/rules/command.ts'
import type { ListState } from '../../cutover/rules/list-state.ts'
import type { State } from '../../cutover/rules/state.ts'
import { after, type Instant } from '../../values/time.ts'
import { heardBy } from './hearing.ts'
import { stepNames, stepNow, type StepName } from './story.ts'
import { actWords, clockTime, lengthWords, sentence, stopped } from './words.ts'

export type Narrator = {
  /** To be handed to the run. */
  readonly tell: (command: Command, state: State) => void
  /** The same ports, of whose answers it tells. */
  readonly heard: (ports: CutoverPorts) => CutoverPorts
}

export type Narration = {
  readonly line: (text: string) => void
  /** Of a step that begins. */
  readonly step: (name: StepName, number: number, direction: State['direction']) => void
  readonly now: () => Instant
}

export function openNarrator({ line, step, now }: Narration): Narrator {
  let last = ''
  let at = { index: -1, direction: 'forth' }
  const once = (topic: string, text: string): void => {
    if (topic === last) return
    last = topic
    line(text)
  }
  const enter = (state: State): void => {
    const name = stepNow(state, now())
    const index = name === undefined ? -1 : stepNames.indexOf(name)
    const turned = state.direction !== at.direction
    if (turned && at.index >= 0 && last !== 'turn') line(`Turning back: ${stopped(state.turned ?? '')}`)
    if (name === undefined || (index <= at.index && !turned)) return
    at = { index, direction: state.direction }
    step(name, index + 1, state.direction)
  }
  return {
    tell(command, state) {
      enter(state)
      switch (command.kind) {
        case 'act':
          return once(
            JSON.stringify(command.act),
            sentence(`${actWords(command.act, 'to do', state.plan)}: ${command.why}`),
          )
        case 'wait':
          return once(`wait: ${command.why}`, waitWords(command, state, now()))
        case 'turn':
          return once('turn', `Turning back: ${stopped(command.why)}`)
        case 'observe':
        case 'probe':
        case 'redeem':
        case 'watch':
        case 'ask-person':
        case 'end':
          return undefined
      }
    },
    heard: (ports) =>
      heardBy(ports, (text) => {
        last = ''
        line(text)
      }),
  }
}

export function waitWords({ until, why }: Command & { readonly kind: 'wait' }, state: State, now: Instant): string {
  // the watch is waited for in short pieces, and told of as the one that it is
  const latest = watchOf(state)?.until ?? until
  return sentence(`waiting until ${clockTime(latest)} (${lengthWords(latest - now)}): ${why}`)
}

/** That which is under way: of the first list, of several, whose watch is not over. */
export function watchOf({
  lists,
  plan,
  direction,
}: State): { readonly until: Instant; readonly list: ListState } | undefined {
  if (direction === 'back') return undefined
  for (const list of lists) {
    const { removedAt, goneAt, watched } = list
    if (removedAt === undefined) return undefined
    const until = after(goneAt ?? removedAt, plan.terms.watch)
    if (watched?.whole !== true || watched.at < until) return { until, list }
  }
  return undefined
}
