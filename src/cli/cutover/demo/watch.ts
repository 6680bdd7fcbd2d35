/** Looks at a scene until its story is over: a picture on a terminal, lines where nobody looks on. */
import { setTimeout as sleep } from 'node:timers/promises'
import { listedOf } from '../../../cutover/rules/list-change.ts'
import type { Terminal } from '../../terminal.ts'
import type { Tally } from '../stage/load.ts'
import { clockWords, pictureLines, rateOf, talliedWords, type PictureStep, type Sample } from './picture.ts'
import { newPair, oldPair, type Scene } from './scene.ts'
import type { Screen } from './screen.ts'

export type Onlooking = { readonly terminal: Terminal; readonly screen: Screen; readonly stopping: AbortSignal }

export type Half = { readonly tally: Tally; readonly tookMs: number }

export type Watching = {
  readonly scene: Scene
  readonly title: string
  /** What goes wrong in it is for whoever awaits it. */
  readonly done: Promise<unknown>
  readonly steps: () => Promise<readonly PictureStep[]>
}

const [everyMs, rateOverMs] = [250, 2000]
const addresses = [...oldPair, ...newPair]

export async function watch(onlooking: Onlooking, { scene, title, done, steps }: Watching): Promise<Half> {
  const { monotonic } = scene.environment
  const began = monotonic()
  const show = onlooking.screen.isLive ? drawn(onlooking, scene, title) : printed(onlooking, title)
  const samples: Sample[] = []
  const state = { over: false }
  const end = done.then(
    () => (state.over = true),
    () => (state.over = true),
  )
  for (let last = false; !last;) {
    last = state.over || onlooking.stopping.aborted
    const now: Sample = { atMs: monotonic() - began, tally: scene.load.tally() }
    samples.push(now)
    const before = samples.find(({ atMs }) => atMs >= now.atMs - rateOverMs) ?? now
    await show({ now, before, steps: await steps(), last })
    if (!last) await Promise.race([sleep(everyMs), end])
  }
  onlooking.screen.keep()
  return { tally: scene.load.tally(), tookMs: monotonic() - began }
}

type Look = {
  readonly now: Sample
  readonly before: Sample
  readonly steps: readonly PictureStep[]
  readonly last: boolean
}
type Show = (look: Look) => Promise<void>

function drawn({ screen, terminal }: Onlooking, { stage, environment }: Scene, title: string): Show {
  const { lists } = stage.ports({ canaries: [], wait: environment.wait })
  return async ({ now, before, steps }) => {
    const read = await Promise.all(lists.map(async ({ allowlist }) => (await allowlist.read()).rows))
    const listed = new Set(listedOf(read.flat(), addresses))
    screen.draw(pictureLines(terminal.paint, { title, steps, addresses, listed, now, before }))
  }
}

const plainEveryMs = 5000

/** Each step once, and every few seconds how it goes. */
function printed({ screen, terminal }: Onlooking, title: string): Show {
  const said = new Set<string>()
  let saidAt = 0
  screen.line(`${title}: from ${oldPair.join(' and ')} to ${newPair.join(' and ')}`)
  return async ({ now, before, steps, last }) => {
    const at = clockWords(now.atMs)
    for (const { name, state, words } of steps) {
      if (state === 'to-come' || said.has(name)) continue
      said.add(name)
      screen.line(`${at}  ${name.padEnd(8)} ${words}`)
    }
    if (!last && now.atMs - saidAt < plainEveryMs) return
    saidAt = now.atMs
    screen.line(`${at}  ${''.padEnd(8)} ${rateWords({ now, before })}${talliedWords(terminal.paint, now.tally)}`)
    await Promise.resolve()
  }
}

function rateWords(look: Pick<Look, 'now' | 'before'>): string {
  const each = addresses.flatMap((address) => {
    const rate = rateOf(look, ({ from }) => from.get(address) ?? 0)
    return rate > 0 ? [`${rate.toFixed(0)}/s from ${address}`] : []
  })
  return each.length === 0 ? '' : `${each.join(', ')}; `
}
