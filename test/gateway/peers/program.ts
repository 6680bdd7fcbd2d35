/** A proxy that is a program of this machine. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Scope } from '../kit.ts'
import { closedPort } from '../probe/origin.ts'
import type { Subject } from '../probe/rows.ts'

/** Its path, in the folders for administrators as well. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** Both programs give up root, and want to be told to whom; undefined where we are not root. */
export const nobody = (): string | undefined => (process.getuid?.() === 0 ? 'nobody' : undefined)

export type Program = {
  readonly path: string
  /** The configuration, from the port and the folder in which further files may be written. */
  readonly configuration: (port: number, folder: string) => string
  readonly args: (file: string) => readonly string[]
}

/** Resolves with its port when it accepts; throws with what it printed where it ends before. */
export async function startProgram(
  t: Scope,
  { path, configuration, args }: Program,
): Promise<Omit<Subject, 'credentials'>> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-peer-'))
  chmodSync(folder, 0o755) // it reads its files when it is root no more
  const port = await closedPort()
  const [file, said] = [join(folder, 'configuration'), join(folder, 'said')]
  writeFileSync(file, configuration(port, folder))
  const output = openSync(said, 'w')
  const child = spawn(path, args(file), { cwd: folder, stdio: ['ignore', output, output] })
  closeSync(output)
  const ended = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
    rmSync(folder, { recursive: true, force: true })
  })
  const gone = ended.then(() => {
    throw new Error(`${path} ended before it accepted:\n${readFileSync(said, 'utf8')}`)
  })
  await Promise.race([accepts(port), gone])
  gone.catch(() => undefined) // from now on it may end
  return { host: '127.0.0.1', port }
}

async function accepts(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (connected) return
    await new Promise((resolve) => setTimeout(resolve, 20)) // there is nothing else that says when it listens
  }
}
