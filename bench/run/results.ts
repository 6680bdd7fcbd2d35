/** Results as files, so that a figure in a page can name where it comes from. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

export function writeResult(path: string, result: Readonly<Record<string, unknown>>): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`)
  process.stdout.write(`Written to ${path}\n`)
}
