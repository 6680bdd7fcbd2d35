/** Says what a run does and what comes of it, each thing once. */
import type { Acted, Asked, CutoverPorts } from '../../cutover/ports.ts'
import type { Command } from '../../cutover/rules/command.ts'
import type { ListState } from '../../cutover/rules/list-state.ts'
import type { State } from '../../cutover/rules/state.ts'
import { after, type Instant } from '../../values/time.ts'
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
  const said = new Set<string>()
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
      hearing(ports, (topic, text) => {
        if (topic !== undefined && said.has(topic)) return
        if (topic !== undefined) said.add(topic)
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

/** A topic is told of once; what has none, each time. */
type Say = (topic: string | undefined, text: string) => void

function hearing(ports: CutoverPorts, say: Say): CutoverPorts {
  const { traffic } = ports
  const heardActs =
    (who: string) =>
    <T extends Acted | Asked>(acted: T) => {
      if (acted.result !== 'done' && acted.result !== 'asked')
        say(undefined, `${who} did not take it (${acted.result}): ${sentence(acted.why ?? 'no reason was given')}`)
      return acted
    }
  return {
    ...ports,
    lists: ports.lists.map(({ allowlist, canary }) => ({
      allowlist: { ...allowlist, save: async (...of) => heardActs('The list')(await allowlist.save(...of)) },
      canary: {
        ...canary,
        async redeem(address) {
          const tried = await canary.redeem(address)
          const { result, evidence } = tried
          const words = {
            success: 'A real redemption was admitted',
            refused: `The allowlist refused a real redemption from ${address}`,
            unclear: `A real redemption from ${address} said nothing`,
            spent: `The canary cannot redeem from ${address}`,
          }[result]
          say(result === 'success' ? undefined : `${address} ${result} ${evidence}`, `${words}: ${stopped(evidence)}`)
          return tried
        },
      },
    })),
    traffic: {
      ...traffic,
      set: async (...of) => heardActs('The pool')(await traffic.set(...of)),
      async probe(address) {
        const tried = await traffic.probe(address)
        const words = { success: 'is live', refused: 'is not live', unclear: 'may be live or not' }[tried.result]
        say(`probe ${address} ${tried.result}`, `${address} ${words}: ${stopped(tried.evidence)}`)
        return tried
      },
    },
  }
}
