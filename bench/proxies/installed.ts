/** Programs of the machine that the bench compares with where they are there. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Its path; the folders for administrators are looked into as well. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** Undefined where it is there. */
export function missingProgram(name: string): string | undefined {
  return findProgram(name) === undefined ? `${name} is not installed. Try: apt-get install ${name}` : undefined
}

export function requireProgram(name: string): string {
  const path = findProgram(name)
  if (path === undefined) throw new Error(missingProgram(name))
  return path
}

/** The first number with dots that it prints when asked for its version. */
export function versionOfProgram(name: string): string {
  const { stdout } = spawnSync(requireProgram(name), ['-v'], { encoding: 'utf8' })
  return /\d+(?:\.\d+)+/.exec(stdout)?.[0] ?? 'unknown'
}

/** Both give up root, and to whom is in their configuration; undefined where we are not root. */
export const nobody = (): string | undefined => (process.getuid?.() === 0 ? 'nobody' : undefined)
