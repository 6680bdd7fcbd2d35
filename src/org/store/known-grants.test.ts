import { equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { committed, establish, openOrgStore, sampleGrantId, type OrgStore } from '../../../test/org-parts/store.ts'
import type { Storage } from '../../storage/storage.ts'
import { findGrant, type GrantRow } from './grants.ts'
import { openKnownGrants } from './known-grants.ts'
import type { OrgWrites } from './writes.ts'

const rowOf = async ({ storage }: OrgStore): Promise<GrantRow> => {
  const row = await storage.read(() => findGrant(sampleGrantId))
  if (row === undefined) throw new Error('no grant')
  return row
}

describe('the memory of grants', () => {
  test('gives back the row that was kept', async (t) => {
    const store = await openOrgStore(t)
    await establish(store)
    const row = await rowOf(store)
    equal(store.grants.get(row.id), undefined)
    store.grants.keep(row)
    equal(store.grants.get(row.id), row)
    store.grants.forget(row.id)
    equal(store.grants.get(row.id), undefined)
  })

  test('never goes back to an older row', async (t) => {
    const store = await openOrgStore(t)
    await establish(store)
    const row = await rowOf(store)
    const newer = { ...row, sequence: row.sequence + 1 }
    store.grants.keep(newer)
    store.grants.keep(row)
    equal(store.grants.get(row.id), newer)
  })

  test('is empty after any write that could change a grant, and whole after one that only records', async (t) => {
    const store = await openOrgStore(t)
    await establish(store)
    const row = await rowOf(store)
    store.grants.keep(row)
    committed(await store.storage.write('recordUse', { uses: [], junk: [] }))
    equal(store.grants.get(row.id), row)
    const all = { grant: row.id, userId: null, app: null }
    committed(await store.storage.write('revokeGrants', { ...all, at: row.lastUsedAt, reason: 'revoked' }))
    equal(store.grants.get(row.id), undefined)
  })

  test('remembers nothing where other machines write to the same store', async (t) => {
    const store = await openOrgStore(t)
    await establish(store)
    const shared = { ...store.storage, engine: 'postgres' } as Storage<OrgWrites>
    const { grants, storage } = openKnownGrants(shared)
    grants.keep(await rowOf(store))
    equal(grants.get(sampleGrantId), undefined)
    equal(storage, shared)
  })

  test('keeps 10,000 rows at most, and those that were used last', async (t) => {
    const store = await openOrgStore(t)
    await establish(store)
    const row = await rowOf(store)
    for (let i = 0; i <= 10_000; i += 1) {
      store.grants.keep({ ...row, id: String(i) })
      store.grants.keep({ ...row, id: '0' })
    }
    equal(store.grants.get('0')?.id, '0')
    equal(store.grants.get('1'), undefined)
    equal(store.grants.get('10000')?.id, '10000')
  })
})
