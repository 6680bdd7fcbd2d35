/** Runs the blocks of one page from its top to its end, as a reader would. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Block } from './fenced-blocks.ts'
import { plainEnvironment } from './plain-environment.ts'

export type PageRun = { readonly done: number; readonly wrong: readonly string[] }

/** The address that the pages name; a test takes a free port instead. */
const namedAddress = '127.0.0.1:8480'
/** Milliseconds until what hangs is killed. */
const longest = { command: 60_000, service: 240_000 } as const

type Reader = {
  readonly folder: string
  readonly environment: NodeJS.ProcessEnv
  service: Service | undefined
}

/** Stops at the first block that fails, since the ones after it stand on it. */
export async function runPage(t: TestContext, folder: string, blocks: readonly Block[]): Promise<PageRun> {
  const reader: Reader = { folder, environment: plainEnvironment(), service: undefined }
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

/** A sentence on what went wrong. */
async function runBlock(reader: Reader, { text, use }: Block): Promise<string | undefined> {
  const command = text.replaceAll(namedAddress, reader.service?.address ?? namedAddress)
  switch (use.kind) {
    case 'file':
      await writeFile(join(reader.folder, use.name), text, { mode: 0o600 })
      return undefined
    case 'run': {
      const { code, printed } = await ended(start(reader, command), longest.command)
      if (code !== use.exit) return `ended with ${code} instead of ${use.exit}:\n${printed}`
      return printed.includes(use.says) ? undefined : `does not say "${use.says}":\n${printed}`
    }
    case 'service':
      return (await reader.service?.stop()) ?? (await serve(reader, command))
    case 'types':
    case 'not run':
    case 'shown':
      return undefined
  }
}

type Service = { readonly address: string; readonly stop: () => Promise<string | undefined> }

async function serve(reader: Reader, command: string): Promise<string | undefined> {
  const child = start(
    { ...reader, environment: { ...reader.environment, SALLYPORT_ORG_LISTEN: '127.0.0.1:0' } },
    command,
  )
  const end = ended(child, longest.service)
  const address = await Promise.race([listening(child), end.then(() => undefined)])
  if (address === undefined) return `the service ended:\n${(await end).printed}`
  Object.assign(reader.environment, { SALLYPORT_ORG_LISTEN: address }) // so that further commands find it
  reader.service = {
    address,
    async stop() {
      reader.service = undefined
      signal(child, 'SIGTERM')
      const { code, printed } = await end
      return code === 0 || code === null ? undefined : `the service ended with ${code}:\n${printed}`
    },
  }
  return undefined
}

/** Host and port of the first line of output, once the last of what is printed at a start has been: the commands of the demonstration on
 *  standard output, or the line on the admin token on standard error. */
function listening(child: ChildProcess): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let [out, err] = ['', '']
  const look = (): void => {
    const [, address] = /"event":"listening".*"url":"http:\/\/([^"]+)"/.exec(out) ?? []
    if (address !== undefined && (out.includes('replay.curl\n') || err.includes('Admin token: '))) resolve(address)
  }
  child.stdout?.on('data', (chunk: Buffer) => ((out += chunk.toString()), look()))
  child.stderr?.on('data', (chunk: Buffer) => ((err += chunk.toString()), look()))
  return promise
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
