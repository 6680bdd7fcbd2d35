/** Every fault, for real. With `--update` it writes docs/reference/cutover-faults.md: `npm run cutover:faults`. */
import { deepEqual, ok } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { statusOf, unproven } from './evidence.ts'
import { pageOf } from './fault-report.ts'
import { faults } from './faults.ts'
import { leaksOf } from './leaks.ts'
import { openPlace, otherPair } from './place.ts'
import { strike, type Outcome } from './strike.ts'

test('L-93, P-60: whatever goes wrong in the middle of a cutover, it ends as the model says, and no redemption fails', async (t) => {
  const place = await openPlace(t, { chains: 12, canaries: 120, probes: '1s' })
  place.load.pace(30)
  const outcomes: Outcome[] = []
  for (const fault of faults)
    await t.test(`${fault.what} (${fault.where}): ${fault.ends}`, async (each) => {
      const outcome = await strike(each, place, fault)
      outcomes.push(outcome)
      const { end, again, redemptions, failed, runner } = outcome
      console.log([fault.what, fault.where, end, again ?? '', redemptions, failed.length, failed[0] ?? ''].join(' | '))
      deepEqual(failed, [])
      ok(redemptions > 10, `${redemptions} redemptions`)
      deepEqual(leaksOf(place, runner).found, [])
      const status = await statusOf(runner)
      if (end === 'done' || again === 'done') deepEqual(unproven(status, otherPair), [])
      ok(status.proofs.length > 0, `${status.proofs.length} proofs`)
    })
  const page = pageOf(outcomes)
  console.log(page)
  if (process.argv.includes('--update')) write(page)
})

function write(page: string): void {
  const { pathname } = new URL('../../../docs/reference/cutover-faults.md', import.meta.url)
  writeFileSync(pathname, page)
  execFileSync('prettier', ['--write', pathname])
}
