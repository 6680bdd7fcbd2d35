/** The two streams that people and programs read, and colours for people alone. */
import { terminalWishes } from '../config/terminal.ts'

export type Paint = {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly green: (text: string) => string
  readonly yellow: (text: string) => string
}

export type Terminal = {
  /** Results: what a program may read. */
  readonly out: (text: string) => void
  /** Everything that is said about the work: faults, warnings, what to try. */
  readonly err: (text: string) => void
  /** For text on `out`; leaves it as it is where nobody looks at colours. */
  readonly paint: Paint
  /** For text on `err`. */
  readonly paintErr: Paint
}

export function openTerminal(): Terminal {
  const { plain } = terminalWishes()
  for (const stream of [process.stdout, process.stderr]) stream.on('error', forgiveClosedPipe)
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    paint: paintFor(process.stdout.isTTY && !plain),
    paintErr: paintFor(process.stderr.isTTY && !plain),
  }
}

/** Whoever reads our output may have seen enough (`| head -1`); a service goes on serving. */
function forgiveClosedPipe(cause: Error): void {
  if (!('code' in cause) || cause.code !== 'EPIPE') throw cause
}

function paintFor(colours: boolean): Paint {
  const colour = (open: number, close: number) => (text: string) =>
    colours ? `\u001b[${open}m${text}\u001b[${close}m` : text
  return { bold: colour(1, 22), dim: colour(2, 22), red: colour(31, 39), green: colour(32, 39), yellow: colour(33, 39) }
}
