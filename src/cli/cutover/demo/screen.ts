/** Lines that stay and a picture below them that is drawn again and again; where nobody looks on, only the lines. */
import type { Terminal } from '../../terminal.ts'

export type Screen = {
  readonly isLive: boolean
  /** Stays. */
  readonly line: (text: string) => void
  /** In the place of the one before. */
  readonly draw: (lines: readonly string[]) => void
  /** The picture stays as it is, and the next one begins below it. */
  readonly keep: () => void
}

export function openScreen(terminal: Terminal): Screen {
  const isLive = isDrawable(terminal)
  let shown: readonly string[] = []
  const above = (): string => (shown.length === 0 ? '' : `\u001b[${shown.length}A\u001b[0J`)
  const written = (lines: readonly string[]): string => lines.map((each) => `${each}\n`).join('')
  return {
    isLive,
    line(text) {
      if (!isLive) return terminal.out(text)
      process.stdout.write(`${above()}${text}\n${written(shown)}`)
    },
    draw(lines) {
      if (!isLive) return
      process.stdout.write(`${above()}${written(lines)}`)
      shown = lines
    },
    keep() {
      shown = []
    },
  }
}

/** For whoever wants the result alone. */
export const noScreen: Screen = {
  isLive: false,
  line: () => undefined,
  draw: () => undefined,
  keep: () => undefined,
}

/** A terminal without colours may not know how to move its cursor either, and on a narrow one lines would break. */
const isDrawable = ({ paint }: Terminal): boolean =>
  process.stdout.isTTY && paint.bold('x') !== 'x' && process.stdout.columns >= widest

/** Columns that a picture may need. */
const widest = 90
