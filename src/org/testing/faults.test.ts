import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { seconds } from '../../values/time.ts'
import { openFaults, type Fault, type FaultOrder } from './faults.ts'

const order = (about: Partial<FaultOrder> = {}): FaultOrder => ({
  ...{ fault: { kind: 'drop-response' }, app: undefined, times: 1, rate: 1, seed: 1 },
  ...about,
})
const kinds = ['drop-response', 'unavailable', 'delay'] as const
const opened = (...orders: readonly FaultOrder[]) => {
  const faults = openFaults()
  for (const each of orders) faults.add(each)
  return faults
}
/** Which of a hundred requests are struck. */
const struck = (about: Partial<FaultOrder>): readonly number[] => {
  const faults = opened(order({ times: 100, ...about }))
  return Array.from({ length: 100 }, (_, n) => n).filter(() => faults.take(kinds, 'Billing') !== undefined)
}

describe('faults on demand', () => {
  test('without an order nothing is struck', () => equal(openFaults().take(kinds, 'Billing'), undefined))

  test('an order strikes as often as it says, then it is gone', () => {
    const faults = opened(order({ times: 2 }))
    equal(faults.take(kinds, 'Billing')?.kind, 'drop-response')
    deepEqual(
      faults.list().map(({ times }) => times),
      [1],
    )
    equal(faults.take(kinds, 'Billing')?.kind, 'drop-response')
    equal(faults.take(kinds, 'Billing'), undefined)
    deepEqual(faults.list(), [])
  })

  test('an order for no time never strikes', () => {
    const faults = opened(order({ times: 0 }))
    equal(faults.take(kinds, 'Billing'), undefined)
    deepEqual(faults.list(), [])
  })

  test('another app, or a fault of another kind, is not struck and uses nothing up', () => {
    const faults = opened(order({ app: 'Other' }), order({ fault: { kind: 'save-does-not-take' } }))
    equal(faults.take(kinds, 'Billing'), undefined)
    equal(faults.list().length, 2)
    equal(faults.take(kinds, 'Other')?.kind, 'drop-response')
    equal(faults.take(['save-does-not-take'], 'Billing')?.kind, 'save-does-not-take')
  })

  test('the fault comes back as it was ordered', () => {
    const fault: Fault = { kind: 'delay', for: seconds(3), when: 'after-commit' }
    deepEqual(opened(order({ fault })).take(kinds, 'Billing'), fault)
  })

  test('the first order strikes first', () => {
    const faults = opened(order({ fault: { kind: 'unavailable' } }), order())
    equal(faults.take(kinds, 'Billing')?.kind, 'unavailable')
    equal(faults.take(kinds, 'Billing')?.kind, 'drop-response')
  })

  test('a rate of one strikes always, of nothing never', () => {
    equal(struck({ rate: 1 }).length, 100)
    equal(struck({ rate: 0 }).length, 0)
  })

  test('the same seed strikes the same requests, another one others', () => {
    deepEqual(struck({ rate: 0.2, seed: 42 }), struck({ rate: 0.2, seed: 42 }))
    equal(struck({ rate: 0.2, seed: 42 }).join() === struck({ rate: 0.2, seed: 43 }).join(), false)
  })

  test('a rate is about kept, for every seed', () =>
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { length } = struck({ rate: 0.5, seed })
        return length > 20 && length < 80
      }),
      { numRuns: 50 },
    ))

  test('all can be taken back', () => {
    const faults = opened(order(), order())
    faults.clear()
    equal(faults.take(kinds, 'Billing'), undefined)
  })

  test('of more than a thousand orders the oldest are dropped', () => {
    const faults = opened(...Array.from({ length: 1001 }, (_, seed) => order({ seed })))
    deepEqual([faults.list().length, faults.list()[0]?.seed], [1000, 1])
  })
})
