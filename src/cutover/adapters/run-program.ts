/** A program of the person who wrote the cutover file: its arguments as they are, no shell, an end in time. */
import { spawn } from 'node:child_process'

export type ProgramCall = {
  readonly argv: readonly string[]
  readonly withinMs: number
  /** For its standard input. */
  readonly input: string
  /** With the number of its process group, before it has done anything that is heard of here. What it throws ends the program. */
  readonly started?: (group: number) => void
}

/** `said`: what it wrote to standard error. */
export type ProgramEnd =
  | { readonly kind: 'ended'; readonly code: number; readonly printed: string; readonly said: string }
  | { readonly kind: 'not-started'; readonly said: string }
  /** Killed with all that it had started in its group, at its time limit, by a signal, or since it printed without end: what it has done is unknown. */
  | { readonly kind: 'cut-off'; readonly said: string }

const longestOutput = 1024 * 1024

export async function runProgram({ argv, withinMs, input, started }: ProgramCall): Promise<ProgramEnd> {
  const [program = '', ...rest] = argv
  return await new Promise((resolve) => {
    const child = spawn(program, rest, { stdio: 'pipe', detached: true }) // a group of its own
    const output = { printed: '', said: '' }
    let why: string | undefined
    const cut = (because: string): void => {
      why ??= because
      killGroup(child.pid)
    }
    try {
      if (child.pid !== undefined) started?.(child.pid)
    } catch (cause) {
      cut(`it could not be noted that it runs: ${String(cause)}`)
    }
    const timer = setTimeout(() => cut(`it did not end within ${withinMs} ms`), withinMs)
    const collect = (part: keyof typeof output) => (text: string) => {
      output[part] += text
      if (output[part].length > longestOutput) cut('it printed without end')
    }
    child.stdout.setEncoding('utf8').on('data', collect('printed'))
    child.stderr.setEncoding('utf8').on('data', collect('said'))
    child.stdin.on('error', () => undefined) // it need not read it
    child.stdin.end(input)
    const end = (what: ProgramEnd): void => {
      clearTimeout(timer)
      resolve(what)
    }
    child.once('error', (cause) => end({ kind: 'not-started', said: reasonOf(cause) }))
    child.once('close', (code, signal) => {
      const said = output.said.trim()
      if (why === undefined && code !== null) return end({ kind: 'ended', code, printed: output.printed, said })
      end({ kind: 'cut-off', said: `${why ?? `it was ended by ${signal ?? 'nobody knows what'}`} ${said}`.trim() })
    })
  })
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such program, or its interpreter is missing',
  EACCES: 'it may not be run by this user; see that it is executable',
}
const reasonOf = (cause: Error): string => ('code' in cause ? reasons[String(cause.code)] : undefined) ?? cause.message

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // gone already
  }
}
