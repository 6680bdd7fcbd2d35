/** What `cutover` says before there is anything to be moved; a whole one runs in test/cutover. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { emptyFolder, sallyport } from './command.ts'

const file = (from: string, to: string): string =>
  [
    'app: Nightly_Sync',
    'allowlist: { org: http://127.0.0.1:1 }',
    'traffic: { gateway: http://127.0.0.1:1 }',
    'keeper: http://127.0.0.1:1',
    'connections: [canary]',
    `from: [${from}]`,
    `to: [${to}]`,
    'tokens: { org: o, gateway: g, keeper: k }',
    '',
  ].join('\n')

test('a file that is wrong is refused with line, column and what to write instead', async (t) => {
  const cwd = await emptyFolder(t)
  await writeFile(join(cwd, 'half.yaml'), file('192.0.2.1, 192.0.2.2', '198.51.100.1'))
  const half = await sallyport(['cutover', 'plan', 'half.yaml'], { cwd })
  equal(half.code, 1)
  match(half.stderr, /^half\.yaml:7:\d+: to: names one address$/m)
  match(half.stderr, /^Try: Name both of the pair/m)
  await writeFile(
    join(cwd, 'typo.yaml'),
    file('192.0.2.1', '198.51.100.1, 198.51.100.300').replace('keeper:', 'keper:'),
  )
  const typo = await sallyport(['cutover', 'plan', 'typo.yaml'], { cwd })
  match(typo.stderr, /^typo\.yaml:4:\d+: keper: .*/m)
  match(typo.stderr, /^typo\.yaml:7:\d+: to\[1\]: "198\.51\.100\.300"/m)
})

test('what does not answer is named, and nothing was begun', async (t) => {
  const cwd = await emptyFolder(t)
  await writeFile(join(cwd, 'cutover.yaml'), file('192.0.2.1, 192.0.2.2', '198.51.100.1, 198.51.100.2'))
  const run = await sallyport(['cutover', 'run', 'cutover.yaml', '--yes'], { cwd })
  equal(run.code, 1)
  match(run.stderr, /^http:\/\/127\.0\.0\.1:1 does not answer \(bad port\)\. Nothing was changed\.$/m)
  const status = await sallyport(['cutover', 'status'], { cwd })
  equal(status.code, 1)
  match(status.stderr, /^No cutover was ever begun here\.$/m)
  const list = await sallyport(['cutover', 'list'], { cwd }) // no fault, as [] with --json is none
  deepEqual([list.code, list.stderr], [0, status.stderr])
})
