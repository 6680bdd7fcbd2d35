/** The command line as a person has it: a process of its own, in a folder of its own, with nothing of ours in its environment. */
import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

export const root: string = fileURLToPath(new URL('../../', import.meta.url))
const main = join(root, 'src/cli/main.ts')

export type Setting = {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** Words before the program, which end by running what follows them in their own stead. */
  readonly within?: readonly string[]
  /** Another user than the one that runs the tests. */
  readonly user?: number | undefined
}
export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** Gone when the test ends. */
export async function emptyFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-cli-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export function environment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const plain = Object.entries(process.env).filter(
    ([name]) => !/^(?:SALLYPORT_|NODE_TEST|NODE_OPTIONS|NO_COLOR)/.test(name),
  )
  return { ...Object.fromEntries(plain), ...extra }
}

/** `sallyport ARGS`, to its end. */
export function sallyport(args: readonly string[], setting: Setting): Promise<Ended> {
  return ended(start(args, setting))
}

/** An org hashes and checks its passwords at every start of a demonstration; what a guess costs by default is no matter of most tests, and the
 *  README's are run with it. */
const cheapGuesses = {
  SALLYPORT_ORG_PASSWORD_HASHING_COST_LOG2: '10',
  SALLYPORT_ORG_PASSWORD_HASHING_PARALLELISM: '1',
}

function start(args: readonly string[], { cwd, env, within = [], user }: Setting): ChildProcessWithoutNullStreams {
  const [program = process.execPath, ...words] = [...within, process.execPath, main, ...args]
  const hashing = args[0] === 'up' || args[0] === 'org' ? cheapGuesses : {}
  return spawn(program, words, {
    ...{ cwd, env: environment({ ...hashing, ...env }) },
    ...(user === undefined ? {} : { uid: user }),
  })
}

/** A line as it is pasted into a shell. */
export function shell(line: string, setting: Setting): Promise<Ended> {
  return ended(spawn('sh', ['-c', line], { cwd: setting.cwd, env: environment(setting.env) }))
}

function ended(child: ChildProcess): Promise<Ended> {
  const { promise, resolve, reject } = Promise.withResolvers<Ended>()
  const [stdout, stderr] = [gather(child.stdout), gather(child.stderr)]
  child.on('error', reject)
  child.on('close', (code) => resolve({ code, stdout: stdout(), stderr: stderr() }))
  return promise
}

function gather(stream: NodeJS.ReadableStream | null): () => string {
  let text = ''
  stream?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  return () => text
}

export type Service = {
  /** From its first line of output. */
  readonly url: string
  readonly pid: number
  readonly stdout: () => string
  readonly stderr: () => string
  /** Resolves once what it printed on either stream matches; rejects where it ends before. */
  readonly prints: (wanted: RegExp) => Promise<string>
  readonly stop: (signal?: NodeJS.Signals) => Promise<Ended>
  /** Resolves when it has ended by itself. */
  readonly end: Promise<Ended>
}

/** Listening when it resolves, killed when the test ends. */
export async function service(t: TestContext, args: readonly string[], setting: Setting): Promise<Service> {
  const child = start(args, setting)
  t.after(() => child.kill('SIGKILL'))
  const end = ended(child)
  const [stdout, stderr] = [gather(child.stdout), gather(child.stderr)]
  const prints = async (wanted: RegExp): Promise<string> => {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const look = (): void => {
      const found = wanted.exec(stdout()) ?? wanted.exec(stderr())
      if (found !== null) resolve(found[0])
    }
    for (const stream of [child.stdout, child.stderr]) stream.on('data', look)
    void end.then(({ code }) => reject(new Error(`ended with ${code} before ${wanted}:\n${stdout()}\n${stderr()}`)))
    look()
    return await promise
  }
  await prints(/^\{.*"listening".*\}\n/)
  const [first = ''] = stdout().split('\n')
  const { url } = JSON.parse(first) as { url: string }
  return {
    url,
    pid: child.pid ?? 0,
    stdout,
    stderr,
    prints,
    end,
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      return await end
    },
  }
}
