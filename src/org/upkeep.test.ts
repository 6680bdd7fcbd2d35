import { deepEqual, equal } from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { openTestParts } from '../../test/org-parts/parts.ts'
import { start } from '../../test/org-parts/store.ts'
import { days, hours } from '../values/time.ts'
import { prunerOf } from './upkeep.ts'
import { findSeenAt } from './store/seen.ts'

/** What the log was asked to forget, and whether the store had told its age by then. */
async function watched(t: TestContext) {
  const org = await openTestParts(t)
  const asked: { before: number; seenAt: number }[] = []
  const parts = {
    ...org.parts,
    revocationLog: {
      ...org.parts.revocationLog,
      async forget(before: number) {
        asked.push({ before, seenAt: await org.store.storage.read(() => findSeenAt()) })
      },
    },
  }
  return { ...org, asked, prune: prunerOf(parts) }
}

describe('upkeep of the log of revocations', () => {
  test('P-08: revocations are forgotten with the rows of the grants that they ended, after 400 days', async (t) => {
    const org = await watched(t)
    await org.prune()
    deepEqual(org.asked, [{ before: start - days(400), seenAt: start }])
  })

  test('the log is looked through once a day, and the store has told its age before', async (t) => {
    const org = await watched(t)
    for (let hour = 0; hour <= 48; hour += 1) {
      await org.prune()
      org.pass(hours(1))
    }
    equal(org.asked.length, 3)
    for (const { before, seenAt } of org.asked) equal(seenAt >= before + days(399), true)
  })
})
