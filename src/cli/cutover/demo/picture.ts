/** One screen of the demonstration: where the cutover is, what the list holds, where redemptions leave from. */
import type { Paint } from '../../terminal.ts'
import type { Tally } from '../stage/load.ts'

export type PictureStep = {
  readonly name: string
  readonly state: 'done' | 'now' | 'to-come'
  readonly words: string
}

export type Picture = {
  readonly title: string
  readonly steps: readonly PictureStep[]
  readonly addresses: readonly string[]
  readonly listed: ReadonlySet<string>
  readonly now: Sample
  /** A while before, to say how many there are in a second. */
  readonly before: Sample
}

export type Sample = { readonly atMs: number; readonly tally: Tally }

export function pictureLines(paint: Paint, picture: Picture): string[] {
  const { title, steps, addresses, listed, now } = picture
  const rates = addresses.map((each) => rateOf(picture, ({ from }) => from.get(each) ?? 0))
  const most = Math.max(1, ...rates)
  const row = (address: string, rate: number): string => {
    const bar = '█'.repeat(Math.round((rate / most) * longestBar))
    const list = listed.has(address) ? paint.green('yes'.padEnd(listWidth)) : paint.red('no'.padEnd(listWidth))
    return `  ${address.padEnd(addressWidth)}${list}${bar.padEnd(longestBar + 1)}${rate > 0 ? `${rate.toFixed(0)}/s` : paint.dim('-')}`
  }
  return [
    `${paint.bold(title)}  ${paint.dim(clockWords(now.atMs))}`,
    '',
    ...steps.map((each, i) => stepLine(paint, each, i + 1)),
    '',
    paint.dim(`  ${''.padEnd(addressWidth)}${'in the list'.padEnd(listWidth)}redemptions leave from here`),
    ...addresses.map((each, i) => row(each, rates[i] ?? 0)),
    '',
    `  ${rateOf(picture, ({ good, failed }) => good + failed).toFixed(0)} redemptions a second, ${talliedWords(paint, now.tally)}`,
  ]
}

const longestBar = 30
const addressWidth = 14
const listWidth = 13

/** In a second. */
export function rateOf({ now, before }: Pick<Picture, 'now' | 'before'>, count: (tally: Tally) => number): number {
  const seconds = (now.atMs - before.atMs) / 1000
  return seconds <= 0 ? 0 : (count(now.tally) - count(before.tally)) / seconds
}

function stepLine(paint: Paint, { name, state, words }: PictureStep, number: number): string {
  const [mark, painted] =
    state === 'done'
      ? ['done', paint.green]
      : state === 'now'
        ? ['now', paint.yellow]
        : ['', (text: string) => paint.dim(text)]
  return `  ${number} ${painted(name.padEnd(9))}${painted(mark.padEnd(6))}${state === 'to-come' ? paint.dim(words) : words}`
}

export function talliedWords(paint: Paint, { good, failed, failures }: Tally): string {
  const why = [...failures].map(([code, times]) => `${code} ${times}`).join(', ')
  const words = `${failed} failed${why === '' ? '' : ` (${why})`}`
  return `${good + failed} so far, ${failed === 0 ? paint.green(words) : paint.red(words)}`
}

export const clockWords = (ms: number): string =>
  `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`
