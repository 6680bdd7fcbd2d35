/** Child processes of the storage tests, read line by line. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('./storage-child.ts', import.meta.url))
const sharer = fileURLToPath(new URL('./sharing-child.ts', import.meta.url))

export type Child = {
  /** Everything said until now, in order. */
  readonly lines: string[]
  /** Resolves as soon as `enough` holds, or when the process has ended. */
  readonly until: (enough: (lines: readonly string[]) => boolean) => Promise<void>
  /** As kill -9; resolves when the process is gone and all that it said is read. */
  readonly kill: () => Promise<void>
  /** Writes a line to its standard input. */
  readonly go: () => void
  /** Ends its standard input, on which it closes its storage. */
  readonly finish: () => Promise<void>
}

export type ChildOptions = {
  readonly folder: string
  readonly writer: 'thread' | 'inline'
  readonly inFlight: number
  readonly bytes?: number
  /** The largest file that it may write, in KiB. */
  readonly fileLimit?: number
  readonly user?: number
}

export function startChild(t: TestContext, options: ChildOptions): Child {
  const { folder, writer, inFlight, bytes = 0, fileLimit = 'unlimited', user } = options
  const shell = `ulimit -f ${fileLimit}; exec "$0" "$@"`
  const words = ['-c', shell, process.execPath, program, folder, writer, String(inFlight), String(bytes)]
  const child = spawn('bash', words, {
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(user === undefined ? {} : { uid: user }),
  })
  t.after(() => child.kill('SIGKILL'))
  return listenTo(child)
}

export type SharerOptions = {
  readonly folder: string
  readonly writer: 'thread' | 'inline'
  readonly wanted: number
  readonly inFlight: number
}

/** One of several processes over one file. */
export function startSharer(t: TestContext, { folder, writer, wanted, inFlight }: SharerOptions): Child {
  return startProgram(t, [sharer, folder, writer, String(wanted), String(inFlight)])
}

/** A program of Node's with its arguments. */
export function startProgram(t: TestContext, words: readonly string[]): Child {
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  return listenTo(child)
}

function listenTo(child: ChildProcess): Child {
  const lines: string[] = []
  let check = (): void => {}
  const ended = once(child, 'close')
  if (child.stdout === null) throw new Error('the child has no standard output')
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    check()
  })
  const until: Child['until'] = (enough) =>
    new Promise((resolve) => {
      check = () => {
        if (enough(lines)) resolve()
      }
      check()
      void ended.then(() => resolve())
    })
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  const finish = async (): Promise<void> => {
    child.stdin?.end()
    await ended
  }
  const go = (): void => void child.stdin?.write('go\n')
  return { lines, until, kill, go, finish }
}
