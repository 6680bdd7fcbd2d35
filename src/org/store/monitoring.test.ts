import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { committed, openOrgStore, start, type OrgStore } from '../../../test/org-parts/store.ts'
import { findAddressUse, findJunk, type AddressUse, type JunkCount } from './monitoring.ts'

const use = (address: string, about: Partial<AddressUse> = {}): AddressUse => ({
  ...{ app: 'Billing', address, at: start, redemptions: 1, refusals: 0 },
  ...about,
})
const count = (minute: number, n: number, source = '192.0.2.1'): JunkCount => ({
  minute,
  source,
  kind: 'token',
  count: n,
})
const recordUse = async (store: OrgStore, uses: readonly AddressUse[], junk: readonly JunkCount[] = []) =>
  committed(await store.storage.write('recordUse', { uses, junk }))
const addresses = async (store: OrgStore, app?: string) =>
  (await store.storage.read(() => findAddressUse({ ...(app === undefined ? {} : { app }), limit: 100 }))).map(
    ({ address }) => address,
  )
describe('IP monitoring at rest', () => {
  test('counts of one address add up; the first sight stays, the last one moves on', async (t) => {
    const store = await openOrgStore(t)
    await recordUse(store, [use('192.0.2.1', { refusals: 2 })])
    await recordUse(store, [use('192.0.2.1', { at: start + 9, redemptions: 4 })])
    const rows = await store.storage.read(() => findAddressUse({ limit: 9 }))
    deepEqual(
      rows.map((row) => ({ ...row })),
      [
        {
          ...{ app: 'Billing', address: '192.0.2.1', firstSeen: start, lastSeen: start + 9 },
          ...{ redemptions: 5, refusals: 2 },
        },
      ],
    )
  })

  test('a batch that was kept back does not turn the last sight back', async (t) => {
    const store = await openOrgStore(t)
    await recordUse(store, [use('192.0.2.1', { at: start + 9 })])
    await recordUse(store, [use('192.0.2.1')])
    const [row] = await store.storage.read(() => findAddressUse({ limit: 9 }))
    equal(row?.lastSeen, start + 9)
  })

  test('the latest seen come first, of one app or of all', async (t) => {
    const store = await openOrgStore(t)
    await recordUse(store, [use('a'), use('b', { at: start + 2 }), use('c', { at: start + 1, app: 'Other' })])
    deepEqual(await addresses(store), ['b', 'c', 'a'])
    deepEqual(await addresses(store, 'Billing'), ['b', 'a'])
  })

  test('P-11: junk is one row a minute, source and kind, however much it was', async (t) => {
    const store = await openOrgStore(t)
    await recordUse(store, [], [count(7, 1000), count(8, 1)])
    await recordUse(store, [], [count(7, 500), count(7, 2, '192.0.2.9')])
    const rows = await store.storage.read(() => findJunk({ since: 7 * 60_000, limit: 9 }))
    deepEqual(
      rows.map(({ minute, source, count: n }) => [minute, source, n]),
      [
        [8, '192.0.2.1', 1],
        [7, '192.0.2.1', 1500],
        [7, '192.0.2.9', 2],
      ],
    )
    equal((await store.storage.read(() => findJunk({ since: 8 * 60_000, limit: 9 }))).length, 1)
  })

  test('upkeep drops old junk and the longest unseen addresses beyond the bound, in steps', async (t) => {
    const store = await openOrgStore(t)
    await recordUse(
      store,
      Array.from({ length: 6 }, (_, n) => use(`192.0.2.${n}`, { at: start + n })),
      [count(1, 1), count(2, 1), count(3, 1)],
    )
    const prune = (most: number) => store.storage.write('prune', { before: 3 * 60_000, keepAddresses: 3, most })
    equal(committed(await prune(2)), 4)
    deepEqual(
      (await store.storage.read(() => findJunk({ since: 0, limit: 9 }))).map(({ minute }) => minute),
      [3],
    )
    deepEqual(await addresses(store), ['192.0.2.5', '192.0.2.4', '192.0.2.3', '192.0.2.0'])
    equal(committed(await prune(100)), 1)
    equal(committed(await prune(100)), 0)
    deepEqual(await addresses(store), ['192.0.2.5', '192.0.2.4', '192.0.2.3'])
  })
})
