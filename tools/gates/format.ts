/** prettier over everything that a person writes. */
import { globSync } from 'node:fs'
import { command, root } from '../command.ts'
import { sawNothing, withoutPlanted, type Gate } from './gate.ts'

const written = [
  '*.{json,md,yaml,yml}',
  '.*.{json,yaml,yml}',
  '{src,test,tools,docs,bench}/**/*.{ts,tsx,js,mjs,json,md,yaml,yml,css,html}',
]
const notWritten = [
  '**/node_modules/**',
  'package-lock.json',
  'bench/package-lock.json',
  'bench/results/**',
  'docs/reference/api/**',
]

export const format: Gate = {
  name: 'format',
  async judge() {
    const files = globSync(written, { cwd: root, exclude: notWritten }).filter(
      (path) => !path.startsWith('tools/planted/'),
    )
    const planted = ['ts', 'json', 'md', 'yaml', 'css'].map((end) => `tools/planted/unformatted.${end}`)
    // .prettierignore hides the planted files from everyone else, so here another ignore file is named.
    const options = ['--list-different', '--ignore-path', '.gitignore', '--cache', '--cache-strategy', 'content']
    const said = await command('prettier', [...options, ...files, ...planted])
    const different = said.out.split('\n').filter((line) => line !== '')
    const { rest, missed } = withoutPlanted(
      different,
      Object.fromEntries(planted.map((path) => [path, (line: string) => line === path])),
    )
    const badly = rest.map((path) => `${path} is not formatted: prettier --write ${path}`)
    const crashed = said.err === '' ? [] : [said.err]
    return {
      saw: `format ${files.length}`,
      wrong: [...crashed, ...sawNothing(files.length, 'files'), ...missed, ...badly],
    }
  },
}
