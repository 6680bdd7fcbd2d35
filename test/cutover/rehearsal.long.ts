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

test('addresses that this machine has not got are played by others, and said as themselves', async (t) => {
  const { rehearse, stage } = await openReal(t, ['198.51.100.1', '198.51.100.2'])
  const { code, stdout, stderr } = await rehearse()
  equal(code, 0, stdout + stderr)
  match(stdout, /127\.90\.0\.\d+ is 198\.51\.100\.1/)
  match(stdout, /A real redemption was admitted: canary redeemed from 198\.51\.100\.2\.$/m)
  match(stdout, /done: All redemptions leave from 198\.51\.100\.1 and 198\.51\.100\.2\.$/m)
  ok(stage.org.folder !== undefined && !existsSync(join(stage.org.folder, 'cutover.db')), 'the real journal was opened')
})
