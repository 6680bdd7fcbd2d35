/** The first half of the demonstration: the cutover itself, as `cutover run` does it, under load. */
import { setTimeout as sleep } from 'node:timers/promises'
import { processSources } from '../../../config/process.ts'
import { readCutoverFile, type ReadPlan } from '../../../cutover/configuration.ts'
import { openCutovers, type RunOutcome } from '../../../cutover/cutover.ts'
import type { Entry } from '../../../cutover/rules/journal.ts'
import { faultLine } from '../../../documents/fault.ts'
import { demonstrationApp, demonstrationConnection } from '../../demonstration/names.ts'
import { stepNames, storyOf, type StepName } from '../story.ts'
import { lastLook } from './last-look.ts'
import { newPair, oldPair, type Scene } from './scene.ts'
import type { PictureStep } from './picture.ts'

export type Waits = { readonly propagation: string; readonly watch: string }

/** The cutover file, as a person would write it. */
export const fileOf = ({ stage: { org, keeper, gateway } }: Scene, { propagation, watch }: Waits): string =>
  `app: ${demonstrationApp}
allowlist: { org: ${org.url} }
traffic: { gateway: ${gateway().adminUrl} }
keeper: ${keeper.url}
connections: [${demonstrationConnection}]
from: [${oldPair.join(', ')}]
to: [${newPair.join(', ')}]
propagationWait: ${propagation}
watch: { for: ${watch} }
`

export type Safe = {
  /** Resolves when the cutover has ended. */
  readonly done: Promise<RunOutcome>
  readonly steps: () => Promise<readonly PictureStep[]>
}

export async function moveInSafeOrder(scene: Scene, waits: Waits, stopping: AbortSignal): Promise<Safe> {
  const { folder, environment, stage } = scene
  const { plan } = planIn(fileOf(scene, waits))
  const cutovers = await openCutovers(environment, `sqlite:${folder}`)
  const ports = stage.ports({ canaries: [[demonstrationConnection]], wait: environment.wait })
  const begun = await cutovers.begin(plan, ports)
  if (begun.kind !== 'begun') throw new Error(`the journal of the demonstration is not new: ${begun.kind}`)
  const { id } = begun
  const run = async (): Promise<RunOutcome> => await cutovers.run(id, { ports, stopping, tell: () => undefined })
  const entries = lastLook(async () => (await cutovers.view(id))?.entries ?? [])
  const runAndClose = async (): Promise<RunOutcome> => {
    try {
      return await untilHeardOf(run, stopping)
    } finally {
      await entries.end()
      await cutovers.close()
    }
  }
  return {
    done: runAndClose(),
    steps: async () => stepsIn(await entries.look(), environment.clock),
  }
}

/** With waits this short a customer may not have redeemed again yet; a person would wait for them, and run it again. */
async function untilHeardOf(run: () => Promise<RunOutcome>, stopping: AbortSignal): Promise<RunOutcome> {
  for (let again = 0; ; again += 1) {
    const outcome = await run()
    if (outcome.kind !== 'waiting' || stopping.aborted || again >= mostAgain) return outcome
    await sleep(500)
  }
}

const mostAgain = 40

function stepsIn(entries: readonly Entry[], clock: Scene['environment']['clock']): readonly PictureStep[] {
  const now = clock()
  const { steps, next } = entries.length === 0 ? { steps: [], next: undefined } : storyOf(entries, now)
  const left = next?.kind === 'wait' ? Math.ceil((next.until - now) / 1000) : 0
  return stepNames.map((name, i) => {
    const state = steps[i]?.state ?? 'to-come'
    const wait = state === 'now' && left > 1 ? ` (${left} s)` : ''
    return { name, state, words: `${words[name]}${wait}` }
  })
}

const [news, olds] = [newPair.join(' and '), oldPair.join(' and ')]
const words: Readonly<Record<StepName, string>> = {
  confirm: `${news} are live, and nothing but probes leaves from them yet`,
  add: 'both pairs in the list, and a real redemption from each new address',
  move: `new tunnels leave from ${news}`,
  prove: 'a real redemption from each again, and nothing from the old ones',
  remove: `${olds} out of the list, and a watch over redemptions`,
}

function planIn(text: string): ReadPlan {
  const { environment, readFile } = processSources()
  const readers = { environment: (name: string) => environment[name], file: readFile }
  const read = readCutoverFile(text, { name: 'cutover.yaml', readers, testing: true })
  if (!read.ok) throw new Error(read.fault.map(faultLine).join('\n'))
  return read.value
}
