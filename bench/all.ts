/** Every claim, one after the other, the long ones in their short form: `npm run bench`. Exit status 1 where one was missed. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { benchFolder } from './run/places.ts'

const claims = [
  ['rotations.ts'],
  ['gateway.ts', '--rounds', '1', '--out', 'results/local/gateway-short.json'],
  ['startup.ts'],
  ['keeper.ts'],
  ['million.ts', '--rotations', '20000', '--out', 'results/local/million-short.json'],
]

const missed = claims.filter(([script = '', ...args]) => {
  process.stdout.write(`\n== ${script} ${args.join(' ')}\n`)
  const { status } = spawnSync(process.execPath, [join(benchFolder, script), ...args], {
    cwd: benchFolder,
    stdio: 'inherit',
  })
  return status !== 0
})
process.stdout.write(
  `\n${claims.length} claims measured, ${missed.length} missed: ${missed.map(([script]) => script).join(', ') || 'none'}\n`,
)
process.exitCode = missed.length === 0 ? 0 : 1
