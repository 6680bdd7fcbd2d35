/** The declarations that a user of the package can reach, kept under docs/reference/api so that a change of the public API shows in a review. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { root } from './command.ts'

export const apiFolder = 'docs/reference/api/'
const entries = ['testing.d.ts', 'keeper.d.ts'] as const

/** Path under docs/reference/api to text, for the entries and everything that they import, from a fresh dist. */
export function publicDeclarations(): Map<string, string> {
  const found = new Map<string, string>()
  const visit = (path: string): void => {
    if (found.has(path)) return
    const text = readFileSync(`${root}dist/${path}`, 'utf8')
    found.set(path, text)
    for (const [, name] of text.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)) {
      if (name !== undefined) visit(declarationOf(posix.join(posix.dirname(path), name)))
    }
  }
  for (const entry of entries) visit(entry)
  return found
}

export function checkedInDeclarations(): Map<string, string> {
  const paths = globSync('**/*.d.ts', { cwd: root + apiFolder })
  return new Map(paths.map((path) => [path, readFileSync(root + apiFolder + path, 'utf8')]))
}

/** One line for each file that differs; empty when the API is what the repository says it is. */
export function differences(fresh: ReadonlyMap<string, string>, kept: ReadonlyMap<string, string>): string[] {
  return [...new Set([...fresh.keys(), ...kept.keys()])]
    .toSorted()
    .filter((path) => fresh.get(path) !== kept.get(path))
    .map(
      (path) =>
        `the public API differs from ${apiFolder}${path}: if that is meant, npm run docs:generate and note it in CHANGELOG.md`,
    )
}

export const isPublic = (): boolean => existsSync(`${root}src/testing.ts`)

const declarationOf = (path: string): string => path.replace(/\.(?:js|ts)$/, '.d.ts').replace('.d.d.ts', '.d.ts')
