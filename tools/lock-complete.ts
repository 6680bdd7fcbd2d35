/** `npm run lock:complete`, after an install from a mirror that lacks some platforms: adds the entries that `npm ci` wants to see. They have no
 *  hash, since the packages could not be had; npm adds it when somebody installs on that platform. */
import { writeFileSync } from 'node:fs'
import { lockPath, missingFrom, readLock, type Lock, type Locked, type Missing } from './lock.ts'

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32']
const processors = ['arm64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64']

let lock = readLock()
const missing = missingFrom(lock)
for (const each of missing) lock = withEntry(lock, each)
writeFileSync(lockPath, `${JSON.stringify(lock, undefined, 2)}\n`)
console.log(`package-lock.json: ${missing.length} entries added, ${missingFrom(lock).length} still missing`)

function withEntry(before: Lock, { by, name, version }: Missing): Lock {
  const top = `node_modules/${name}`
  const path = before.packages[top] === undefined ? top : `${by}/node_modules/${name}`
  const packages = Object.entries({ ...before.packages, [path]: entry(before, { by, name, version }) })
  const [self, ...others] = packages
  if (self === undefined) throw new Error('package-lock.json has no packages')
  return { ...before, packages: Object.fromEntries([self, ...others.toSorted(([a], [b]) => a.localeCompare(b, 'en'))]) }
}

/** Platform packages are named after their platform: `…-linux-arm64-musl`. A name that says nothing is left to a person. */
function entry({ packages }: Lock, { by, name, version }: Missing): Locked {
  const words = name.split(/[/-]/)
  const os = systems.find((system) => words.includes(system))
  const cpu = processors.find((processor) => words.includes(processor))
  if (os === undefined || cpu === undefined) throw new Error(`${name} names no platform: complete its entry by hand`)
  const libc = words.includes('musl') ? ['musl'] : words.includes('gnu') ? ['glibc'] : undefined
  const parent = packages[by]
  return {
    version,
    cpu: [cpu],
    ...(parent?.dev ? { dev: true } : {}),
    ...(libc ? { libc } : {}),
    ...(parent?.license ? { license: parent.license } : {}),
    optional: true,
    os: [os],
  }
}
