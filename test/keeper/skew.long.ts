/** Processes whose clocks differ, and an org that is slower than a lease is long. */
import { describe, test } from 'node:test'
import { askAskew, askSlowOrg } from './callers.ts'

describe('50 callers in each of 8 processes cause one exchange', () => {
  test('P-20, L-56: where the clocks of half of them are a minute ahead, 500 times', () => askAskew(500))
  for (const when of ['before-commit', 'after-commit'] as const)
    test(`P-21, L-36: where the org waits ${when.replace('-', ' its ')}, and answers after the lease has ended`, () =>
      askSlowOrg(when))
})
