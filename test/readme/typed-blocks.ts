/** The TypeScript of the pages: type-checked as a dependent's code would be, and run where it is a test. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { command, root } from '../../tools/command.ts'
import type { Block } from './fenced-blocks.ts'
import { plainEnvironment } from './plain-environment.ts'

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
  for (const { name } of tests) wrong.push(...(await failureOf(folder, name)))
  return { checked: files.length, run: tests.length, wrong: wrong.map((line) => withPlace(line, files)) }
}

const settings = {
  extends: join(root, 'tsconfig.json'),
  compilerOptions: { isolatedDeclarations: false, declaration: false },
  include: ['block-*.ts'],
  exclude: [],
}

/** It has to have passed a test, and not only to have ended well. */
async function failureOf(folder: string, name: string): Promise<string[]> {
  const { promise, resolve } = Promise.withResolvers<{ code: number | null; out: string }>()
  const options = { cwd: folder, env: plainEnvironment(), timeout: 60_000 }
  const child = execFile('node', ['--test-reporter=tap', name], options, (_error, out, err) =>
    resolve({ code: child.exitCode, out: out + err }),
  )
  const { code, out } = await promise
  return code === 0 && /^# pass [1-9]/m.test(out) ? [] : [`${name} as a test ended with ${code}:\n${out}`]
}

/** The page and line in place of the file that the block was written to. */
function withPlace(text: string, files: readonly { readonly block: Block; readonly name: string }[]): string {
  const found = files.find(({ name }) => text.startsWith(name))
  return found === undefined ? text : `${found.block.page}:${found.block.line}: ${text}`
}
