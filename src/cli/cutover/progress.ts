/** What a person at a terminal sees of a run: lines that stay, and below them one that counts down what is waited for. Plain lines where nobody looks. */
import type { Command } from '../../cutover/rules/command.ts'
import type { State } from '../../cutover/rules/state.ts'
import type { Instant } from '../../values/time.ts'
import { watchOf } from './narrator.ts'
import type { Terminal } from '../terminal.ts'
import type { StepName } from './story.ts'
import { clockTime } from './words.ts'

export type Progress = {
  readonly line: (text: string) => void
  readonly step: (name: StepName, number: number, direction: State['direction']) => void
  readonly tell: (command: Command, state: State) => void
  /** The line that counts down is gone, and nothing is drawn any more. */
  readonly close: () => void
}

export function openProgress(terminal: Terminal, now: () => Instant): Progress {
  const { bold, dim } = terminal.paintErr
  const isLive = process.stderr.isTTY && bold('x') !== 'x'
  const shown = { step: '', doing: '', wait: undefined as Countdown | undefined, drawn: false }
  const erase = (): void => {
    if (shown.drawn) process.stderr.write('\r\u001b[2K')
    shown.drawn = false
  }
  const draw = (): void => {
    if (!isLive) return
    erase()
    const text =
      shown.wait === undefined ? `${shown.step}${shown.doing}` : countdownWords(shown.step, shown.wait, now())
    if (text === '') return
    process.stderr.write(dim(text.slice(0, process.stderr.columns - 1)))
    shown.drawn = true
  }
  const timer = isLive ? setInterval(draw, 1000).unref() : undefined
  const line = (text: string): void => {
    erase()
    terminal.err(`${dim(clockTime(now()))} ${text}`)
    draw()
  }
  return {
    line,
    step(name, number, direction) {
      Object.assign(shown, { wait: undefined, doing: '' })
      shown.step = `${direction === 'back' ? 'way back, ' : ''}step ${number} of 5, ${name}`
      line(bold(headings[direction][name]))
    },
    tell(command, state) {
      shown.wait = command.kind === 'wait' ? countdownOf(command, state) : undefined
      if (command.kind === 'observe') return
      shown.doing = doingWords(command)
      if (command.kind !== 'wait') draw()
    },
    close() {
      clearInterval(timer)
      erase()
    },
  }
}

function doingWords(command: Command): string {
  if (command.kind === 'probe') return `   a probe from ${command.address} …`
  return command.kind === 'redeem' ? `   a real redemption from ${command.address} …` : ''
}

type Countdown = { readonly until: Instant; readonly why: string }

/** The watch is waited for in short pieces, and counted down as the one that it is. */
function countdownOf({ until, why }: Command & { readonly kind: 'wait' }, state: State): Countdown {
  const watch = watchOf(state)
  if (watch === undefined) return { until, why }
  const { watched } = watch.list
  const so =
    watched === undefined || watched.attempts === 0 ? '' : `, ${watched.successes} of ${watched.attempts} went well`
  return { until: watch.until > until ? watch.until : until, why: `${why}${so}` }
}

export function countdownWords(step: string, wait: Countdown, now: Instant): string {
  const left = Math.max(0, Math.ceil((wait.until - now) / 1000))
  const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
  return `${step}   ${clock} left: ${wait.why}`
}

export const headings: Readonly<Record<State['direction'], Readonly<Record<StepName, string>>>> = {
  forth: {
    confirm: 'Step 1 of 5, confirm: are the new addresses live?',
    add: 'Step 2 of 5, add: both sets in the list, and a real redemption from each new address',
    move: 'Step 3 of 5, move: traffic leaves from the new addresses',
    prove: 'Step 4 of 5, prove: a real redemption from each new address, now that traffic leaves from there',
    remove: 'Step 5 of 5, remove: the old addresses leave the list, and redemptions are watched',
  },
  back: {
    confirm: 'Way back, step 1 of 5: are the old addresses live?',
    add: 'Way back, step 2 of 5: the old addresses in the list, and a real redemption from each that had left it',
    move: 'Way back, step 3 of 5: traffic leaves from the old addresses again',
    prove: 'Way back, step 4 of 5: a real redemption from each old address',
    remove: 'Way back, step 5 of 5: what was added goes again',
  },
}
