import { equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { committed, openOrgStore, start, type OrgStore } from '../../../test/org-parts/store.ts'
import { days, hours } from '../../values/time.ts'
import { findSeenAt } from './seen.ts'

const seen = (store: OrgStore) => store.storage.read(() => findSeenAt())
const upkeep = async (store: OrgStore, now: number) =>
  committed(
    await store.storage.write('upkeep', {
      ...{
        now,
        history: { before: 0, keepRows: 1000 },
        codesBefore: 0,
        endedBefore: 0,
        sessionGrantsBefore: 0,
        most: 9,
      },
    }),
  )

describe('the age of the store', () => {
  test('is not known of one that was never kept up', async (t) => {
    equal(await seen(await openOrgStore(t)), 0)
  })

  test('is told by upkeep, once a day', async (t) => {
    const store = await openOrgStore(t)
    await upkeep(store, start)
    equal(await seen(store), start)
    await upkeep(store, start + hours(23))
    equal(await seen(store), start)
    await upkeep(store, start + days(1))
    equal(await seen(store), start + days(1))
  })

  test('never becomes less by a clock that goes back', async (t) => {
    const store = await openOrgStore(t)
    await upkeep(store, start + days(9))
    await upkeep(store, start)
    equal(await seen(store), start + days(9))
  })
})
