/** Runs the blocks of one page from its top to its end, as a reader would. */
import { spawn, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Block } from './fenced-blocks.ts'
import { plainEnvironment } from './plain-environment.ts'

export type PageRun = { readonly done: number; readonly wrong: readonly string[] }

/** The addresses that the pages name, and the variables that put free ones in their place in a test. */
const named = {
  '127.0.0.1:8480': 'SALLYPORT_ORG_LISTEN',
  '127.0.0.1:9293': 'SALLYPORT_GATEWAY_LISTEN',
  '127.0.0.1:9294': 'SALLYPORT_GATEWAY_ADMIN_LISTEN',
  '127.0.0.1:8481': 'SALLYPORT_KEEPER_LISTEN',
} as const
/** Milliseconds until what hangs is killed. */
const longest = { command: 60_000, service: 240_000 } as const

type Reader = {
  readonly folder: string
  readonly environment: NodeJS.ProcessEnv
  /** A block with free addresses in the place of those that it names. */
  readonly readdressed: (text: string) => string
  service: Service | undefined
}

/** Stops at the first block that fails, since the ones after it stand on it. */
export async function runPage(t: TestContext, folder: string, blocks: readonly Block[]): Promise<PageRun> {
  const free = await Promise.all(
    Object.entries(named).map(async ([name, variable]) => [name, variable, await freeAddress()] as const),
  )
  const environment = { ...plainEnvironment(), ...Object.fromEntries(free.map(([, variable, own]) => [variable, own])) }
  const readdressed = (text: string): string => free.reduce((whole, [name, , own]) => whole.replaceAll(name, own), text)
  const reader: Reader = { folder, environment, readdressed, service: undefined }
  t.after(() => reader.service?.stop())
  let done = 0
  for (const block of blocks) {
    const wrong = await runBlock(reader, block)
    if (wrong !== undefined) return { done, wrong: [`${block.page}:${block.line}: ${wrong}\n${block.text}`] }
    if (block.use.kind === 'run' || block.use.kind === 'service') done += 1
  }
  const wrong = await reader.service?.stop()
  return { done, wrong: wrong === undefined ? [] : [`${blocks[0]?.page}: ${wrong}`] }
}

/** Below the ports that the system hands out by itself, so that nobody is given it before the service takes it. */
async function freeAddress(): Promise<string> {
  for (;;) {
    const port = randomInt(15_000, 32_000)
    const server = createServer()
    const taken = once(server, 'error').then(() => true)
    server.listen(port, '127.0.0.1')
    if (await Promise.race([taken, once(server, 'listening').then(() => false)])) continue
    server.close()
    await once(server, 'close')
    return `127.0.0.1:${port}`
  }
}

/** A sentence on what went wrong. */
async function runBlock(reader: Reader, { text: written, use }: Block): Promise<string | undefined> {
  const text = reader.readdressed(written)
  switch (use.kind) {
    case 'file':
      await writeFile(join(reader.folder, use.name), text, { mode: 0o600 })
      return undefined
    case 'run': {
      const { code, printed } = await ended(start(reader, text), longest.command)
      if (code !== use.exit) return `ended with ${code} instead of ${use.exit}:\n${printed}`
      return printed.includes(use.says) ? undefined : `does not say "${use.says}":\n${printed}`
    }
    case 'service':
      return (await reader.service?.stop()) ?? (await serve(reader, text))
    case 'types':
    case 'not run':
    case 'shown':
      return undefined
  }
}

type Service = { readonly stop: () => Promise<string | undefined> }

async function serve(reader: Reader, command: string): Promise<string | undefined> {
  const child = start(reader, command)
  const end = ended(child, longest.service)
  const isReady = await Promise.race([ready(child, / org\b/.test(command)), end.then(() => false)])
  if (!isReady) return `the service ended:\n${(await end).printed}`
  reader.service = {
    async stop() {
      reader.service = undefined
      signal(child, 'SIGTERM')
      const { code, printed } = await end
      return code === 0 || code === null ? undefined : `the service ended with ${code}:\n${printed}`
    },
  }
  return undefined
}

/** Resolves once the last of what is printed at a start has been: the commands of the demonstration on standard output, or on standard error
 *  the line on the admin token of the last system that starts. */
async function ready(child: ChildProcess, isOrgAlone: boolean): Promise<true> {
  const { promise, resolve } = Promise.withResolvers<true>()
  const last = isOrgAlone ? /^Admin token: /m : /^Admin token of the gateway: |^No gateway: /m
  let [out, err] = ['', '']
  const look = (): void => {
    if (/replay\.curl -x .*\n/.test(out) || last.test(err)) resolve(true)
  }
  child.stdout?.on('data', (chunk: Buffer) => ((out += chunk.toString()), look()))
  child.stderr?.on('data', (chunk: Buffer) => ((err += chunk.toString()), look()))
  return await promise
}

/** In a group of its own, so that what a shell or npm started ends with it. */
function start({ folder, environment: env }: Reader, command: string): ChildProcess {
  return spawn('sh', ['-euc', command], { cwd: folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
}

type Ended = { readonly code: number | null; readonly printed: string }

async function ended(child: ChildProcess, milliseconds: number): Promise<Ended> {
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  const tooLong = setTimeout(() => signal(child, 'SIGKILL'), milliseconds)
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, printed }
  } finally {
    clearTimeout(tooLong)
  }
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, name)
}
