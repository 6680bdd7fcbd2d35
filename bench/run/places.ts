/** Where things are, and a folder on the disk that is measured. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'

export const benchFolder: string = join(import.meta.dirname, '..')
export const rootFolder: string = join(benchFolder, '..')

export type FreshFolder = Disposable & { readonly path: string }

/** An empty folder beside the bench, not in a temporary place that may be memory: what is measured is durability. Gone when disposed. */
export function freshFolder(): FreshFolder {
  const parent = join(benchFolder, 'data')
  mkdirSync(parent, { recursive: true })
  const path = mkdtempSync(join(parent, 'run-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}
