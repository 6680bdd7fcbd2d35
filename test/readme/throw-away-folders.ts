/** Folders in which the pages' commands and code work as their readers have it, and which are gone when the test ends. */
import { mkdtemp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { root } from '../../tools/command.ts'

/** A fresh checkout: the program and its packages, and no data. */
export async function throwAwayCheckout(t: TestContext): Promise<string> {
  const folder = await emptyFolder(t)
  for (const name of ['package.json', 'src', 'tools', 'node_modules']) {
    await symlink(join(root, name), join(folder, name))
  }
  return folder
}

/** A project that has installed `sallyport`: its exports lead to the source that the built files are made from. */
export async function throwAwayProject(t: TestContext): Promise<string> {
  const folder = await emptyFolder(t)
  const modules = join(folder, 'node_modules')
  const installed = join(modules, 'sallyport')
  await mkdir(installed, { recursive: true })
  for (const name of await readdir(join(root, 'node_modules'))) {
    if (name !== 'sallyport') await symlink(join(root, 'node_modules', name), join(modules, name))
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
  const entries = ['testing', 'keeper']
  const exports = Object.fromEntries(
    entries.map((name) => [`./${name}`, { types: `./${name}.d.ts`, default: `./${name}.js` }]),
  )
  await writeFile(join(installed, 'package.json'), JSON.stringify({ name: 'sallyport', type: 'module', exports }))
  for (const name of entries) {
    const source = join(root, `src/${name}.ts`)
    await writeFile(join(installed, `${name}.js`), `export * from ${JSON.stringify(pathToFileURL(source).href)}\n`)
    await writeFile(join(installed, `${name}.d.ts`), `export * from ${JSON.stringify(source)}\n`)
  }
  return folder
}

async function emptyFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-docs-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}
