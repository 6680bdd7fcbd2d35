import { deepEqual, equal } from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { committed, openOrgStore, record, start, type OrgStore } from '../../../test/org-parts/store.ts'
import { findHistory, type HistoryEntry, type HistoryQuery, type Pruning } from './history.ts'
import { idAt } from './record-ids.ts'

/** One record a second, the n-th `about` from start on. */
async function storeWith(t: TestContext, ...about: readonly Partial<HistoryEntry>[]): Promise<OrgStore> {
  const store = await openOrgStore(t)
  for (const [n, each] of about.entries()) {
    const at = start + n * 1000
    committed(await store.storage.write('recordHistory', record(idAt(at), { at, ...each })))
  }
  return store
}
const nth = (n: number): number => idAt(start + n * 1000)
const found = async (store: OrgStore, query: Omit<HistoryQuery, 'limit'> & { limit?: number }) =>
  (await store.storage.read(() => findHistory({ limit: 100, ...query }))).map(
    ({ id }) => (id - idAt(start)) / idAt(1000),
  )

describe('login history', () => {
  test('an entry comes back as it was written, with the user’s name', async (t) => {
    const store = await openOrgStore(t)
    const entry = record(idAt(start), { forwardedFor: '203.0.113.9', userAgent: 'curl/8', trace: '[{"policy":"a"}]' })
    committed(await store.storage.write('recordHistory', entry))
    const [row] = await store.storage.read(() => findHistory({ limit: 1 }))
    deepEqual({ ...row }, { ...entry, username: 'ada@example.com' })
  })

  test('an entry without a user has no name, and is found', async (t) => {
    const store = await storeWith(t, { userId: null, app: null, grantId: null })
    const [row] = await store.storage.read(() => findHistory({ limit: 1 }))
    equal(row?.username, null)
  })

  test('pages go from the newest to the oldest, each entry once', async (t) => {
    const store = await storeWith(t, {}, {}, {}, {}, {})
    deepEqual(await found(store, { limit: 2 }), [4, 3])
    deepEqual(await found(store, { limit: 2, below: nth(3) }), [2, 1])
    deepEqual(await found(store, { limit: 2, below: nth(1) }), [0])
    deepEqual(await found(store, { limit: 2, below: nth(0) }), [])
  })

  const filters: Record<string, [Omit<HistoryQuery, 'limit'>, readonly number[]]> = {
    'since an instant, that instant included': [{ since: start + 3000 }, [4, 3]],
    'by app': [{ app: 'Other' }, [4]],
    'by user': [{ username: 'ada@example.com' }, [4, 3, 1, 0]],
    'by a user whom nobody knows': [{ username: 'nobody@example.com' }, []],
    'by status': [{ status: 'Restricted IP' }, [3]],
    'by decision': [{ decision: 'reuse' }, [1]],
    'by several at once': [{ app: 'Billing', status: 'Success', since: start + 1000, below: nth(3) }, [2, 1]],
    'by nothing': [{}, [4, 3, 2, 1, 0]],
    'a quote is text and nothing more': [{ app: `' OR 1=1 --` }, []],
  }
  for (const [sentence, [query, wanted]] of Object.entries(filters))
    test(`filters ${sentence}`, async (t) => {
      const store = await storeWith(
        t,
        {},
        { decision: 'reuse' },
        { userId: null },
        { status: 'Restricted IP' },
        { app: 'Other' },
      )
      deepEqual(await found(store, query), wanted)
    })

  const prunings: Record<string, [Pruning, number, readonly number[]]> = {
    'what is older goes, the instant itself stays': [{ before: start + 2000, keepRows: 100, most: 100 }, 2, [4, 3, 2]],
    'what is too many goes, the oldest first': [{ before: 0, keepRows: 3, most: 100 }, 2, [4, 3, 2]],
    'exactly as many as are kept may stay': [{ before: 0, keepRows: 5, most: 100 }, 0, [4, 3, 2, 1, 0]],
    'never more than the step': [{ before: start + 9000, keepRows: 0, most: 2 }, 2, [4, 3, 2]],
    'all may go': [{ before: start + 9000, keepRows: 0, most: 100 }, 5, []],
  }
  for (const [sentence, [pruning, gone, left]] of Object.entries(prunings))
    test(`pruning: ${sentence}`, async (t) => {
      const store = await storeWith(t, {}, {}, {}, {}, {})
      equal(await prune(store, pruning), gone)
      deepEqual(await found(store, {}), left)
    })
})

/** By the write that the org itself uses; its other bounds are out of reach. */
async function prune(store: OrgStore, { before, keepRows, most }: Pruning): Promise<number> {
  const plan = { now: 0, history: { before, keepRows }, codesBefore: 0, endedBefore: 0, sessionGrantsBefore: 0, most }
  return committed(await store.storage.write('upkeep', plan))
}
