import { deepEqual } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { planRewrap } from './plan-rewrap.ts'

describe('the plan of a re-wrap', () => {
  test('empties every key but the current one, the least used first', () =>
    deepEqual(
      planRewrap('now', [
        { key: 'now', count: 1 },
        { key: 'b', count: 5 },
        { key: 'a', count: 5 },
        { key: 'last', count: 2 },
      ]),
      ['last', 'a', 'b'],
    ))

  test('is empty when all lies under the current key, and for an empty vault', () => {
    deepEqual(planRewrap('now', [{ key: 'now', count: 7 }]), [])
    deepEqual(planRewrap('now', []), [])
  })

  test('leaves out a key under which nothing lies', () => deepEqual(planRewrap('now', [{ key: 'old', count: 0 }]), []))
})
