/** What an adapter has to remember beyond its process, where the world itself cannot be asked. No note holds a secret. */
import { createHash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWhole } from './write-whole.ts'

export type Notes = {
  readonly read: (key: string) => Promise<string | undefined>
  /** Durable when it resolves. */
  readonly write: (key: string, value: string) => Promise<void>
}

/** A file for each key in a folder, which is made when the first is written. */
export function notesIn(folder: string, unique: () => string): Notes {
  const pathOf = (key: string): string => join(folder, createHash('sha256').update(key).digest('hex').slice(0, 32))
  return {
    async read(key) {
      try {
        return (await readFile(pathOf(key), 'utf8')).trimEnd()
      } catch (cause) {
        if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
        throw cause
      }
    },
    async write(key, value) {
      await mkdir(folder, { recursive: true })
      await writeWhole(pathOf(key), `${value}\n`, unique)
    },
  }
}
