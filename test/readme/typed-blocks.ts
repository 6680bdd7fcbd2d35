/** The TypeScript of the pages: type-checked as a dependent's code would be, and run where it is a test. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from '../../tools/command.ts'
import type { Block } from './fenced-blocks.ts'

export type Typed = { readonly checked: number; readonly run: number; readonly wrong: readonly string[] }

/** All in one run of the compiler; `folder` has the package and its types installed. */
export async function checkTyped(folder: string, blocks: readonly Block[]): Promise<Typed> {
  const files = blocks.map((block, n) => ({ block, name: `block-${n}.ts` }))
  for (const { block, name } of files) await writeFile(join(folder, name), block.text)
  await writeFile(join(folder, 'tsconfig.docs.json'), JSON.stringify(settings))
  const { code, out } = await command('tsc', ['-p', 'tsconfig.docs.json', '--pretty', 'false'], { cwd: folder })
  const wrong = out.split('\n').filter((line) => line.includes(': error '))
  if (code !== 0 && wrong.length === 0) wrong.push(`tsc ended with ${code}: ${out}`)
  const tests = files.filter(({ block }) => block.text.includes("from 'node:test'"))
  if (wrong.length === 0) for (const { name } of tests) wrong.push(...(await failureOf(folder, name)))
  return { checked: files.length, run: tests.length, wrong: wrong.map((line) => withPlace(line, files)) }
}

const settings = {
  extends: './tsconfig.json',
  compilerOptions: { isolatedDeclarations: false, declaration: false },
  include: ['block-*.ts'],
  exclude: [],
}

async function failureOf(folder: string, name: string): Promise<string[]> {
  const { code, out } = await command('node', ['--test', '--test-isolation=none', name], { cwd: folder })
  const passed = /^ℹ pass [1-9]/m.test(out)
  return code === 0 && passed ? [] : [`${name} as a test ended with ${code}:\n${out}`]
}

/** The page and line in place of the file that the block was written to. */
function withPlace(text: string, files: readonly { readonly block: Block; readonly name: string }[]): string {
  const found = files.find(({ name }) => text.startsWith(name))
  return found === undefined ? text : `${found.block.page}:${found.block.line}: ${text}`
}
