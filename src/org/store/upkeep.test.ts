import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  committed,
  establish,
  issue,
  newGrant,
  openOrgStore,
  record,
  start,
  type OrgStore,
} from '../../../test/org-parts/store.ts'
import { findLastRecordId, findWhetherGrantsExist, type UpkeepPlan } from './upkeep.ts'

const id = (n: number): string => n.toString(16).padStart(32, '0')
const plan = (about: Partial<UpkeepPlan> = {}): UpkeepPlan => ({
  ...{
    now: start,
    history: { before: 0, keepRows: 1000 },
    codesBefore: 0,
    endedBefore: 0,
    sessionGrantsBefore: 0,
    most: 100,
  },
  ...about,
})
const upkeep = async (store: OrgStore, about: Partial<UpkeepPlan>) =>
  committed(await store.storage.write('upkeep', plan(about)))
const ids = async (store: OrgStore) => (await store.rows('SELECT id FROM grants ORDER BY id')).map((row) => row['id'])

describe('upkeep', () => {
  test('a live grant with a refresh token is never removed, however long it was idle', async (t) => {
    const store = await openOrgStore(t)
    await establish(store)
    const far = start * 2
    await upkeep(store, { now: far, endedBefore: far, sessionGrantsBefore: far, codesBefore: far })
    equal((await ids(store)).length, 1)
  })

  test('grants go that ended long ago, and with them the count of their refusals', async (t) => {
    const store = await openOrgStore(t)
    for (const n of [1, 2, 3]) await establish(store, newGrant({ id: id(n) }))
    for (const n of [1, 2, 3])
      committed(await store.storage.write('refuse', { history: record(1_000_000 + n * 8, { grantId: id(n) }) }))
    await store.sql(`UPDATE grants SET ended = 'revoked', ended_at = ? WHERE id = ?`, start, id(1))
    await store.sql(`UPDATE grants SET ended = 'revoked', ended_at = ? WHERE id = ?`, start + 5, id(2))
    equal(await upkeep(store, { endedBefore: start + 5 }), 1)
    deepEqual(await ids(store), [id(2), id(3)])
    deepEqual(
      (await store.rows('SELECT grant_id FROM grant_refusals ORDER BY grant_id')).map((row) => row['grant_id']),
      [id(2), id(3)],
    )
  })

  test('a grant without a refresh token goes with its access token', async (t) => {
    const store = await openOrgStore(t)
    await establish(store, newGrant({ id: id(1), tokenHash: null }))
    await establish(store, newGrant({ id: id(2) }))
    equal(await upkeep(store, { sessionGrantsBefore: start + 1 }), 1)
    deepEqual(await ids(store), [id(2)])
  })

  test('SF-85: a code is kept until it is old, used or not', async (t) => {
    const store = await openOrgStore(t)
    await issue(store, 'the code')
    equal(await upkeep(store, { codesBefore: start }), 0)
    equal(await upkeep(store, { codesBefore: start + 1 }), 1)
  })

  test('no more goes in one step than was said', async (t) => {
    const store = await openOrgStore(t)
    for (const n of [1, 2, 3]) await issue(store, `code ${n}`)
    equal(await upkeep(store, { codesBefore: start + 1, most: 2 }), 2)
    equal(await upkeep(store, { codesBefore: start + 1, most: 2 }), 1)
    equal(await upkeep(store, { codesBefore: start + 1, most: 2 }), 0)
  })

  test('P-12: a mode change erases what was kept for parents, and nothing else', async (t) => {
    const store = await openOrgStore(t)
    await establish(store, newGrant({ id: id(1) }))
    await establish(store, newGrant({ id: id(2) }))
    const before = await store.rows('SELECT * FROM grants ORDER BY id')
    await store.sql(
      'UPDATE grants SET sealed_successor = ?, parent_open_since = 7 WHERE id = ?',
      Uint8Array.of(1),
      id(1),
    )
    committed(await store.storage.write('enterRotationMode', { mode: 'until-used' }))
    deepEqual(await store.rows('SELECT * FROM grants ORDER BY id'), before)
  })

  test('ids of records go on from the highest of any kind', async (t) => {
    const store = await openOrgStore(t)
    equal(await store.storage.read(() => findLastRecordId()), 0)
    committed(await store.storage.write('recordHistory', record(100)))
    const alert = { at: start, kind: 'replay', app: null, grantId: null, address: null, detail: 'x' } as const
    committed(await store.storage.write('alert', { ...alert, id: 107 }))
    equal(await store.storage.read(() => findLastRecordId()), 107)
  })

  test('P-09: whether grants exist, ended ones too, decides whether a fresh keyring may be made', async (t) => {
    const store = await openOrgStore(t)
    equal(await store.storage.read(() => findWhetherGrantsExist()), false)
    await establish(store)
    await store.sql(`UPDATE grants SET ended = 'revoked'`)
    equal(await store.storage.read(() => findWhetherGrantsExist()), true)
  })
})
