/** Other processes that share a spool. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { TestContext } from 'node:test'

export type SpoolProcess = {
  readonly pid: number
  readonly ask: (command: string) => Promise<unknown>
  readonly kill: () => Promise<void>
}

const script = fileURLToPath(new URL('child-spool.ts', import.meta.url))

/** `within`: words before the program, e.g. such as give it a disk of its own. Resolves when the spool is open. */
export async function startSpool(
  t: TestContext,
  { folder, replyBytes = 1000, within = [] }: { folder: string; replyBytes?: number; within?: readonly string[] },
): Promise<SpoolProcess> {
  const [program, ...words] = commandOf(within, [process.execPath, script, folder, String(replyBytes)])
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  t.after(() => child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next()
    if (done === true) throw new Error('the process with the spool has ended')
    return JSON.parse(value) as unknown
  }
  if ((await next()) !== 'open' || child.pid === undefined) throw new Error('no spool')
  return {
    pid: child.pid,
    async ask(command) {
      child.stdin.write(`${command}\n`)
      return await next()
    },
    async kill() {
      child.kill('SIGKILL')
      await closed
    },
  }
}

function commandOf(within: readonly string[], own: readonly [string, ...string[]]): readonly [string, ...string[]] {
  const [first, ...more] = within
  return first === undefined ? own : [first, ...more, ...own]
}

export async function freshFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-spool-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}
