import { deepEqual, equal, rejects } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openTestParts, type TestParts } from '../../test/org-parts/parts.ts'
import { establish, sampleGrantId, start } from '../../test/org-parts/store.ts'
import { days } from '../values/time.ts'
import { reapplyRevocations } from './reapply-revocations.ts'
import { findSeenAt } from './store/seen.ts'

const revocation = { grant: sampleGrantId, at: start, reason: 'revoked' }
const ended = async ({ store }: TestParts) => (await store.row('SELECT ended FROM grants'))?.['ended']
const alerts = async ({ store }: TestParts) => (await store.rows('SELECT kind FROM alerts')).length

/** The same org with a log of its revocations that is whole only since that instant. */
const wholeSince = ({ parts, revocations }: TestParts, since: number): TestParts['parts'] => ({
  ...parts,
  revocationLog: { ...parts.revocationLog, readAll: () => Promise.resolve({ revocations, since }) },
})
const seen = ({ store }: TestParts, at: number) =>
  store.sql(`INSERT INTO facts (name, value) VALUES ('seen_at', ?)`, String(at))

describe('a log of revocations that has forgotten some', () => {
  test('P-08: what it still knows is applied to a store that it reaches back to', async (t) => {
    const org = await openTestParts(t)
    await establish(org.store)
    await seen(org, start)
    org.revocations.push(revocation)
    await reapplyRevocations(wholeSince(org, start))
    deepEqual([await ended(org), await alerts(org)], ['revoked', 1])
  })

  test('P-08: a store that is older than it reaches back does not start, since revoked grants would be alive in it', async (t) => {
    const org = await openTestParts(t)
    await establish(org.store)
    await seen(org, start)
    const old = wholeSince(org, start + days(1))
    await rejects(
      reapplyRevocations(old),
      /was last in use about 2026-01-10.*since 2026-01-11.*Restore a backup of after/,
    )
    await rejects(reapplyRevocations(old), /Restore/, 'nor does it at the next try')
    deepEqual([await ended(org), await alerts(org)], [null, 0])
  })

  test('P-08: nor does one that does not tell its age', async (t) => {
    const org = await openTestParts(t)
    await establish(org.store)
    await rejects(reapplyRevocations(wholeSince(org, start)), /Restore a backup of after/)
  })

  test('a store without grants starts beside any log, and tells its age from then on', async (t) => {
    const org = await openTestParts(t)
    await reapplyRevocations(wholeSince(org, start))
    equal(await org.store.storage.read(() => findSeenAt()), start)
    await establish(org.store)
    await reapplyRevocations(wholeSince(org, start))
    equal(await ended(org), null)
  })

  test('a log that has forgotten nothing asks no store for its age', async (t) => {
    const org = await openTestParts(t)
    await establish(org.store)
    await reapplyRevocations(org.parts)
    equal(await ended(org), null)
  })
})
