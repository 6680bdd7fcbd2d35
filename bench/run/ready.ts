/** Installs what the bench compares with, once, before anything imports it. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { benchFolder } from './places.ts'

/** Runs `npm ci` in the bench's own folder unless that was done; throws with the command to run by hand where it fails. */
export function installIfMissing(): void {
  const compared = ['oidc-provider', 'proxy-chain']
  if (compared.every((name) => existsSync(join(benchFolder, 'node_modules', name, 'package.json')))) return
  process.stderr.write('bench: installing what is compared with (npm ci --prefix bench)\n')
  const { status } = spawnSync('npm', ['ci', '--prefix', benchFolder], { stdio: ['ignore', 2, 2] })
  if (status !== 0)
    throw new Error('npm ci --prefix bench failed. Try: npm ci --prefix bench, with access to the npm registry')
}
