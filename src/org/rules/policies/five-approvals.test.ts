import { equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { boundTo, contextOf, exchanging, widestTerms } from '../questions-for-tests.ts'
import { fiveApprovals as policy } from './five-approvals.ts'

describe('five approvals', () => {
  test('SF-209: five remain, for both kinds of app', () => {
    for (const kind of ['externalClientApp', 'connectedApp'] as const)
      equal(boundTo(policy, {}, contextOf(kind)).terms?.(widestTerms, exchanging()).approvalsKept, 5)
  })

  test('a smaller number stays', () =>
    equal(boundTo(policy, {}).terms?.({ ...widestTerms, approvalsKept: 1 }, exchanging()).approvalsKept, 1))
})
