/** A folder in which the pages' commands work as in a fresh checkout, and which is gone when the test ends. */
import { mkdtemp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { root } from '../../tools/command.ts'

/** With the program and the packages of this repository, without its data, and with `sallyport` as a dependent would have it. */
export async function throwAwayCheckout(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-docs-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  for (const name of ['package.json', 'src', 'tsconfig.json']) await symlink(join(root, name), join(folder, name))
  const modules = join(folder, 'node_modules')
  await mkdir(join(modules, 'sallyport'), { recursive: true })
  for (const name of await readdir(join(root, 'node_modules'))) {
    if (name !== 'sallyport') await symlink(join(root, 'node_modules', name), join(modules, name))
  }
  await writeInstalled(join(modules, 'sallyport'))
  return folder
}

/** The package's own exports, each leading to the source that the built file is made from. */
async function writeInstalled(folder: string): Promise<void> {
  const exports = { './testing': { types: './testing.d.ts', default: './testing.js' } }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'sallyport', type: 'module', exports }))
  const source = join(root, 'src/testing.ts')
  await writeFile(join(folder, 'testing.js'), `export * from ${JSON.stringify(pathToFileURL(source).href)}\n`)
  await writeFile(join(folder, 'testing.d.ts'), `export * from ${JSON.stringify(source)}\n`)
}
