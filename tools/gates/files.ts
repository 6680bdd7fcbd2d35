/** Files stay small, and their names say what they are about. */
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { root } from '../command.ts'
import { sawNothing, type Gate } from './gate.ts'

const mostLines = 350
const saysNothing = new Set([
  'utils',
  'util',
  'helpers',
  'helper',
  'common',
  'manager',
  'types',
  'index',
  'misc',
  'shared',
])

export const files: Gate = {
  name: 'files',
  // oxlint-disable-next-line typescript/require-await -- a gate is asynchronous; this one happens to have nothing to wait for
  async judge() {
    const paths = globSync('{src,test,tools,bench}/**/*.{ts,tsx,js,mjs,css}', {
      cwd: root,
      exclude: ['**/node_modules/**'],
    })
    const lines = paths.map((path) => ({ path, lines: readFileSync(root + path, 'utf8').split('\n').length - 1 }))
    const longest = Math.max(0, ...lines.map((file) => file.lines))
    const blind = [
      judge({ path: 'src/a.ts', lines: mostLines + 1 }),
      judge({ path: 'src/org/utils.test.ts', lines: 1 }),
    ]
    return {
      saw: `files ${paths.length}, longest ${longest} lines`,
      wrong: [
        ...sawNothing(paths.length, 'files'),
        ...blind
          .filter((found) => found.length !== 1)
          .map(() => 'a planted file that is too long or badly named was not caught'),
        ...lines.flatMap(judge),
      ],
    }
  },
}

function judge({ path, lines }: { readonly path: string; readonly lines: number }): string[] {
  const name = basename(path).split('.')[0] ?? ''
  const wrong: string[] = []
  if (lines > mostLines) wrong.push(`${path} has ${lines} lines, ${mostLines} at most: it holds two subjects`)
  if (saysNothing.has(name.toLowerCase())) wrong.push(`${path}: "${name}" names no subject; ask what is in it`)
  return wrong
}
