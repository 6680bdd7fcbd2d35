/** Starts Sallyport as a person would: its command line, in a process of its own, on an SQLite folder. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { parseOwn } from '../load/own-json.ts'
import { rootFolder } from '../run/places.ts'

export type Sallyport = {
  readonly url: string
  readonly pid: number
  /** From the start of the process to its first 200 on /readyz. */
  readonly readyAfterMs: number
  /** SIGTERM; throws where the exit status is not 0. */
  readonly stop: () => Promise<void>
}

/** As `npm start` has it. */
const compileCache = pathToFileURL(join(rootFolder, 'tools', 'compile-cache.mjs')).href

/** `folder` keeps the data, so starting twice on one folder is a restart. */
export async function startSallyport(
  command: 'org' | 'up',
  folder: string,
  args: readonly string[] = [],
): Promise<Sallyport> {
  const began = performance.now()
  const child = spawn(
    process.execPath,
    ['--import', compileCache, join(rootFolder, 'src', 'cli', 'main.ts'), command, ...args],
    {
      cwd: folder, // so that no configuration of the checkout is read
      env: { ...process.env, SALLYPORT_STORAGE: `sqlite:${folder}`, SALLYPORT_ORG_LISTEN: '127.0.0.1:0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const stderr = text(child.stderr)
  const ended = once(child, 'exit')
  const url = await announcedUrl(child)
  if (url === undefined || child.pid === undefined) {
    await ended
    throw new Error(`sallyport ${command} ended with ${child.exitCode} before it listened:\n${await stderr}`)
  }
  try {
    await answers(`${url}/readyz`)
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  return { url, pid: child.pid, readyAfterMs: performance.now() - began, stop: () => stopChild(child, ended) }
}

/** The org's URL from the lines of JSON that started services print. The rest of the output is read and dropped. */
async function announcedUrl(child: ChildProcess): Promise<string | undefined> {
  if (child.stdout === null) throw new Error('standard output is not piped')
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => {
    if (!line.startsWith('{"event":"listening"')) return
    const said = parseOwn<{ readonly service: string; readonly url: string }>(line)
    if (said.service === 'org') resolve(said.url)
  })
  lines.once('close', () => resolve(undefined))
  return promise
}

/** Listening comes before ready by a few milliseconds at most, so this asks again at once. Throws after 10 s. */
async function answers(url: string): Promise<void> {
  const signal = AbortSignal.timeout(10_000)
  for (;;) {
    const { status } = await fetch(url, { signal })
    if (status === 200) return
  }
}

async function stopChild(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM')
  await ended
  if (child.exitCode !== 0) throw new Error(`sallyport ended with ${child.exitCode ?? child.signalCode} on SIGTERM`)
}
