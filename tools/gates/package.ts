/** The package as npm would ship it: built, packed, and judged from the tarball, not from the working tree. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from '../build.ts'
import { command, root } from '../command.ts'
import { checkedInDeclarations, differences, isPublic, publicDeclarations } from '../public-api.ts'
import { sawNothing, type Gate } from './gate.ts'

export const packed: Gate = {
  name: 'package',
  async judge() {
    const absent = ['src/testing.ts', 'src/cli/main.ts'].filter((path) => !existsSync(root + path))
    if (absent.length > 0)
      return { saw: `package PENDING until ${absent.join(' and ')} exists`, wrong: [], tests: { passed: 0, failed: 0 } }
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-package-'))
    try {
      const built = await build()
      const tarball = await pack(folder)
      const wrong = [
        ...(await judgeTarball(tarball)),
        ...judgeApi(),
        ...(await judgeInstalled(folder, tarball)),
        ...(await blind(folder)),
      ]
      const files = isPublic() ? publicDeclarations().size : 0
      return {
        saw: `package ${built.modules} modules, API ${files} declarations`,
        wrong: [...sawNothing(files, 'declarations'), ...wrong],
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

/** The build has been done, so no scripts. Returns the tarball's path. */
async function pack(into: string, from: string = root): Promise<string> {
  const said = await command('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', into], { cwd: from })
  if (said.code !== 0) throw new Error(`npm pack failed: ${said.err}`)
  return join(into, said.out.trim().split('\n').at(-1) ?? '')
}

async function judgeTarball(tarball: string): Promise<string[]> {
  const [publint, types] = await Promise.all([
    command('publint', ['run', tarball, '--strict']),
    command('attw', [
      tarball,
      '--profile',
      'esm-only',
      '--no-emoji',
      '--no-color',
      '--exclude-entrypoints',
      './package.json',
    ]),
  ])
  return [
    ...(publint.code === 0 ? [] : [`publint refuses the tarball:\n${publint.out}${publint.err}`]),
    ...(types.code === 0 ? [] : [`attw refuses the tarball's types:\n${types.out}${types.err}`]),
  ]
}

/** Compared with the checked-in declarations; a planted change must show. */
function judgeApi(): string[] {
  const fresh = publicDeclarations()
  const planted = new Map([...fresh, ['planted.d.ts', 'export {};']])
  const caught = differences(planted, fresh).length === 1
  return [
    ...(caught ? [] : ['a planted change of the public API was not caught']),
    ...differences(fresh, checkedInDeclarations()),
  ]
}

/** The packed files alone must start: nothing outside the tarball, only the dependencies. */
async function judgeInstalled(folder: string, tarball: string): Promise<string[]> {
  const unpacked = await command('tar', ['-xzf', tarball, '-C', folder])
  if (unpacked.code !== 0) return [`the tarball cannot be unpacked: ${unpacked.err}`]
  const linked = await command('ln', ['-s', `${root}node_modules`, join(folder, 'node_modules')])
  if (linked.code !== 0) return [`the dependencies cannot be linked: ${linked.err}`]
  const help = await command('node', [join(folder, 'package/dist/cli/main.js'), '--help'])
  const library = await command('node', [
    '-e',
    `import(${JSON.stringify(join(folder, 'package/dist/testing.js'))}).then((m) => process.exit(m.startOrg ? 0 : 1))`,
  ])
  return [
    ...(help.code === 0 ? [] : [`the packed command does not start:\n${help.out}${help.err}`]),
    ...(library.code === 0
      ? []
      : [`the packed library does not load, or has no startOrg:\n${library.out}${library.err}`]),
  ]
}

/** A package whose types claim CommonJS beside an ES module (attw), and which exports a file that is not there (publint). */
async function blind(folder: string): Promise<string[]> {
  const planted = mkdtempSync(join(folder, 'planted-'))
  const manifest = { ...readManifest(), name: 'planted', files: ['a.*'], bin: undefined, scripts: {} }
  const exports = { './testing': { types: './a.d.cts', default: './a.js' }, './gone': './gone.js' }
  writeFileSync(join(planted, 'package.json'), JSON.stringify({ ...manifest, exports }))
  writeFileSync(join(planted, 'a.js'), 'export const a = 1\n')
  writeFileSync(join(planted, 'a.d.cts'), 'export declare const a: number\n')
  const wrong = await judgeTarball(await pack(planted, planted))
  return wrong.length === 2 ? [] : [`a planted package with the wrong types was refused by ${wrong.length} of 2 tools`]
}

function readManifest(): object {
  const manifest: unknown = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  return typeof manifest === 'object' && manifest !== null ? manifest : {}
}
