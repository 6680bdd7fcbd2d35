/** `npm run build`: src to dist, as JavaScript with declarations, and the files that the pages need beside it. */
import { copyFileSync, globSync, mkdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { command, root } from './command.ts'

/** What src reads at run time that the compiler does not emit. */
const assets = 'src/**/*.{css,svg,html,json,sql,txt,woff2}'

export type Built = { readonly modules: number; readonly assets: number }

/** Throws with the compiler's words if something does not compile. */
export async function build(): Promise<Built> {
  rmSync(`${root}dist`, { recursive: true, force: true })
  const said = await command('tsc', ['-p', 'tsconfig.build.json', '--pretty', 'false'])
  if (said.code !== 0) throw new Error(`src does not compile, so there is nothing to pack:\n${said.out}${said.err}`)
  const copied = globSync(assets, { cwd: root })
  for (const path of copied) {
    const target = root + path.replace(/^src/, 'dist')
    mkdirSync(dirname(target), { recursive: true })
    copyFileSync(root + path, target)
  }
  const modules = globSync('dist/**/*.js', { cwd: root }).length
  if (modules === 0) throw new Error('the compiler emitted nothing: look at "include" in tsconfig.build.json')
  return { modules, assets: copied.length }
}

if (import.meta.main) {
  const built = await build()
  console.log(`dist: ${built.modules} modules, ${built.assets} other files`)
}
