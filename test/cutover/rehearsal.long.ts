/** Every fault that can be rehearsed ends as the guide says, and nothing of the real place is changed. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { rehearsalFaults, type RehearsalFault } from '../../src/cli/cutover/rehearsal/fault-names.ts'
import { openReal } from './rehearsal-scene.ts'

const ends: Readonly<Record<RehearsalFault | 'none', readonly [end: string, exitCode: number]>> = {
  'none': ['done', 0],
  'save-not-taking': ['done', 0],
  'propagation-45s': ['done', 0],
  'address-not-registered': ['rolled-back', 4],
  'address-dead': ['rolled-back', 4],
  'org-503': ['halted', 5],
  'gateway-restarted': ['done', 0],
  'list-edited': ['halted', 5],
}

test('each fault ends as the guide says, with the exit code of the real run, and the allowlist refuses nobody', async (t) => {
  const { rehearse, look } = await openReal(t, ['127.0.0.21', '127.0.0.22'])
  const before = await look()
  for (const [fault, [end, exitCode]] of Object.entries(ends)) {
    const { code, stdout, stderr } = await rehearse('--json', ...(fault === 'none' ? [] : ['--fault', fault]))
    const told = JSON.parse(stdout || `{"stderr":${JSON.stringify(stderr)}}`) as Record<string, unknown>
    deepEqual([fault, told['end'], code, told['exitCode']], [fault, end, exitCode, exitCode], stdout + stderr)
    const { attempts, failures } = told['redemptions'] as { attempts: number; failures: Record<string, number> }
    ok(attempts > 10, `${fault}: ${attempts} redemptions`)
    equal(failures['IP_REFUSED'], undefined)
    t.diagnostic(`${fault}: ${end}, ${attempts} redemptions, ${JSON.stringify(failures)}`)
  }
  equal(await look(), before, 'a rehearsal changed something')
  equal(Object.keys(ends).length, Object.keys(rehearsalFaults).length + 1)
})

const told = 'ranges: [127.0.0.11, 127.0.0.12], enforce: true'
const secondOf = (allowlist: string): string =>
  `second: { app: Old_App, connections: [canary], allowlist: ${allowlist} }\n`

test('SF-291, SF-292: a legacy app whose list a support case changes is played as the second one, with the days that it takes', async (t) => {
  const second = secondOf(`{ supportCase: { orgId: 00D000000000001, ${told} } }`)
  const { rehearse, look } = await openReal(t, ['127.0.0.21', '127.0.0.22'], second)
  const before = await look()
  const { code, stdout, stderr } = await rehearse()
  equal(code, 0, stdout + stderr)
  match(stdout, /^Rehearsal: Nightly and Old_App from/m)
  const lines = stdout.split('\n').map((line) => line.replace(/^\S+ +/, ''))
  const at = (pattern: RegExp): number => lines.findIndex((line) => pattern.test(line))
  const inOrder = [
    at(/^Add 127\.0\.0\.21 and 127\.0\.0\.22 to the list of Nightly/),
    at(/^Add 127\.0\.0\.21 and 127\.0\.0\.22 to the list of Old_App/),
    at(/^Played: two days later Salesforce has saved the list of Old_App/),
    at(/^Let new traffic leave from 127\.0\.0\.21/),
    at(/^Played: a person has looked at Login History/),
    at(/^Take 127\.0\.0\.11 and 127\.0\.0\.12 out of the list of Nightly/),
    at(/^Take 127\.0\.0\.11 and 127\.0\.0\.12 out of the list of Old_App/),
    at(/^done: All redemptions leave from/),
  ]
  deepEqual(
    inOrder,
    inOrder.toSorted((a, b) => a - b),
    stdout,
  )
  ok(
    inOrder.every((each) => each >= 0),
    `${inOrder.join()}\n${stdout}`,
  )
  match(stdout, /0 failed; the allowlist refused 0\.$/m)
  match(stdout, /exit code 0, after about 4 days/)
  equal(await look(), before, 'a rehearsal changed something')
})

test('a second app whose list a person types goes back with the first one where an address is not registered', async (t) => {
  const second = secondOf(`{ manual: { ${told} } }`)
  const { rehearse } = await openReal(t, ['127.0.0.21', '127.0.0.22'], second)
  const { code, stdout, stderr } = await rehearse('--json', '--fault', 'address-not-registered')
  const said = JSON.parse(stdout || '{}') as Record<string, unknown>
  deepEqual([code, said['end'], said['app']], [4, 'rolled-back', 'Nightly and Old_App'], stdout + stderr)
})

test('addresses that this machine has not got are played by others, and said as themselves', async (t) => {
  const { rehearse, stage } = await openReal(t, ['198.51.100.1', '198.51.100.2'])
  const { code, stdout, stderr } = await rehearse()
  equal(code, 0, stdout + stderr)
  match(stdout, /127\.90\.0\.\d+ is 198\.51\.100\.1/)
  match(stdout, /A real redemption was admitted: canary redeemed from 198\.51\.100\.2\.$/m)
  match(stdout, /done: All redemptions leave from 198\.51\.100\.1 and 198\.51\.100\.2\.$/m)
  ok(stage.org.folder !== undefined && !existsSync(join(stage.org.folder, 'cutover.db')), 'the real journal was opened')
})
