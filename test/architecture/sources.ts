/** The files that the house is judged on. */
import { globSync, readFileSync } from 'node:fs'

/** A path from the root of the repository, with forward slashes, and what is in it. */
export type Source = { readonly path: string; readonly text: string }

/** Broken on purpose, see tools/planted/README.md. */
const planted = 'tools/planted/'

export function readSources(root: string): Source[] {
  return globSync(['src/**/*.{ts,tsx}', 'test/**/*.{ts,tsx}', 'tools/**/*.{ts,tsx}'], { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !path.startsWith(planted))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(`${root}/${path}`, 'utf8') }))
}

export const isTest = (path: string): boolean => /\.(?:test|long)\.tsx?$/.test(path)
