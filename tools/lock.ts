/** What the lock lacks. A registry mirror may carry the binaries of some platforms only; npm then writes a lock without the others,
 *  which `npm ci` refuses everywhere. */
import { readFileSync } from 'node:fs'
import { root } from './command.ts'

export type Locked = {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly dev?: boolean
  readonly license?: string
  readonly optional?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly libc?: readonly string[]
  readonly optionalDependencies?: Readonly<Record<string, string>>
}
export type Lock = { readonly packages: Readonly<Record<string, Locked>> }

/** An optional package at an exact version, and the package that wants it. */
export type Missing = { readonly by: string; readonly name: string; readonly version: string }

export const lockPath: string = `${root}package-lock.json`

export function readLock(): Lock {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the format is npm's own, and the gate counts what it found
  return JSON.parse(readFileSync(lockPath, 'utf8')) as Lock
}

/** Only exact versions are looked at, which is how binaries are named. */
export function missingFrom({ packages }: Lock): Missing[] {
  return Object.entries(packages).flatMap(([by, { optionalDependencies }]) =>
    Object.entries(optionalDependencies ?? {})
      .filter(([name, version]) => /^\d/.test(version) && found(packages, by, name)?.version !== version)
      .map(([name, version]) => ({ by, name, version })),
  )
}

/** Node's own search: beside the package that wants it, then each folder further up. */
function found(packages: Lock['packages'], by: string, name: string): Locked | undefined {
  for (let at = by; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const here = packages[at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`]
    if (here !== undefined || at === '') return here
  }
}
