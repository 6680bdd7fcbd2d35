/* oxlint-disable typescript/no-unsafe-assignment, typescript/no-unsafe-member-access, typescript/no-unsafe-call, typescript/no-unsafe-return, typescript/no-unsafe-argument -- no types in plain JavaScript */
// After `npm ci`: one start of the demonstration in a folder of its own. What is stripped of its types and compiled in it is kept, so that the first
// start that a person sees is as quick, and takes as little memory, as every later one. JavaScript, since an older Node may have to read it; and
// whatever becomes of it, the installation stands: the first start is slower then, nothing else.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const longest = 30_000 // ms

const pathOf = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url))

async function warmUp(/** @type {string} */ folder) {
  const child = spawn(
    process.execPath,
    ['--import', new URL('compile-cache.mjs', import.meta.url).href, pathOf('../src/cli/main.ts'), 'up'],
    {
      cwd: folder, // so that no configuration of the checkout is read
      env: { ...process.env, SALLYPORT_STORAGE: `sqlite:${folder}`, SALLYPORT_ORG_LISTEN: '127.0.0.1:0' },
      stdio: 'ignore',
    },
  )
  const ended = new Promise((resolve) => {
    child.once('error', resolve).once('exit', resolve)
  })
  const signal = AbortSignal.timeout(longest)
  const shown = join(folder, 'demonstration', 'refresh-token')
  while (!existsSync(shown) && child.exitCode === null && !signal.aborted) await sleep(50)
  child.kill('SIGTERM')
  const killed = setTimeout(() => child.kill('SIGKILL'), longest)
  await ended
  clearTimeout(killed)
  return child.exitCode === 0 && existsSync(shown)
}

const folder = mkdtempSync(join(tmpdir(), 'sallyport-warm-up-'))
const warm = await warmUp(folder).catch(() => false)
rmSync(folder, { recursive: true, force: true })
if (!warm) process.stderr.write('The first start of Sallyport will take a moment longer: it could not be rehearsed.\n')
