/** The lock installs everywhere: it names versions and hashes, lacks no platform, and names no registry, mirror or path of the machine
 *  that wrote it. */
import { lockPath, missingFrom, readLock, type Lock, type Locked } from '../lock.ts'
import { sawNothing, type Gate } from './gate.ts'

/** An entry that names a source, a wanted package that is absent, and a package for every platform without a hash. */
const planted: Lock = {
  packages: {
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-', resolved: 'https://registry.example/a.tgz' },
    'node_modules/b': { version: '1.0.0', integrity: 'sha512-', optionalDependencies: { 'b-darwin-x64': '1.0.0' } },
    'node_modules/c': { version: '1.0.0' },
  },
}

export const lockfile: Gate = {
  name: 'lock',
  // oxlint-disable-next-line typescript/require-await -- a gate is asynchronous; this one happens to have nothing to wait for
  async judge() {
    const lock = readLock()
    const count = Object.keys(lock.packages).length - 1
    const caught = judge(planted).length
    const blind = caught === 3 ? [] : [`${caught} of 3 planted faults of a lock were caught`]
    return {
      saw: `lock ${count} packages`,
      wrong: [...sawNothing(count, `packages in ${lockPath}`), ...blind, ...judge(lock)],
    }
  },
}

const judge = (lock: Lock): string[] => [
  ...Object.entries(lock.packages).flatMap(([path, locked]) => judgeEntry(path, locked)),
  ...missingFrom(lock).map(
    ({ by, name }) => `package-lock.json lacks ${name}, which ${by} wants: npm run lock:complete`,
  ),
]

function judgeEntry(path: string, { resolved, integrity, optional, os }: Locked): string[] {
  const wrong: string[] = []
  if (resolved !== undefined)
    wrong.push(`package-lock.json names a source of ${path}: npm install writes none, see .npmrc`)
  const forSomePlatform = optional && os !== undefined
  if (path !== '' && integrity === undefined && !forSomePlatform)
    wrong.push(`package-lock.json has no hash for ${path}`)
  return wrong
}
