/** Runs a program of this repository and keeps what it said. */
import { spawn } from 'node:child_process'
import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root: string = fileURLToPath(new URL('../', import.meta.url))

export type Said = { readonly code: number; readonly out: string; readonly err: string }

/** The pinned node and the tools of node_modules/.bin come first on the path, whatever the machine has. Throws if the program cannot be started. */
export function command(
  program: string,
  args: readonly string[],
  { cwd = root }: { readonly cwd?: string } = {},
): Promise<Said> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      resolve({ code: code ?? 1, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() })
    })
  })
}

export function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${root}node_modules/.bin${delimiter}${process.env['PATH'] ?? ''}` }
}
