import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  committed,
  establish,
  issue,
  newGrant,
  nextId,
  openOrgStore,
  record,
  sampleGrantId,
  start,
  type OrgStore,
} from '../../../test/org-parts/store.ts'
import { findCode, type ExchangePlan } from './exchange.ts'

const id = (n: number): string => n.toString(16).padStart(32, '0')
const plan = (about: Partial<ExchangePlan> = {}): ExchangePlan => ({
  ...{ codeHash: 'the code', settingsVersion: 1, grant: newGrant(), approvalsKept: 5 },
  ...{ droppedBecause: 'approval-dropped', won: record(nextId()) },
  lost: record(nextId(), { status: 'Failed', decision: 'code_reuse' }),
  ...about,
})
const exchange = async (store: OrgStore, about: Partial<ExchangePlan> = {}) =>
  committed(await store.storage.write('exchange', plan(about)))
const dump = async (store: OrgStore) => [
  await store.rows('SELECT * FROM codes'),
  await store.rows('SELECT * FROM grants'),
  await store.rows('SELECT * FROM login_history ORDER BY id'),
]
const live = async (store: OrgStore) =>
  (await store.rows('SELECT id FROM grants WHERE ended IS NULL ORDER BY id')).map((row) => row['id'])

describe('exchanging a code', () => {
  test('makes the grant of generation 0 and marks the code', async (t) => {
    const store = await openOrgStore(t)
    await issue(store, 'the code')
    deepEqual(await exchange(store), { kind: 'won', dropped: [] })
    const row = await store.row('SELECT * FROM grants')
    deepEqual(
      [row?.['generation'], row?.['sequence'], row?.['token_hash'], row?.['uses'], row?.['authorized_at']],
      [0, 1, 'hash of generation 0', 0, start],
    )
    const code = await store.storage.read(() => findCode('the code'))
    deepEqual([code?.usedAt, code?.grantId, code?.username], [start, sampleGrantId, 'ada@example.com'])
  })

  test('SF-85: of ten at once one wins; the others are overtaken and end nothing', async (t) => {
    const store = await openOrgStore(t)
    await issue(store, 'the code')
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, n) => exchange(store, { grant: newGrant({ id: id(n) }) })),
    )
    equal(outcomes.filter(({ kind }) => kind === 'won').length, 1)
    equal(outcomes.filter(({ kind }) => kind === 'overtaken').length, 9)
    equal((await live(store)).length, 1)
    const lost = await store.rows(`SELECT id FROM login_history WHERE decision = 'code_reuse'`)
    equal(lost.length, 9)
  })

  test('P-01: changed settings leave no trace, and the code unused', async (t) => {
    const store = await openOrgStore(t)
    await issue(store, 'the code')
    await store.sql('UPDATE apps SET version = 2')
    const before = await dump(store)
    deepEqual(await exchange(store), { kind: 'settings-changed' })
    deepEqual(await dump(store), before)
  })

  test('a code that is gone is overtaken', async (t) => {
    const store = await openOrgStore(t)
    deepEqual(await exchange(store), { kind: 'overtaken' })
  })
})

describe('five approvals', () => {
  const five = async (store: OrgStore): Promise<void> => {
    for (let n = 1; n <= 5; n += 1) await establish(store, newGrant({ id: id(n), at: start + n }))
    await issue(store, 'the code')
  }

  test('L-26: the sixth ends the oldest alone, and says so in history and as an alert', async (t) => {
    const store = await openOrgStore(t)
    await five(store)
    const won = record(nextId(), { grantId: id(6) })
    const outcome = await exchange(store, { won, grant: newGrant({ id: id(6), at: start + 6 }) })
    deepEqual(outcome, { kind: 'won', dropped: [id(1)] })
    deepEqual(await live(store), [2, 3, 4, 5, 6].map(id))
    const dropped = await store.row('SELECT ended, ended_at FROM grants WHERE id = ?', id(1))
    deepEqual({ ...dropped }, { ended: 'approval-dropped', ended_at: start + 6 })
    const told = await store.row(`SELECT grant_id, id FROM login_history WHERE decision = 'approval_dropped'`)
    deepEqual({ ...told }, { grant_id: id(1), id: won.id + 1 })
    const alert = await store.row('SELECT kind, grant_id, id FROM alerts')
    deepEqual({ ...alert }, { kind: 'approval-dropped', grant_id: id(1), id: won.id + 1 })
  })

  test('SF-210: the oldest is the oldest by authorization, whenever it was last used', async (t) => {
    const store = await openOrgStore(t)
    await five(store)
    await store.sql('UPDATE grants SET last_used_at = ? WHERE id = ?', start + 999, id(1))
    const outcome = await exchange(store, { grant: newGrant({ id: id(6), at: start + 6 }) })
    deepEqual(outcome, { kind: 'won', dropped: [id(1)] })
  })

  test('SF-209: of approvals of one millisecond the oldest is the one that came first, whatever their ids are', async (t) => {
    const store = await openOrgStore(t)
    for (const n of [3, 1, 5, 2, 4]) await establish(store, newGrant({ id: id(n) }))
    await issue(store, 'the code')
    const outcome = await exchange(store, { won: record(nextId()), grant: newGrant({ id: id(6) }) })
    deepEqual(outcome, { kind: 'won', dropped: [id(3)] })
  })

  test('SF-209: the one that came first is the oldest, also where the clock has gone back since', async (t) => {
    const store = await openOrgStore(t)
    for (const n of [1, 2, 3, 4]) await establish(store, newGrant({ id: id(n), at: start + 5000 + n }))
    await establish(store, newGrant({ id: id(5), at: start }))
    await issue(store, 'the code')
    const outcome = await exchange(store, { won: record(nextId()), grant: newGrant({ id: id(6), at: start + 1000 }) })
    deepEqual(outcome, { kind: 'won', dropped: [id(1)] })
  })

  test('ended grants, other apps, other users and grants without a refresh token do not count', async (t) => {
    const store = await openOrgStore(t)
    await five(store)
    await store.sql(`UPDATE grants SET ended = 'revoked' WHERE id = ?`, id(1))
    await store.sql(`UPDATE grants SET app = 'Other' WHERE id = ?`, id(2))
    await store.sql(`UPDATE grants SET user_id = 'someone else' WHERE id = ?`, id(3))
    await store.sql('UPDATE grants SET token_hash = NULL WHERE id = ?', id(4))
    const outcome = await exchange(store, { approvalsKept: 2, grant: newGrant({ id: id(6), at: start + 6 }) })
    deepEqual(outcome, { kind: 'won', dropped: [] })
    deepEqual(await live(store), [2, 3, 4, 5, 6].map(id))
  })

  test('a grant without a refresh token is no approval and drops none', async (t) => {
    const store = await openOrgStore(t)
    await five(store)
    const outcome = await exchange(store, { grant: newGrant({ id: id(6), tokenHash: null }) })
    deepEqual(outcome, { kind: 'won', dropped: [] })
  })

  test('SF-192: where a new authorization ends the earlier ones, only the new one remains', async (t) => {
    const store = await openOrgStore(t)
    await five(store)
    const alone = {
      approvalsKept: 1,
      droppedBecause: 'reauthorized',
      grant: newGrant({ id: id(6), at: start + 6 }),
    } as const
    const outcome = await exchange(store, alone)
    deepEqual(outcome.kind === 'won' && outcome.dropped.toSorted(), [1, 2, 3, 4, 5].map(id))
    deepEqual(await live(store), [id(6)])
    deepEqual((await store.rows('SELECT DISTINCT ended FROM grants WHERE ended IS NOT NULL')).length, 1)
  })

  test('many that end at once leave no more records than there are ids for, and all end', async (t) => {
    const store = await openOrgStore(t)
    for (let n = 1; n <= 12; n += 1) await establish(store, newGrant({ id: id(n), at: start + n }))
    await issue(store, 'the code')
    const won = record(nextId())
    const outcome = await exchange(store, { won, approvalsKept: 1, grant: newGrant({ id: id(13), at: start + 13 }) })
    equal(outcome.kind === 'won' && outcome.dropped.length, 12)
    const told = await store.row(
      `SELECT count(*) AS n, max(id) AS last FROM login_history WHERE decision = 'approval_dropped'`,
    )
    deepEqual({ ...told }, { n: 7, last: won.id + 7 })
    deepEqual(await live(store), [id(13)])
  })
})

describe('a code that comes back', () => {
  const again = () => record(nextId(), { decision: 'code_reuse' })

  test('SF-85: ends what it had issued, and nothing else of the user', async (t) => {
    const store = await openOrgStore(t)
    await establish(store)
    await establish(store, newGrant({ id: id(1) }))
    committed(await store.storage.write('revokeCodeIssue', { grant: sampleGrantId, at: start + 1, history: again() }))
    deepEqual(await live(store), [id(1)])
    equal((await store.row('SELECT ended FROM grants WHERE id = ?', sampleGrantId))?.['ended'], 'code-reused')
  })

  test('where nothing is to be revoked it leaves a record', async (t) => {
    const store = await openOrgStore(t)
    await establish(store)
    committed(await store.storage.write('revokeCodeIssue', { grant: null, at: start + 1, history: again() }))
    deepEqual(await live(store), [sampleGrantId])
    equal((await store.rows(`SELECT id FROM login_history WHERE decision = 'code_reuse'`)).length, 1)
  })
})
